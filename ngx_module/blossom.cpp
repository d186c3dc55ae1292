#include "blossom.hpp"

#include "handlers.hpp"
#include "route.hpp"

namespace btgw::ngx {

namespace {

// clang-format off
constexpr Route routes[] = {
    {NGX_HTTP_PUT,                   "/upload", blossom_upload},
    {NGX_HTTP_HEAD,                  "/upload", blossom_upload_check},
    {NGX_HTTP_GET,                   "/list/*", blossom_list},
    {NGX_HTTP_GET | NGX_HTTP_HEAD,   "/*",      blossom_get},
    {NGX_HTTP_DELETE,                "/*",      blossom_delete},
};
// clang-format on

}  // namespace

ngx_int_t serve_blossom(ngx_http_request_t& r)
{
    return dispatch(r, routes);
}

}  // namespace btgw::ngx
