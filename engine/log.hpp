// The log: lines to stderr, where the service manager keeps them. Everywhere else:
// spdlog::info(...).
#pragma once

#include <string_view>

namespace btgw::engine {

// trace, debug, info, warn or error.
bool is_log_level(std::string_view level);

void set_up_log(std::string_view level);

}  // namespace btgw::engine
