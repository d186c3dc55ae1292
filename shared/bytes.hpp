// Byte strings of fixed size, one type per meaning, so that a blob's hash cannot be passed where an
// info-hash is wanted. They compare and hash by their bytes, and are trivially copyable.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

namespace btgw {

using ByteView = std::span<const std::uint8_t>;

inline std::string_view as_chars(ByteView bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline ByteView as_bytes(std::string_view chars)
{
    return {reinterpret_cast<const std::uint8_t*>(chars.data()), chars.size()};
}

template <std::size_t N>
struct Bytes {
    static constexpr std::size_t size = N;

    std::array<std::uint8_t, N> bytes{};

    [[nodiscard]] ByteView view() const { return bytes; }
    [[nodiscard]] std::string_view chars() const { return as_chars(bytes); }

    auto operator<=>(const Bytes&) const = default;  // NOLINT(modernize-use-nullptr): tidy errs
};

struct Sha256 : Bytes<32> {};     // SHA-256 of a content's bytes: its name (BUD-01)
struct PieceRoot : Bytes<32> {};  // SHA-256 merkle root over 16 KiB blocks (BEP 52)
struct Sha1 : Bytes<20> {};       // SHA-1 of a v1 piece (BEP 3)
struct InfoHash : Bytes<20> {
};  // v1 info-hash, or a v2 one truncated as trackers see it (BEP 3, 52)
struct InfoHashV2 : Bytes<32> {};  // whole v2 info-hash (BEP 52)
struct PublicKey : Bytes<32> {};   // x-only secp256k1 key (NIP-01, BIP-340)

// The v2 info-hash as trackers, the DHT and handshakes carry it (BEP 52).
inline InfoHash truncated(const InfoHashV2& hash)
{
    InfoHash out;
    std::copy_n(hash.bytes.begin(), out.bytes.size(), out.bytes.begin());
    return out;
}

// The T whose bytes these are; nothing when the length is another.
template <class T>
std::optional<T> from_bytes(ByteView bytes)
{
    if (bytes.size() != T::size) {
        return std::nullopt;
    }
    T out;
    std::copy(bytes.begin(), bytes.end(), out.bytes.begin());
    return out;
}

// For unordered containers: the bytes are uniformly distributed already.
struct BytesHash {
    template <class T>
    std::size_t operator()(const T& value) const
    {
        std::size_t out = 0;
        static_assert(T::size >= sizeof out);
        std::memcpy(&out, value.bytes.data(), sizeof out);
        return out;
    }
};

}  // namespace btgw
