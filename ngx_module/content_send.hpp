// Sends a content, with ranges and conditions decided by nginx's own filters. RFC 9110.
#pragma once

#include "content.hpp"
#include "ngx.hpp"

#include <string_view>

namespace btgw::ngx {

// `disposition` is "inline", "attachment", or empty for no Content-Disposition. HEAD sends headers
// only.
ngx_int_t send_content(ngx_http_request_t& r, const FoundContent& content,
                       std::string_view disposition);

// Status 200 and all headers of a content, before nginx's filters look at the request's conditions.
void set_content_headers(ngx_http_request_t& r, const FoundContent& content,
                         std::string_view disposition);

// As ngx_http_send_header; a refusal by a filter (416) withdraws the headers that are the content's
// own.
ngx_int_t send_content_header(ngx_http_request_t& r);

}  // namespace btgw::ngx
