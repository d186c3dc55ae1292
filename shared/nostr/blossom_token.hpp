// Authorization: Nostr <base64 of a kind 24242 event>. BUD-11.
#pragma once

#include "../bytes.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace btgw::nostr {

inline constexpr std::size_t max_token_size = 16u << 10;  // bytes of base64

struct BlossomToken {
    PublicKey pubkey;
    std::string verb;                  // get, upload, list, delete, media
    std::vector<Sha256> blobs;         // x tags
    std::vector<std::string> servers;  // host names, lower case; none: valid everywhere
    std::int64_t created_at = 0;       // Unix seconds
    std::int64_t expiration = 0;       // Unix seconds
};

// Decodes and verifies what does not depend on the request: scheme, base64 (standard or URL
// alphabet, padded or not), event, kind, id, signature, the required tags. The error is a reason
// for X-Reason, printable ASCII; the status is 401.
tl::expected<BlossomToken, std::string> parse_blossom_token(std::string_view authorization);

struct TokenUse {
    std::string_view verb;
    std::string_view host;  // of this request, without port
    std::int64_t now = 0;   // Unix seconds
};

// Checks what depends on the request, but for the blob's hash: verb, expiration, created_at (a
// minute of clock skew is allowed), server. The error is a reason, as above.
tl::expected<void, std::string> check_use(const BlossomToken& token, const TokenUse& use);

// An x tag names the hash.
bool covers(const BlossomToken& token, const Sha256& hash);

}  // namespace btgw::nostr
