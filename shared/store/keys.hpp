// Every table of the index, byte by byte. Changing a line here changes the format on disk:
// raise `format_version` with it.
//
//   table      key                                   value
//   meta       "format"                              version:be32
//   content    sha256[32]                            Content            (records.hpp)
//   layout     sha256[32]                            Layout             (records.hpp)
//   chunk      piece root[32]                        Chunk              (records.hpp)
//   infohash   v1[20] or v2[32]                      sha256[32] format[1]
//   metainfo   sha256[32]                            v1 .torrent bytes between the announce keys
//                                                    and url-list: "4:info" d...e
//   owner      pubkey[32] uploaded:be64 sha256[32]   Ownership          (records.hpp)
//   owned      sha256[32] pubkey[32]                 uploaded:be64
//   doomed     sha256[32]                            (empty) chunked content whose last owner has
//                                                    gone; its layout and chunks wait for downloads
//                                                    in flight
//
// Integers in keys are big-endian, so that LMDB's byte order is their numeric order. All hashes are
// raw bytes. The engine is the only writer; nginx workers read.
#pragma once

#include "../bytes.hpp"

#include <cstdint>
#include <string>

namespace btgw::store {

inline constexpr std::uint32_t format_version = 1;

// The torrents that one content can have, and the last byte of an `infohash` value. On disk: never
// renumber.
enum class TorrentFormat : std::uint8_t { v1 = 1, v2 = 2, hybrid = 3 };

using OwnerKey = Bytes<72>;  // table `owner`
using OwnedKey = Bytes<64>;  // table `owned`

struct OwnerKeyParts {
    PublicKey owner;
    std::uint64_t uploaded = 0;  // Unix seconds
    Sha256 content;
};

OwnerKey owner_key(const OwnerKeyParts& parts);
OwnerKeyParts parse_owner_key(const OwnerKey& key);
OwnedKey owned_key(const Sha256& content, const PublicKey& owner);

// Content uploaded without a token belongs to this key, which nobody can sign for.
inline constexpr PublicKey anonymous{};

}  // namespace btgw::store
