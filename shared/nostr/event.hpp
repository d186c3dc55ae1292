// Nostr events: JSON in, id and signature checked. NIP-01, BIP-340.
#pragma once

#include "../bytes.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace btgw::nostr {

struct Signature : Bytes<64> {};

struct Event {
    Sha256 id;
    PublicKey pubkey;
    std::int64_t created_at = 0;  // Unix seconds
    std::uint16_t kind = 0;
    std::vector<std::vector<std::string>> tags;
    std::string content;
    Signature signature;
};

// Refuses duplicate keys, invalid UTF-8, upper-case hex, nesting, and anything that is not one
// event. Does not check id or signature. The error says what is wrong, in printable ASCII.
tl::expected<Event, std::string> parse_event(std::string_view json);

// The exact bytes whose SHA-256 is the id: [0,"pubkey",created_at,kind,tags,"content"].
std::string canonical_form(const Event& event);

// The id is the hash of the canonical form, and the signature is the author's.
bool verify_event(const Event& event);

// The first value of the first tag with this name; nullptr when there is none.
const std::string* first_tag(const Event& event, std::string_view name);

}  // namespace btgw::nostr
