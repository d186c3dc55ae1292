// The Blossom endpoints, one function each; blossom.cpp has their table.
#pragma once

#include "ngx.hpp"

#include <string_view>

namespace btgw::ngx {

ngx_int_t blossom_get(ngx_http_request_t& r, std::string_view name);      // BUD-01
ngx_int_t blossom_upload(ngx_http_request_t& r, std::string_view);        // BUD-02
ngx_int_t blossom_upload_check(ngx_http_request_t& r, std::string_view);  // BUD-06
ngx_int_t blossom_delete(ngx_http_request_t& r, std::string_view name);   // BUD-12
ngx_int_t blossom_list(ngx_http_request_t& r, std::string_view pubkey);   // BUD-12

}  // namespace btgw::ngx
