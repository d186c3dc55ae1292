// Answers whose body is made here: JSON, bencode, refusals. (Content is sent by content_send.hpp.)
#pragma once

#include "ngx.hpp"

#include <tl/expected.hpp>

#include <string>
#include <string_view>

namespace btgw::ngx {

// Why a request is refused: what the client gets. `reason` is printable ASCII.
struct Refusal {
    ngx_uint_t status;
    std::string reason;
};

template <class T>
using Result = tl::expected<T, Refusal>;

inline tl::unexpected<Refusal> refuse(ngx_uint_t status, std::string reason)
{
    return tl::unexpected<Refusal>{Refusal{status, std::move(reason)}};
}

// Adds a response header. `name` must outlive the request; `value` is copied.
void add_header(ngx_http_request_t& r, std::string_view name, std::string_view value);

// The response header of this name, spelled exactly so; null without one.
ngx_table_elt_t* find_response_header(ngx_http_request_t& r, std::string_view name);

// Sends a whole body, which is copied. An unread request body is discarded without a 100 Continue.
// Returns what the handler must return or finalise with.
ngx_int_t respond(ngx_http_request_t& r, ngx_uint_t status, std::string_view media_type,
                  std::string_view body);

ngx_int_t respond_json(ngx_http_request_t& r, ngx_uint_t status, std::string_view json);

// No body: 204, or the answer to a HEAD.
ngx_int_t respond_empty(ngx_http_request_t& r, ngx_uint_t status);

// {"error":{"code","message"}} and X-Reason (BUD-01); Retry-After with 503 and 429,
// WWW-Authenticate with 401.
ngx_int_t respond_refusal(ngx_http_request_t& r, const Refusal& refusal);

}  // namespace btgw::ngx
