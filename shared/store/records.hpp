// Every value of the index. The first byte of each record is its version; integers are big-endian.
// A decoded record holds views into the bytes it was decoded from: inside a transaction they are
// valid while that transaction lives.
//
//   Content     0:1 version=1   1:1 kind   2:2 flags   4:8 size   12:8 created
//               20:20 v1 info-hash   40:32 v2 info-hash
//               72:1 m   73:2 n   75:m media type   75+m:n name   then, if inline: the bytes
//   Layout      0:1 version=1   1:1 log2(piece length)   2:52*k entries: piece root[32] sha1[20]
//   Chunk       0:1 version=1   1:4 length   5:4 references
//   Ownership   0:1 version=1   1:2 n   3:n name
#pragma once

#include "../bittorrent/piece_hashes.hpp"
#include "../bytes.hpp"
#include "keys.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace btgw::store {

using bittorrent::PieceHashes;

// How a content's bytes are kept. On disk: never renumber.
enum class Kind : std::uint8_t {
    in_index = 0,  // at most `inline_limit` bytes, inside the Content record itself
    blob = 1,      // blobs/ab/cd/<sha256>
    chunked = 2,   // chunks/ab/cd/<piece root>, in the order of its Layout
};

// Bytes. Measured: a blob in the index is served with less CPU than a file up to about 16 KB, and
// costs no fsync of its own. With the longest type and name the record still fits four LMDB pages.
inline constexpr std::size_t inline_limit = 15872;
inline constexpr std::uint32_t chunk_length = 2u << 20;    // bytes; the last chunk may be shorter
inline constexpr std::size_t max_name_length = 255;        // bytes of UTF-8
inline constexpr std::size_t max_media_type_length = 127;  // bytes (RFC 6838 section 4.2)

struct Content {
    Kind kind = Kind::blob;
    bool has_torrent = false;     // flag bit 0: Layout, metainfo and info-hashes exist
    std::uint64_t size = 0;       // bytes
    std::uint64_t created = 0;    // Unix seconds: when this server first stored it
    InfoHash v1;                  // of the v1-only torrent; zero unless has_torrent
    InfoHashV2 v2;                // of the v2-only torrent; zero unless has_torrent
    std::string_view media_type;  // never empty: "application/octet-stream" when unknown
    std::string_view name;        // of the first upload; may be empty
    ByteView inline_bytes;        // exactly `size` bytes when kind is in_index, else empty
};

// Pieces of a content in order: for chunked content they are its chunks.
struct Layout {
    static constexpr std::size_t header_size = 2;
    static constexpr std::size_t entry_size = 52;

    std::uint32_t piece_length = chunk_length;  // bytes, a power of two of at least 16 KiB
    ByteView entries;                           // entry_size bytes each

    [[nodiscard]] std::size_t size() const { return entries.size() / entry_size; }
    [[nodiscard]] PieceHashes at(std::size_t index) const;
};

struct Chunk {
    std::uint32_t length = 0;      // bytes
    std::uint32_t references = 0;  // layout entries of all contents that name it
};

struct Ownership {
    std::string_view name;  // under which this owner uploaded it; may be empty
};

std::string encode(const Content& record);
std::string encode(const Chunk& record);
std::string encode(const Ownership& record);
// One entry a piece, in order.
std::string encode_layout(std::uint32_t piece_length, const std::vector<PieceHashes>& entries);

// Nothing when the bytes are not exactly one record of a known version.
std::optional<Content> decode_content(ByteView bytes);
std::optional<Layout> decode_layout(ByteView bytes);
std::optional<Chunk> decode_chunk(ByteView bytes);
std::optional<Ownership> decode_ownership(ByteView bytes);

}  // namespace btgw::store
