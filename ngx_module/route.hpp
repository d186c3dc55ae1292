// Requests by method and path, in one table for each surface.
#pragma once

#include "ngx.hpp"

#include <span>
#include <string_view>

namespace btgw::ngx {

struct Route {
    ngx_uint_t methods;        // NGX_HTTP_GET | …; GET does not imply HEAD
    std::string_view pattern;  // a path; one trailing '*' stands for the rest, which is not empty
    // `rest` is what '*' stands for, percent-decoded; it lives as long as the request.
    ngx_int_t (*handler)(ngx_http_request_t& r, std::string_view rest);
};

// Calls the first route that fits. Answers OPTIONS by itself, 405 with Allow where only the method
// does not fit, and 404 where no path does.
ngx_int_t dispatch(ngx_http_request_t& r, std::span<const Route> routes);

// 405 with an Allow header (RFC 9110 section 15.5.6).
ngx_int_t refuse_method(ngx_http_request_t& r, ngx_uint_t allowed);

}  // namespace btgw::ngx
