#include "shared/hex.hpp"
#include "shared/swarm/peer_record.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace btgw;
using namespace btgw::swarm;

namespace {

Peer sample_peer(bool v6)
{
    Peer peer;
    peer.endpoint.v6 = v6;
    peer.endpoint.address = {10, 1, 2, 3};
    if (v6) {
        peer.endpoint.address.fill(0xfd);
    }
    peer.endpoint.port = 0x1ae1;
    peer.id.bytes.fill('-');
    peer.paused = true;
    peer.counted = true;
    peer.seen = 0x65000000;
    return peer;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(swarm_peer_record)

BOOST_AUTO_TEST_CASE(a_record_has_exactly_these_bytes_after_its_spread)
{
    const std::string id = "2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d";
    BOOST_TEST(to_hex(encode(sample_peer(false)).view()).substr(8) ==
               "0a010203"
               "1ae1"
               "06"
               "65000000" +
                   id);
    BOOST_TEST(to_hex(encode(sample_peer(true)).view()).substr(8) ==
               "fdfdfdfdfdfdfdfdfdfdfdfdfdfdfdfd"
               "1ae1"
               "06"
               "65000000" +
                   id);
}

BOOST_AUTO_TEST_CASE(a_record_survives_the_round_trip)
{
    for (const bool v6 : {false, true}) {
        auto peer = sample_peer(v6);
        BOOST_TEST((decode_peer(encode(peer).view(), v6) == peer));
        peer.seed = true;
        peer.paused = peer.counted = false;
        BOOST_TEST((decode_peer(encode(peer).view(), v6) == peer));
    }
}

BOOST_AUTO_TEST_CASE(a_record_of_another_length_is_refused)
{
    const auto record = encode(sample_peer(true));
    for (std::size_t length = 0; length < record_size(true); ++length) {
        BOOST_TEST(!decode_peer(ByteView(record.bytes).first(length), true));
        BOOST_TEST(decode_peer(ByteView(record.bytes).first(length), false).has_value() ==
                   (length == record_size(false)));
    }
}

BOOST_AUTO_TEST_CASE(a_search_starts_just_below_the_record)
{
    for (const bool v6 : {false, true}) {
        const auto peer = sample_peer(v6);
        const auto record = encode(peer);
        const auto search = search_record(peer.endpoint);
        const std::size_t endpoint_end = v6 ? 22 : 10;
        BOOST_TEST(search.size == record.size);
        BOOST_TEST((as_chars(search.view()) < as_chars(record.view())));
        BOOST_TEST((as_chars(search.view().first(endpoint_end)) ==
                    as_chars(record.view().first(endpoint_end))));
    }
}

BOOST_AUTO_TEST_CASE(neighbouring_endpoints_are_spread)
{
    std::set<int> first_bytes;
    auto peer = sample_peer(false);
    for (std::uint16_t port = 6881; port < 6881 + 512; ++port) {
        peer.endpoint.port = port;
        first_bytes.insert(encode(peer).bytes[0]);
    }
    BOOST_TEST(first_bytes.size() > 190U);  // 221 of 256 expected
}

BOOST_AUTO_TEST_SUITE_END()
