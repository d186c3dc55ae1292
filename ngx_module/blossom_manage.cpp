#include "access.hpp"
#include "blossom.hpp"
#include "blossom_path.hpp"
#include "conf.hpp"
#include "engine_question.hpp"
#include "facts.hpp"
#include "request.hpp"
#include "shared/hex.hpp"
#include "shared/http/url.hpp"
#include "worker.hpp"

#include <algorithm>
#include <charconv>

namespace btgw::ngx {

namespace {

constexpr std::size_t default_page = 100;  // entries
constexpr std::size_t largest_page = 1000;

struct ListRequest {
    PublicKey owner;
    std::optional<Sha256> cursor;
    std::size_t limit = default_page;
};

Result<std::size_t> page_size(std::string_view text)
{
    std::size_t limit = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
    if (error != std::errc{} || end != text.data() + text.size() || limit == 0) {
        return refuse(NGX_HTTP_BAD_REQUEST, "limit is not a positive number");
    }
    return std::min(limit, largest_page);
}

Result<ListRequest> parse_list(ngx_http_request_t& r, std::string_view pubkey)
{
    ListRequest request;
    const auto owner = from_hex<PublicKey>(pubkey);
    if (!owner) {
        return refuse(NGX_HTTP_BAD_REQUEST,
                      "the path names no public key of 64 hexadecimal digits");
    }
    request.owner = *owner;
    if (const auto text = http::query_value(query(r), "cursor")) {
        request.cursor = from_hex<Sha256>(*text);
        if (!request.cursor) {
            return refuse(NGX_HTTP_BAD_REQUEST, "cursor is not a SHA-256 in hexadecimal");
        }
    }
    if (const auto text = http::query_value(query(r), "limit")) {
        const auto limit = page_size(*text);
        if (!limit) {
            return tl::unexpected{limit.error()};
        }
        request.limit = *limit;
    }
    return request;
}

Result<std::string> page_json(ngx_http_request_t& r, const ListRequest& request)
{
    const store::Index* index = worker()->index();
    if (index == nullptr) {
        return refuse(NGX_HTTP_SERVICE_UNAVAILABLE, "the index is not ready");
    }
    const auto entries = index->snapshot().list(request.owner, request.cursor, request.limit);
    if (!entries) {
        return refuse(NGX_HTTP_BAD_REQUEST, "the cursor names no blob of this public key");
    }
    std::string json = "[";
    for (const store::Listed& entry : *entries) {
        const auto content = find_content(r, entry.content);
        if (!content) {
            continue;  // deleted since the page was read
        }
        json += json.size() == 1 ? "" : ",";
        json += descriptor_json(r, *content, entry.uploaded);
    }
    json += ']';
    return json;
}

// Deleting always needs a token of its own: an upload token that leaked must not delete.
Result<wire::DeleteContent> parse_delete(ngx_http_request_t& r, std::string_view name)
{
    const auto hash = blob_in_path(name);
    if (!hash) {
        return tl::unexpected{hash.error()};
    }
    const auto token = require_token(r, "delete");
    if (!token) {
        return tl::unexpected{token.error()};
    }
    if (!nostr::covers(**token, *hash)) {
        return refuse(NGX_HTTP_UNAUTHORIZED, "no x tag of the token names this blob");
    }
    return wire::DeleteContent{*hash, (*token)->pubkey};
}

}  // namespace

ngx_int_t blossom_list(ngx_http_request_t& r, std::string_view pubkey)
{
    if (location_conf(r).list == 0) {
        return respond_refusal(r, {NGX_HTTP_NOT_FOUND, "this server does not list blobs"});
    }
    if (const auto token = read_token(r, "list"); !token) {
        return respond_refusal(r, token.error());
    }
    const auto json = parse_list(r, pubkey).and_then(
        [&](const ListRequest& request) { return page_json(r, request); });
    return json ? respond_json(r, NGX_HTTP_OK, *json) : respond_refusal(r, json.error());
}

ngx_int_t blossom_delete(ngx_http_request_t& r, std::string_view name)
{
    auto question = parse_delete(r, name);
    if (!question) {
        return respond_refusal(r, question.error());
    }
    return ask_engine(r, *question, [](ngx_http_request_t& request, const wire::Reply&) {
        return respond_empty(request, NGX_HTTP_NO_CONTENT);
    });
}

}  // namespace btgw::ngx
