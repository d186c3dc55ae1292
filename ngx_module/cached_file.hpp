// Immutable files of the store, opened through nginx's own open_file_cache where the location has
// one.
#pragma once

#include "ngx.hpp"
#include "respond.hpp"

#include <string_view>

namespace btgw::ngx {

// The file, open until the pool goes. It is allocated in the pool and belongs to one buffer at a
// time. 404 when it is missing or has another size than `size` bytes: it is damaged, and must not
// be sent.
Result<ngx_file_t*> open_cached(ngx_http_request_t& r, ngx_pool_t& pool, std::string_view path,
                                off_t size);

}  // namespace btgw::ngx
