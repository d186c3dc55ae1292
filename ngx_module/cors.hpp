// Cross-origin headers, exactly once on every answer of a location with `btgw_cors on`, nginx's own
// error pages included (BUD-01).
#pragma once

#include "ngx.hpp"

namespace btgw::ngx {

// Postconfiguration: puts a header filter in front of nginx's.
void install_cors_filter();

// Answers OPTIONS: before any authorization, on any path. 204.
ngx_int_t answer_preflight(ngx_http_request_t& r);

}  // namespace btgw::ngx
