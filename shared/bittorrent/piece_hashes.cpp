#include "piece_hashes.hpp"

#include "../digest.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

namespace btgw::bittorrent {

namespace {

constexpr std::uint64_t max_blob_pieces = 1024;
constexpr std::uint32_t max_piece_length = 1u << 30;  // bytes

PieceRoot node(const Sha256& hash)
{
    return {hash.bytes};
}

PieceRoot parent(const PieceRoot& left, const PieceRoot& right)
{
    std::array<std::uint8_t, 2 * PieceRoot::size> both;
    auto* const middle = std::copy(left.bytes.begin(), left.bytes.end(), both.begin());
    std::copy(right.bytes.begin(), right.bytes.end(), middle);
    return node(sha256(both));
}

// Root of a tree of `leaves` (a power of two) leaves, of which those after `layer` are `pad`. Nodes
// over pads alone are all alike on one level, so that they are hashed once a level.
PieceRoot merkle_root(std::vector<PieceRoot> layer, std::size_t leaves, PieceRoot pad)
{
    for (; leaves > 1; leaves /= 2) {
        if (layer.size() % 2 != 0) {
            layer.push_back(pad);
        }
        for (std::size_t i = 0; i < layer.size(); i += 2) {
            layer[i / 2] = parent(layer[i], layer[i + 1]);
        }
        layer.resize(layer.size() / 2);
        pad = parent(pad, pad);
    }
    return layer.empty() ? pad : layer.front();
}

std::vector<PieceRoot> block_hashes(ByteView bytes)
{
    std::vector<PieceRoot> out;
    out.reserve(bytes.size() / block_length + 1);
    while (!bytes.empty()) {
        const ByteView block = bytes.first(std::min<std::size_t>(bytes.size(), block_length));
        out.push_back(node(sha256(block)));
        bytes = bytes.subspan(block.size());
    }
    return out;
}

}  // namespace

PieceHashes hash_piece(ByteView bytes, std::uint32_t piece_length, bool only_piece)
{
    std::vector<PieceRoot> blocks = block_hashes(bytes);
    const std::size_t leaves =
        only_piece ? std::bit_ceil(blocks.size()) : piece_length / block_length;
    return {merkle_root(std::move(blocks), leaves, PieceRoot{}), sha1(bytes)};
}

PieceRoot file_root(const std::vector<PieceRoot>& pieces, std::uint32_t piece_length)
{
    const PieceRoot empty_piece = merkle_root({}, piece_length / block_length, PieceRoot{});
    return merkle_root(pieces, std::bit_ceil(pieces.size()), empty_piece);
}

std::uint32_t piece_length_for(std::uint64_t size)
{
    std::uint32_t length = block_length;
    while (size > length * max_blob_pieces && length < max_piece_length) {
        length *= 2;
    }
    return length;
}

}  // namespace btgw::bittorrent
