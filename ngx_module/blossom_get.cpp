#include "blossom.hpp"
#include "blossom_path.hpp"
#include "content_send.hpp"

namespace btgw::ngx {

ngx_int_t blossom_get(ngx_http_request_t& r, std::string_view name)
{
    const auto content =
        blob_in_path(name).and_then([&](const Sha256& hash) { return find_content(r, hash); });
    return content ? send_content(r, *content, {}) : respond_refusal(r, content.error());
}

}  // namespace btgw::ngx
