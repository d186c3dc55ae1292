#include "records.hpp"

#include "../big_endian.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace btgw::store {

namespace {

constexpr std::uint8_t record_version = 1;
constexpr std::uint16_t torrent_flag = 1;
constexpr std::size_t content_fixed_size = 75;
constexpr std::size_t chunk_size = 9;
constexpr std::size_t ownership_fixed_size = 3;
constexpr int min_piece_bits = 14;  // 16 KiB (BEP 52)
constexpr int max_piece_bits = 31;

template <class Hash>
Hash hash_at(ByteView bytes, std::size_t offset)
{
    return *from_bytes<Hash>(bytes.subspan(offset, Hash::size));
}

std::string_view chars_at(ByteView bytes, std::size_t offset, std::size_t length)
{
    return as_chars(bytes.subspan(offset, length));
}

bool is_version_1(ByteView bytes, std::size_t min_size)
{
    return bytes.size() >= min_size && bytes[0] == record_version;
}

// What encode refuses to write and decode refuses to read, so that one undoes the other.
bool is_valid(const Content& record)
{
    const bool inside = record.kind == Kind::in_index;
    return record.kind <= Kind::chunked && !record.media_type.empty() &&
           record.media_type.size() <= max_media_type_length &&
           record.name.size() <= max_name_length && (!inside || record.size <= inline_limit) &&
           record.inline_bytes.size() == (inside ? record.size : 0);
}

void require(bool valid, const char* what)
{
    if (!valid) {
        throw std::invalid_argument(what);
    }
}

}  // namespace

PieceHashes Layout::at(std::size_t index) const
{
    require(index < size(), "no such piece in this layout");
    const auto entry = entries.subspan(index * entry_size, entry_size);
    return {hash_at<PieceRoot>(entry, 0), hash_at<Sha1>(entry, PieceRoot::size)};
}

std::string encode(const Content& record)
{
    require(is_valid(record), "a content record breaks the limits of its format");
    std::string out;
    out.reserve(content_fixed_size + record.media_type.size() + record.name.size() +
                record.inline_bytes.size());
    append_be(out, record_version);
    append_be(out, static_cast<std::uint8_t>(record.kind));
    append_be(out, record.has_torrent ? torrent_flag : std::uint16_t{0});
    append_be(out, record.size);
    append_be(out, record.created);
    out.append(record.v1.chars()).append(record.v2.chars());
    append_be(out, static_cast<std::uint8_t>(record.media_type.size()));
    append_be(out, static_cast<std::uint16_t>(record.name.size()));
    return out.append(record.media_type).append(record.name).append(as_chars(record.inline_bytes));
}

std::optional<Content> decode_content(ByteView bytes)
{
    if (!is_version_1(bytes, content_fixed_size)) {
        return std::nullopt;
    }
    const auto flags = load_be<std::uint16_t>(&bytes[2]);
    const std::size_t type_length = bytes[72];
    const std::size_t name_length = load_be<std::uint16_t>(&bytes[73]);
    const std::size_t inline_offset = content_fixed_size + type_length + name_length;
    if ((flags & ~torrent_flag) != 0 || bytes.size() < inline_offset) {
        return std::nullopt;
    }
    Content out;
    out.kind = static_cast<Kind>(bytes[1]);
    out.has_torrent = flags == torrent_flag;
    out.size = load_be<std::uint64_t>(&bytes[4]);
    out.created = load_be<std::uint64_t>(&bytes[12]);
    out.v1 = hash_at<InfoHash>(bytes, 20);
    out.v2 = hash_at<InfoHashV2>(bytes, 40);
    out.media_type = chars_at(bytes, content_fixed_size, type_length);
    out.name = chars_at(bytes, content_fixed_size + type_length, name_length);
    out.inline_bytes = bytes.subspan(inline_offset);
    return is_valid(out) ? std::optional(out) : std::nullopt;
}

std::string encode_layout(std::uint32_t piece_length, const std::vector<PieceHashes>& entries)
{
    require(std::has_single_bit(piece_length) && std::countr_zero(piece_length) >= min_piece_bits,
            "a piece length must be a power of two of at least 16 KiB");
    std::string out;
    out.reserve(Layout::header_size + entries.size() * Layout::entry_size);
    append_be(out, record_version);
    append_be(out, static_cast<std::uint8_t>(std::countr_zero(piece_length)));
    for (const auto& piece : entries) {
        out.append(piece.root.chars()).append(piece.sha1.chars());
    }
    return out;
}

std::optional<Layout> decode_layout(ByteView bytes)
{
    if (!is_version_1(bytes, Layout::header_size) || bytes[1] < min_piece_bits ||
        bytes[1] > max_piece_bits ||
        (bytes.size() - Layout::header_size) % Layout::entry_size != 0) {
        return std::nullopt;
    }
    return Layout{std::uint32_t{1} << bytes[1], bytes.subspan(Layout::header_size)};
}

std::string encode(const Chunk& record)
{
    std::string out;
    append_be(out, record_version);
    append_be(out, record.length);
    append_be(out, record.references);
    return out;
}

std::optional<Chunk> decode_chunk(ByteView bytes)
{
    if (!is_version_1(bytes, chunk_size) || bytes.size() != chunk_size) {
        return std::nullopt;
    }
    return Chunk{load_be<std::uint32_t>(&bytes[1]), load_be<std::uint32_t>(&bytes[5])};
}

std::string encode(const Ownership& record)
{
    require(record.name.size() <= max_name_length, "a file name is longer than its format allows");
    std::string out;
    append_be(out, record_version);
    append_be(out, static_cast<std::uint16_t>(record.name.size()));
    return out.append(record.name);
}

std::optional<Ownership> decode_ownership(ByteView bytes)
{
    if (!is_version_1(bytes, ownership_fixed_size)) {
        return std::nullopt;
    }
    const std::size_t length = load_be<std::uint16_t>(&bytes[1]);
    if (length > max_name_length || bytes.size() != ownership_fixed_size + length) {
        return std::nullopt;
    }
    return Ownership{chars_at(bytes, ownership_fixed_size, length)};
}

}  // namespace btgw::store
