// Tells the service manager how the engine is doing (sd_notify(3)): one datagram.
#pragma once

#include <string_view>

namespace btgw::engine {

// "READY=1" or "STOPPING=1". Does nothing without $NOTIFY_SOCKET.
void notify_service(std::string_view state);

}  // namespace btgw::engine
