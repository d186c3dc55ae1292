#include "api.hpp"

#include "content_send.hpp"
#include "facts.hpp"
#include "handlers.hpp"
#include "route.hpp"

namespace btgw::ngx {

namespace {

constexpr ngx_uint_t reading = NGX_HTTP_GET | NGX_HTTP_HEAD;

// clang-format off
constexpr Route routes[] = {
    {NGX_HTTP_POST, "/api/upload",     api_upload},
    {reading,       "/api/download/*", api_download},
    {reading,       "/api/torrent/*",  api_torrent},
    {reading,       "/api/files/*",    api_files},
    {reading,       "/api/health",     api_health},
};
// clang-format on

}  // namespace

ngx_int_t serve_api(ngx_http_request_t& r)
{
    return dispatch(r, routes);
}

ngx_int_t api_download(ngx_http_request_t& r, std::string_view hash)
{
    const auto content = find_content_by_any_hash(r, hash);
    return content ? send_content(r, *content, "attachment") : respond_refusal(r, content.error());
}

ngx_int_t api_files(ngx_http_request_t& r, std::string_view hash)
{
    const auto content = find_content_by_any_hash(r, hash);
    if (!content) {
        return respond_refusal(r, content.error());
    }
    const auto uploaded = static_cast<std::uint64_t>(content->created);
    return respond_json(r, NGX_HTTP_OK, facts_json(r, *content, uploaded));
}

}  // namespace btgw::ngx
