#include "cors.hpp"

#include "conf.hpp"
#include "respond.hpp"

namespace btgw::ngx {

namespace {

ngx_http_output_header_filter_pt next_header_filter;

constexpr std::string_view exposed_headers =
    "X-Reason, Content-Range, Accept-Ranges, Content-Length, Content-Disposition, ETag, "
    "Retry-After, "
    "Sunset";

// `*` never covers Authorization, so it is spelled out with what clients really send.
constexpr std::string_view allowed_headers =
    "Authorization, Content-Type, Range, If-Range, If-None-Match, If-Modified-Since, "
    "Cache-Control, "
    "X-SHA-256, X-Content-Type, X-Content-Length, *";

// An error found by a later filter (416) sends the header a second time, as an error page.
bool added_before(ngx_http_request_t& r)
{
    return r.err_status != 0 && find_response_header(r, "Access-Control-Allow-Origin") != nullptr;
}

ngx_int_t cors_filter(ngx_http_request_t* r) noexcept
{
    try {
        if (r == r->main && location_conf(*r).cors == 1 && !added_before(*r)) {
            add_header(*r, "Access-Control-Allow-Origin", "*");
            add_header(*r, "Access-Control-Expose-Headers", exposed_headers);
        }
    } catch (...) {
        return NGX_ERROR;
    }
    return next_header_filter(r);
}

}  // namespace

void install_cors_filter()
{
    next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = cors_filter;
}

ngx_int_t answer_preflight(ngx_http_request_t& r)
{
    add_header(r, "Access-Control-Allow-Methods", "GET, HEAD, PUT, POST, DELETE, OPTIONS");
    add_header(r, "Access-Control-Allow-Headers", allowed_headers);
    add_header(r, "Access-Control-Max-Age", "86400");
    return respond_empty(r, NGX_HTTP_NO_CONTENT);
}

}  // namespace btgw::ngx
