#include "content_send.hpp"
#include "handlers.hpp"
#include "route.hpp"

namespace btgw::ngx {

namespace {

// /webseed/<info-hash>/<anything>: the info-hash alone says what is wanted. The name is for people,
// and libtorrent 2.0 asks for <url>/<name> where a v2 torrent is one file (BEP 19).
ngx_int_t webseed(ngx_http_request_t& r, std::string_view rest)
{
    const auto content = find_content_by_info_hash(r, rest.substr(0, rest.find('/')));
    return content ? send_content(r, *content, {}) : respond_refusal(r, content.error());
}

constexpr Route routes[] = {{NGX_HTTP_GET | NGX_HTTP_HEAD, "/webseed/*", webseed}};

}  // namespace

ngx_int_t serve_webseed(ngx_http_request_t& r)
{
    return dispatch(r, routes);
}

}  // namespace btgw::ngx
