// The endpoints below /api/, one function each; api.cpp has their table.
#pragma once

#include "ngx.hpp"

#include <string_view>

namespace btgw::ngx {

ngx_int_t api_upload(ngx_http_request_t& r, std::string_view);
ngx_int_t api_download(ngx_http_request_t& r, std::string_view hash);
ngx_int_t api_torrent(ngx_http_request_t& r, std::string_view hash);
ngx_int_t api_files(ngx_http_request_t& r, std::string_view hash);
ngx_int_t api_health(ngx_http_request_t& r, std::string_view);

}  // namespace btgw::ngx
