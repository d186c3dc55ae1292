// Torrent files: BEP 3, 12, 19, 52; magnets: BEP 9. The info-hashes in the table are those that
// libtorrent 2.0.8's create_torrent gives for the same content.
#include "shared/bittorrent/metainfo.hpp"
#include "shared/digest.hpp"
#include "shared/hex.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

namespace bdata = boost::unit_test::data;
using btgw::as_bytes;
using btgw::to_hex;
using btgw::bittorrent::hash_piece;
using btgw::bittorrent::info_dictionary;
using btgw::bittorrent::magnet_uri;
using btgw::bittorrent::MagnetParts;
using btgw::bittorrent::metainfo_body;
using btgw::bittorrent::PieceHashes;
using btgw::bittorrent::torrent_file;
using btgw::bittorrent::torrent_hashes;
using btgw::bittorrent::TorrentFormat;
using btgw::bittorrent::TorrentHashes;
using btgw::bittorrent::TorrentSource;

namespace {

struct Vector {
    std::size_t size;
    std::uint32_t piece_length;
    std::string v1;         // of the v1 torrent
    std::string v2;         // of the v2 torrent
    std::string hybrid_v1;  // both of the hybrid
    std::string hybrid_v2;
};

std::ostream& operator<<(std::ostream& out, const Vector& v)
{
    return out << v.size << " bytes in pieces of " << v.piece_length;
}

// Byte i of the content is i * 7 + i / 251; the name is content.bin.
// clang-format off
const std::vector<Vector> vectors = {
    {1, 16384,
     "ab84c2b0b0fb024679b95b3a18d7feb0538952cc", "21fd200e8dcf000a3e98e26ab5b5bff9586ab46aa47591cb62e6be6fa006a193",
     "fb0389efd26a512516a8500e1be31a86efd552e8", "21fd8a48d657b87a25e09026c35b632066d6958210708b213a7606286b6ad3a7"},
    {16384, 16384,
     "8c85c3b890d31552ec439d14b5ce951ed01a1a3f", "be792a1df7d7d21de5611c75f75298082681be0ec291276476e8549106e4eede",
     "190ccd066d8d829e07dc1c149427499026c70cea", "05d80688d4fc6de8469072707e7726fc38dbc43a10e4b8a9664fa43127cf94d3"},
    {16385, 16384,
     "302aaea70dfb6e7d8c384b22ed8d3457730d05d6", "35466d5c781111142016f7bb18fa6099eafda5e3953b109066b9c2349414eed0",
     "9c0b5a29dc5417b095857bdb062a4a8afda4e318", "34efece0cb128d597007409c80b6ce1ff42cf5abbe199190e55d528c9cc4507f"},
    {32768, 32768,
     "cbf2d03d17585b4e28dedfa9620fe0e7bd198852", "1d8ad186159279fc4a563c62daaa8311200819b377897c0547fe2372dbf7f922",
     "eb809e9a9dd665eeda9feddbecb2214478141102", "c7630809a6d45abc9bb59af02949caa19c246898e1b71437045c62314516e529"},
    {32769, 32768,
     "c364c790b8d19af72c4ebfeac6d1334e8bb4196a", "109768273b2906aa81db22f8bf9ef85b60e366d9900562da56dfb80be48464ef",
     "a13ce704f0c53d716c16f3222ba47b81e5f3c3a8", "d0176bcecc06387953de1e4943653008dfc7c6c9fd04aceed6e123a6320a838f"},
    {49152, 65536,
     "af1eceae02e9afe7ce23cec93e031f12b1b124a4", "a0e2c0f423beb75f9f6b07ec3ccc19af7121f34c34526b6d8c608ae17aac1164",
     "6959dab42567c2fb03d6451b45877f4dbe320e67", "d650c84744c9723f8b015d847088a58a7411302cdb080d1c7e43a159d7c76609"},
    {100000, 16384,
     "474e8a7308c8248503023fcf0898536b6a954985", "4c68addc5dd280b825991dcde5906c9e57f2b90f895a289fbe565eed0a89f9b9",
     "3b3eb71ab0da3743e87fca9798422bfb2d7cc8e1", "658cdaaab0963894a76edb0f050b1e227997deb5f6db5b5401ce143208d3aded"},
    {2097153, 2097152,
     "9d04653009716400233f921fd9685c6846990c94", "9dfb57831b4fc776b425c7ecec97b8f0c500e0dc7efad0fbf3f3eacf64ef752b",
     "11294c78a93255b44d64b6ecb7c8498a83de783a", "e5966959dacc1a095301b1418f3d38e6f3f1e472cd7e1bdd6fe179de93c2517e"},
};
// clang-format on

struct Content {
    explicit Content(std::size_t size, std::uint32_t piece_length)
    {
        std::string bytes(size, '\0');
        for (std::size_t i = 0; i < size; ++i) {
            bytes[i] = static_cast<char>(i * 7 + i / 251);
        }
        for (std::size_t from = 0; from < size; from += piece_length) {
            const std::string_view piece = std::string_view(bytes).substr(from, piece_length);
            pieces.push_back(hash_piece(as_bytes(piece), piece_length, size <= piece_length));
        }
        source = {"content.bin", size, piece_length, &pieces};
    }

    std::vector<PieceHashes> pieces;
    TorrentSource source;
};

TorrentHashes hashes_of(TorrentFormat format, const TorrentSource& source)
{
    return torrent_hashes(format, info_dictionary(format, source));
}

// Two pieces whose hashes can be read in the bencoded text.
struct Readable {
    Readable()
    {
        for (const char letter : {'a', 'b'}) {
            PieceHashes piece;
            piece.root.bytes.fill(static_cast<std::uint8_t>(letter));
            piece.sha1.bytes.fill(static_cast<std::uint8_t>(letter - 'a' + 'A'));
            pieces.push_back(piece);
        }
        root = btgw::sha256(as_bytes(std::string(32, 'a') + std::string(32, 'b'))).chars();
    }

