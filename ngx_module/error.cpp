#include "handlers.hpp"
#include "respond.hpp"

namespace btgw::ngx {

namespace {

std::string reason_for(ngx_uint_t status)
{
    switch (status) {
        case NGX_HTTP_REQUEST_ENTITY_TOO_LARGE:
            return "the body is larger than this server takes";
        case NGX_HTTP_TOO_MANY_REQUESTS:
            return "too many requests; slow down";
        default:
            return "nginx refused the request";
    }
}

}  // namespace

// The target of an `error_page`: what nginx refused before a handler of ours saw it.
ngx_int_t serve_error(ngx_http_request_t& r)
{
    const ngx_uint_t status = r.err_status == 0 ? NGX_HTTP_NOT_FOUND : r.err_status;
    return respond_refusal(r, {status, reason_for(status)});
}

}  // namespace btgw::ngx
