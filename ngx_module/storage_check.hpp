// What a worker will need to open, checked in the master: a bad setup must fail `nginx -t`, and not
// workers that die while the port hangs.
#pragma once

#include "ngx.hpp"

namespace btgw::ngx {

// Init-module hook. Logs an [emerg] that names the path and what to do.
ngx_int_t check_storage(ngx_cycle_t* cycle);

}  // namespace btgw::ngx
