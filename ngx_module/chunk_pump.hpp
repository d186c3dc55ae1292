// Sends chunked content: opens one or two chunk files at a time as the output drains, from the
// offset that nginx's range filter found. Descriptors and memory are bounded whatever the size.
#pragma once

#include "content.hpp"
#include "ngx.hpp"

#include <string_view>

namespace btgw::ngx {

// As send_content (content_send.hpp), for content of Kind::chunked.
ngx_int_t send_chunks(ngx_http_request_t& r, const FoundContent& content,
                      std::string_view disposition);

}  // namespace btgw::ngx
