// What is kept of each piece, so that a torrent of any version is made without reading data again.
#pragma once

#include "../bytes.hpp"

#include <cstdint>
#include <vector>

namespace btgw::bittorrent {

inline constexpr std::uint32_t block_length = 16u
                                              << 10;  // bytes: a leaf of the merkle tree (BEP 52)

struct PieceHashes {
    PieceRoot root;  // v2 (BEP 52)
    Sha1 sha1;       // v1 (BEP 3)
    bool operator==(const PieceHashes&) const = default;
};

// Hashes of one piece: `bytes` has at most `piece_length` bytes, fewer only in the last piece.
// The merkle tree of a file that is one piece has as many leaves as the next power of two above its
// blocks; otherwise a short piece is padded with zero hashes to a whole piece (BEP 52).
PieceHashes hash_piece(ByteView bytes, std::uint32_t piece_length, bool only_piece);

// Merkle root over the piece roots of a file of more than one piece: `pieces root` in the file
// tree.
PieceRoot file_root(const std::vector<PieceRoot>& pieces, std::uint32_t piece_length);

// Piece length for a blob: a power of two of at least 16 KiB that keeps it within 1024 pieces.
std::uint32_t piece_length_for(std::uint64_t size);

}  // namespace btgw::bittorrent
