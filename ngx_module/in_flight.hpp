// Work that a worker must finish before it leaves.
#pragma once

#include "ngx.hpp"

namespace btgw::ngx {

// A worker that shuts down gracefully stays while timers are pending. A request that waits for a
// thread or for the engine has none of nginx's own, so it holds one of these.
class InFlight {
public:
    explicit InFlight(ngx_log_t* log);
    InFlight(const InFlight&) = delete;
    InFlight& operator=(const InFlight&) = delete;
    ~InFlight();

private:
    ngx_event_t timer_{};
};

}  // namespace btgw::ngx
