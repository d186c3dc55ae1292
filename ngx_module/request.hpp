// What handlers ask of a request.
#pragma once

#include "ngx.hpp"
#include "ngx_str.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace btgw::ngx {

// The value of a request header, by its lower-case name; nothing when it is absent.
std::optional<std::string_view> header(const ngx_http_request_t& r,
                                       std::string_view lower_case_name);

// The request's host without port, in lower case as nginx normalised it; empty without one.
inline std::string_view host(const ngx_http_request_t& r)
{
    return view(r.headers_in.server);
}

inline std::string_view path(const ngx_http_request_t& r)
{
    return view(r.uri);
}

inline std::string_view query(const ngx_http_request_t& r)
{
    return view(r.args);
}

// Base URLs without a trailing slash: what the directive says, or the request's scheme and Host.
std::string gateway_url(ngx_http_request_t& r);
std::string blossom_url(ngx_http_request_t& r);

}  // namespace btgw::ngx
