#include "in_flight.hpp"

namespace btgw::ngx {

namespace {

constexpr ngx_msec_t forever = 24UL * 60 * 60 * 1000;  // milliseconds; renewed when it is over

void renew(ngx_event_t* timer) noexcept
{
    ngx_add_timer(timer, forever);
}

}  // namespace

InFlight::InFlight(ngx_log_t* log)
{
    timer_.handler = renew;
    timer_.log = log;
    timer_.data = this;
    ngx_add_timer((&timer_), forever);
}

InFlight::~InFlight()
{
    ngx_del_timer((&timer_));
}

}  // namespace btgw::ngx
