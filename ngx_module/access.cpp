#include "access.hpp"

#include "request.hpp"
#include "shared/digest.hpp"
#include "worker.hpp"

namespace btgw::ngx {

std::shared_ptr<const nostr::BlossomToken> TokenCache::find(const Sha256& key)
{
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) {
        return nullptr;
    }
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->second;
}

void TokenCache::add(const Sha256& key, std::shared_ptr<const nostr::BlossomToken> token)
{
    if (entries_.size() == capacity) {
        by_key_.erase(entries_.back().first);
        entries_.pop_back();
    }
    entries_.emplace_front(key, std::move(token));
    by_key_[key] = entries_.begin();
}

Result<Token> verified_token(ngx_http_request_t& r)
{
    const std::string_view authorization = view(r.headers_in.authorization->value);
    if (authorization.size() > nostr::max_token_size + 16) {
        return refuse(NGX_HTTP_UNAUTHORIZED, "the token is too long");
    }
    TokenCache& cache = worker()->tokens();
    const Sha256 key = sha256(as_bytes(authorization));
    if (Token known = cache.find(key)) {
        return known;
    }
    auto parsed = nostr::parse_blossom_token(authorization);
    if (!parsed) {
        return refuse(NGX_HTTP_UNAUTHORIZED, std::move(parsed.error()));
    }
    auto token = std::make_shared<const nostr::BlossomToken>(std::move(*parsed));
    cache.add(key, token);
    return token;
}

Result<Token> read_token(ngx_http_request_t& r, std::string_view verb)
{
    if (r.headers_in.authorization == nullptr) {
        return Token{};
    }
    auto token = verified_token(r);
    if (!token) {
        return token;
    }
    const auto usable = nostr::check_use(**token, {verb, host(r), ngx_time()});
    if (!usable) {
        return refuse(NGX_HTTP_UNAUTHORIZED, usable.error());
    }
    return token;
}

Result<Token> require_token(ngx_http_request_t& r, std::string_view verb)
{
    auto token = read_token(r, verb);
    if (token && *token == nullptr) {
        return refuse(NGX_HTTP_UNAUTHORIZED, "a token is required: Authorization: Nostr <event>");
    }
    return token;
}

}  // namespace btgw::ngx
