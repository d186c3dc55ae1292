#include "keys.hpp"

#include "../big_endian.hpp"

#include <algorithm>

namespace btgw::store {

OwnerKey owner_key(const OwnerKeyParts& parts)
{
    OwnerKey out;
    auto* at = std::ranges::copy(parts.owner.bytes, out.bytes.begin()).out;
    store_be(parts.uploaded, at);
    std::ranges::copy(parts.content.bytes, at + sizeof parts.uploaded);
    return out;
}

OwnerKeyParts parse_owner_key(const OwnerKey& key)
{
    OwnerKeyParts out;
    const auto* at = key.bytes.data();
    std::copy_n(at, PublicKey::size, out.owner.bytes.begin());
    at += PublicKey::size;
    out.uploaded = load_be<std::uint64_t>(at);
    std::copy_n(at + sizeof out.uploaded, Sha256::size, out.content.bytes.begin());
    return out;
}

OwnedKey owned_key(const Sha256& content, const PublicKey& owner)
{
    OwnedKey out;
    std::ranges::copy(content.bytes, out.bytes.begin());
    std::ranges::copy(owner.bytes, out.bytes.begin() + Sha256::size);
    return out;
}

}  // namespace btgw::store
