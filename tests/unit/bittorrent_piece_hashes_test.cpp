// Piece hashes: BEP 3 (pieces), BEP 52 (pieces root, piece layers). A slow and obvious merkle tree
// is the reference.
#include "shared/bittorrent/piece_hashes.hpp"
#include "shared/digest.hpp"
#include "shared/hex.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace bdata = boost::unit_test::data;
using btgw::as_bytes;
using btgw::sha1;
using btgw::sha256;
using btgw::to_hex;
using btgw::bittorrent::block_length;
using btgw::bittorrent::file_root;
using btgw::bittorrent::hash_piece;
using btgw::bittorrent::piece_length_for;
using btgw::bittorrent::PieceHashes;

namespace {

std::string content(std::size_t size)
{
    std::string out(size, '\0');
    for (std::size_t i = 0; i < size; ++i) {
        out[i] = static_cast<char>(i * 7 + i / 251);
    }
    return out;
}

// The tree of BEP 52 drawn in full: every leaf, zeros for those beyond the end.
std::string reference_root(std::string_view bytes, std::size_t leaves)
{
    std::vector<std::string> layer;
    for (std::size_t i = 0; i < leaves; ++i) {
        const std::size_t from = i * block_length;
        layer.push_back(
            from < bytes.size()
                ? std::string(sha256(as_bytes(bytes.substr(from, block_length))).chars())
                : std::string(32, '\0'));
    }
    while (layer.size() > 1) {
        std::vector<std::string> above;
        for (std::size_t i = 0; i < layer.size(); i += 2) {
            above.emplace_back(sha256(as_bytes(layer[i] + layer[i + 1])).chars());
        }
        layer = above;
    }
    return to_hex(as_bytes(layer[0]));
}

std::size_t power_of_two_from(std::size_t n)
{
    std::size_t out = 1;
    while (out < n) {
        out *= 2;
    }
    return out;
}

constexpr std::uint32_t piece_length = 8 * block_length;

const std::vector<std::size_t> piece_sizes = {
    1,           16383, 16384, 16385,  32768,  32769,  49152,
    49153,       65536, 65537, 100000, 114688, 114689, piece_length - 1,
    piece_length};

}  // namespace

BOOST_AUTO_TEST_SUITE(bittorrent_piece_hashes)

BOOST_DATA_TEST_CASE(a_piece_among_others_has_a_whole_tree, bdata::make(piece_sizes), size)
{
    const std::string bytes = content(size);
    const PieceHashes hashes = hash_piece(as_bytes(bytes), piece_length, false);
    BOOST_TEST(to_hex(hashes.root) == reference_root(bytes, 8));
    BOOST_TEST(to_hex(hashes.sha1) == to_hex(sha1(as_bytes(bytes))));
}

BOOST_DATA_TEST_CASE(an_only_piece_has_the_tree_of_its_blocks, bdata::make(piece_sizes), size)
{
    const std::string bytes = content(size);
    const std::size_t blocks = (size + block_length - 1) / block_length;
    BOOST_TEST(to_hex(hash_piece(as_bytes(bytes), piece_length, true).root) ==
               reference_root(bytes, power_of_two_from(blocks)));
}

BOOST_DATA_TEST_CASE(the_file_root_is_the_root_over_all_blocks, bdata::xrange(2, 18), count)
{
    const auto pieces_in_file = static_cast<std::size_t>(count);
    const std::string bytes = content((pieces_in_file - 1) * piece_length + 5);
    std::vector<btgw::PieceRoot> pieces;
    for (std::size_t from = 0; from < bytes.size(); from += piece_length) {
        const std::string_view piece = std::string_view(bytes).substr(from, piece_length);
        pieces.push_back(hash_piece(as_bytes(piece), piece_length, false).root);
    }
    BOOST_TEST(pieces.size() == pieces_in_file);
    BOOST_TEST(to_hex(file_root(pieces, piece_length)) ==
               reference_root(bytes, 8 * power_of_two_from(pieces_in_file)));
}

BOOST_AUTO_TEST_CASE(a_block_is_its_own_root)
{
    // sha256sum of 16 KiB of zeros
    BOOST_TEST(
        to_hex(hash_piece(as_bytes(std::string(block_length, '\0')), block_length, true).root) ==
        "4fe7b59af6de3b665b67788cc2f99892ab827efae3a467342b3bb4e3bc8e5bfe");
}

BOOST_AUTO_TEST_CASE(piece_lengths_grow_with_the_blob)
{
    BOOST_TEST(piece_length_for(0) == 16384u);
    BOOST_TEST(piece_length_for(1) == 16384u);
    BOOST_TEST(piece_length_for(16u << 20) == 16384u);
    BOOST_TEST(piece_length_for((16u << 20) + 1) == 32768u);
    BOOST_TEST(piece_length_for(100u << 20) == 131072u);
    BOOST_TEST(piece_length_for(~std::uint64_t{0}) == 1u << 30);
}

BOOST_AUTO_TEST_SUITE_END()