    std::vector<PieceHashes> pieces;
    std::string root;
    TorrentSource source{"\xc3\xa4 b", 20000, 16384, &pieces};
};

const std::string v1_pieces = std::string(20, 'A') + std::string(20, 'B');
const std::string v2_pieces = std::string(32, 'a') + std::string(32, 'b');

}  // namespace

BOOST_AUTO_TEST_SUITE(bittorrent_metainfo)

BOOST_DATA_TEST_CASE(info_hashes_are_those_of_libtorrent, bdata::make(vectors), v)
{
    const Content content(v.size, v.piece_length);
    const TorrentHashes v1 = hashes_of(TorrentFormat::v1, content.source);
    const TorrentHashes v2 = hashes_of(TorrentFormat::v2, content.source);
    const TorrentHashes hybrid = hashes_of(TorrentFormat::hybrid, content.source);
    BOOST_TEST(to_hex(v1.v1.value()) == v.v1);
    BOOST_TEST(!v1.v2.has_value());
    BOOST_TEST(!v2.v1.has_value());
    BOOST_TEST(to_hex(v2.v2.value()) == v.v2);
    BOOST_TEST(to_hex(hybrid.v1.value()) == v.hybrid_v1);
    BOOST_TEST(to_hex(hybrid.v2.value()) == v.hybrid_v2);
}

BOOST_AUTO_TEST_CASE(a_v1_torrent_byte_by_byte)  // BEP 3
{
    const Readable content;
    BOOST_TEST(metainfo_body(TorrentFormat::v1, content.source) ==
               "4:infod6:lengthi20000e4:name4:\xc3\xa4 b12:piece lengthi16384e6:pieces40:" +
                   v1_pieces + "e");
}

BOOST_AUTO_TEST_CASE(a_v2_torrent_byte_by_byte)  // BEP 52
{
    const Readable content;
    BOOST_TEST(
        metainfo_body(TorrentFormat::v2, content.source) ==
        "4:infod9:file treed4:\xc3\xa4 bd0:d6:lengthi20000e11:pieces root32:" + content.root +
            "eee12:meta versioni2e4:name4:\xc3\xa4 b12:piece lengthi16384ee"
            "12:piece layersd32:" +
            content.root + "64:" + v2_pieces + "e");
}

BOOST_AUTO_TEST_CASE(a_hybrid_torrent_byte_by_byte)  // BEP 52
{
    const Readable content;
    BOOST_TEST(
        metainfo_body(TorrentFormat::hybrid, content.source) ==
        "4:infod9:file treed4:\xc3\xa4 bd0:d6:lengthi20000e11:pieces root32:" + content.root +
            "eee6:lengthi20000e12:meta versioni2e4:name4:\xc3\xa4 b"
            "12:piece lengthi16384e6:pieces40:" +
            v1_pieces + "e12:piece layersd32:" + content.root + "64:" + v2_pieces + "e");
}

BOOST_AUTO_TEST_CASE(a_file_of_one_piece_has_no_piece_layers)  // BEP 52
{
    Readable content;
    content.pieces.pop_back();
    content.source.size = 16384;
    const std::string body = metainfo_body(TorrentFormat::v2, content.source);
    BOOST_TEST(body.find("piece layers") == std::string::npos);
    BOOST_TEST(body.find("11:pieces root32:" + std::string(32, 'a')) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(trackers_share_one_tier)  // BEP 12, BEP 19
{
    BOOST_TEST(torrent_file("4:infode", {"http://a/announce", "udp://a:1"}, {"http://a/w", "b"}) ==
               "d8:announce17:http://a/announce13:announce-listll17:http://a/announce9:udp://a:1ee"
               "4:infode8:url-listl10:http://a/w1:bee");
}

BOOST_AUTO_TEST_CASE(empty_lists_leave_their_keys_out)
{
    BOOST_TEST(torrent_file("4:infode", {}, {}) == "d4:infodee");
}

BOOST_AUTO_TEST_CASE(magnets_carry_all_they_can)  // BEP 9, BEP 52
{
    MagnetParts parts;
    parts.v1.emplace().bytes.fill(0x1f);
    parts.v2.emplace().bytes.fill(0xa0);
    parts.name = "\xc3\xa4 & b.txt";
    parts.size = 7;
    parts.trackers = {"http://t:1/announce", "udp://t:2"};
    parts.web_seeds = {"http://w/x y"};
    std::string v1;
    std::string v2;
    for (int i = 0; i < 20; ++i) {
        v1 += "1f";
    }
    for (int i = 0; i < 32; ++i) {
        v2 += "a0";
    }
    BOOST_TEST(magnet_uri(parts) == "magnet:?xt=urn:btih:" + v1 + "&xt=urn:btmh:1220" + v2 +
                                        "&dn=%C3%A4%20%26%20b.txt&xl=7"
                                        "&tr=http%3A%2F%2Ft%3A1%2Fannounce&tr=udp%3A%2F%2Ft%3A2"
                                        "&ws=http%3A%2F%2Fw%2Fx%20y");
}

BOOST_AUTO_TEST_CASE(a_magnet_may_be_of_v2_alone)
{
    MagnetParts parts;
    parts.v2.emplace();
    BOOST_TEST(magnet_uri(parts) == "magnet:?xt=urn:btmh:1220" + std::string(64, '0'));
}

BOOST_AUTO_TEST_SUITE_END()
