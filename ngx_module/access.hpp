// Who is asking: BUD-11 tokens, verified in the worker.
#pragma once

#include "ngx.hpp"
#include "respond.hpp"
#include "shared/nostr/blossom_token.hpp"

#include <list>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace btgw::ngx {

// Tokens whose signature has been verified, so that a client that reuses one pays once. Bounded;
// least recently used goes first.
class TokenCache {
public:
    std::shared_ptr<const nostr::BlossomToken> find(const Sha256& key);
    void add(const Sha256& key, std::shared_ptr<const nostr::BlossomToken> token);

private:
    static constexpr std::size_t capacity = 1024;
    using Entry = std::pair<Sha256, std::shared_ptr<const nostr::BlossomToken>>;
    std::list<Entry> entries_;  // most recently used first
    std::unordered_map<Sha256, std::list<Entry>::iterator, BytesHash> by_key_;
};

using Token = std::shared_ptr<const nostr::BlossomToken>;

// The request's token, verified but for what depends on its use; it must have an Authorization
// header.
Result<Token> verified_token(ngx_http_request_t& r);

// The request's token, valid for this verb, host and time; null when the request has none. 401 when
// it has a bad one.
Result<Token> read_token(ngx_http_request_t& r, std::string_view verb);

// As read_token, and 401 when the request has none.
Result<Token> require_token(ngx_http_request_t& r, std::string_view verb);

}  // namespace btgw::ngx
