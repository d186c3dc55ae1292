// All location handlers on one screen. Each is the content handler of a directive (directives.cpp)
// and hands requests on by method and path (route.hpp) where it serves more than one.
#pragma once

#include "ngx.hpp"

namespace btgw::ngx {

ngx_int_t serve_blossom(ngx_http_request_t& r);   // Blossom at the root: BUD-01, 02, 06, 11, 12
ngx_int_t serve_api(ngx_http_request_t& r);       // /api/…
ngx_int_t serve_announce(ngx_http_request_t& r);  // BEP 3, 7, 21, 23, 24
ngx_int_t serve_scrape(ngx_http_request_t& r);    // BEP 48
ngx_int_t serve_error(ngx_http_request_t& r);     // nginx's own errors, in this module's form
ngx_int_t serve_webseed(ngx_http_request_t& r);   // BEP 19

}  // namespace btgw::ngx
