// Tracker requests and answers: BEP 3, 7, 21, 23, 24, 31, 48, and what clients really send.
#include "shared/bittorrent/announce.hpp"
#include "shared/http/url.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <limits>
#include <ostream>
#include <string>
#include <vector>

namespace bdata = boost::unit_test::data;
using namespace std::string_literals;
using btgw::InfoHash;
using btgw::bittorrent::AnnounceAnswer;
using btgw::bittorrent::AnnounceRequest;
using btgw::bittorrent::Counters;
using btgw::bittorrent::encode_announce;
using btgw::bittorrent::encode_failure;
using btgw::bittorrent::encode_scrape;
using btgw::bittorrent::Endpoint;
using btgw::bittorrent::Event;
using btgw::bittorrent::parse_announce;
using btgw::bittorrent::parse_scrape;
using btgw::bittorrent::PeerId;

namespace {

const std::string hash_parameter = "info_hash=aaaaaaaaaaaaaaaaaaaa";
constexpr std::uint64_t unknown = std::numeric_limits<std::uint64_t>::max();

InfoHash hash_of(char letter)
{
    InfoHash out;
    out.bytes.fill(static_cast<std::uint8_t>(letter));
    return out;
}

AnnounceRequest parsed(const std::string& rest)
{
    const auto request = parse_announce(hash_parameter + "&" + rest);
    BOOST_REQUIRE_MESSAGE(request.has_value(), rest);
    return *request;
}

std::string error_of(const std::string& query)
{
    const auto request = parse_announce(query);
    return request ? "" : request.error();
}

Endpoint v4(std::uint8_t last, std::uint16_t port)
{
    return {false, {10, 0, 0, last}, port};
}

Endpoint v6(std::uint8_t last, std::uint16_t port)
{
    return {true, {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last}, port};
}

PeerId peer_id(char letter)
{
    PeerId out;
    out.bytes.fill(static_cast<std::uint8_t>(letter));
    return out;
}

AnnounceAnswer both_families()
{
    AnnounceAnswer answer;
    answer.counters = {3, 5, 7, 0};
    answer.peers = {{v4(1, 0x1ae1), peer_id('p')}, {v6(2, 258), peer_id('q')}};
    return answer;
}

// What comes before the peers in each of the answers below.
const std::string head =
    "d8:completei3e10:downloadedi7e10:incompletei5e8:intervali1800e12:min intervali300e";

struct Number {
    std::string text;
    std::uint64_t value;
};

std::ostream& operator<<(std::ostream& out, const Number& n)
{
    return out << n.text;
}

const std::vector<Number> lefts = {
    {"left=0", 0},
    {"left=00", 0},
    {"left=16384", 16384},  // a magnet in libtorrent
    {"left=18446744073709551615", unknown},
    {"left=18446744073709551616", unknown},
    {"left=99999999999999999999999999", unknown},
    {"left=-1", unknown},
    {"left=", unknown},
    {"", unknown},
};

const std::vector<Number> num_wants = {
    {"", 50},
    {"numwant=-1", 50},
    {"numwant=", 50},
    {"numwant=0", 0},
    {"numwant=1", 1},
    {"numwant=200", 200},
    {"numwant=201", 200},
    {"numwant=4294967296", 200},
    {"numwant=200&event=stopped", 0},
};

const std::vector<std::string> bad_numbers = {"abc", "1.5", "0x10", "+1", "1e3",
                                              "--1", "-",   "1 ",   "%31"};

}  // namespace

BOOST_AUTO_TEST_SUITE(bittorrent_announce)

BOOST_AUTO_TEST_CASE(parses_an_announce_of_libtorrent)
{
    const auto request = parse_announce(
        "info_hash=%c3%9a%00%26%3d%2b+%ff%20abcdefghijk&peer_id=-LT2080-abcdefghijkl&port=6881"
        "&uploaded=1&downloaded=2&left=3&corrupt=0&key=0F1E2D3C&event=started&numwant=200"
        "&compact=1&no_peer_id=1&supportcrypto=1&redundant=0");
    BOOST_REQUIRE(request.has_value());
    BOOST_TEST(request->info_hash.chars() == "\xc3\x9a\0&=++\xff abcdefghijk"s);
    BOOST_TEST(request->peer_id.value().chars() == "-LT2080-abcdefghijkl");
    BOOST_TEST(request->port == 6881);
    BOOST_TEST(request->uploaded == 1u);
    BOOST_TEST(request->downloaded == 2u);
    BOOST_TEST(request->left == 3u);
    BOOST_TEST((request->event == Event::started));
    BOOST_TEST(request->num_want == 200u);
    BOOST_TEST(request->compact);
    BOOST_TEST(request->no_peer_id);
}

BOOST_AUTO_TEST_CASE(the_info_hash_alone_is_enough)
{
    const AnnounceRequest request = parsed("");
    BOOST_TEST((request.info_hash == hash_of('a')));
    BOOST_TEST(!request.peer_id.has_value());
    BOOST_TEST(request.port == 0);
    BOOST_TEST((request.event == Event::none));
    BOOST_TEST(request.compact);
    BOOST_TEST(!request.no_peer_id);
}

BOOST_AUTO_TEST_CASE(parameters_come_in_any_order)  // WebTorrent sends info_hash near the end
{
    const auto request = parse_announce("left=0&event=completed&port=1&" + hash_parameter);
    BOOST_REQUIRE(request.has_value());
    BOOST_TEST((request->event == Event::completed));
    BOOST_TEST(request->port == 1);
}

BOOST_AUTO_TEST_CASE(every_byte_of_an_info_hash_may_be_escaped_or_not)
{
    for (int byte = 0; byte < 256; ++byte) {
        const std::string bytes(20, static_cast<char>(byte));
        const auto request = parse_announce("info_hash=" + btgw::http::percent_encode(bytes));
        BOOST_REQUIRE(request.has_value());
        BOOST_TEST(request->info_hash.chars() == bytes);
    }
}

BOOST_AUTO_TEST_CASE(an_info_hash_has_twenty_bytes_and_comes_once)
{
    BOOST_TEST(error_of("") == "missing info_hash");
    BOOST_TEST(error_of("port=1") == "missing info_hash");
    BOOST_TEST(error_of("info_hash=") == "invalid info_hash");
    BOOST_TEST(error_of("info_hash=" + std::string(19, 'a')) == "invalid info_hash");
    BOOST_TEST(error_of("info_hash=" + std::string(21, 'a')) == "invalid info_hash");
    BOOST_TEST(error_of("info_hash=" + std::string(40, 'a')) == "invalid info_hash");
    BOOST_TEST(error_of("info_hash=" + std::string(19, 'a') + "%4") == "invalid info_hash");
    BOOST_TEST(error_of(hash_parameter + "&" + hash_parameter) == "several info_hash parameters");
}

BOOST_AUTO_TEST_CASE(a_peer_id_has_twenty_bytes)
{
    BOOST_TEST(error_of(hash_parameter + "&peer_id=short") == "invalid peer_id");
}

BOOST_DATA_TEST_CASE(only_zero_left_is_a_seed, bdata::make(lefts), c)
{
    BOOST_TEST(parsed(c.text).left == c.value);
}

BOOST_DATA_TEST_CASE(num_want_has_a_default_and_a_limit, bdata::make(num_wants), c)
{
    BOOST_TEST(parsed(c.text).num_want == c.value);
}

BOOST_DATA_TEST_CASE(numbers_are_decimal_digits, bdata::make(bad_numbers), text)
{
    for (const char* name : {"port", "uploaded", "downloaded", "left", "numwant"}) {
        BOOST_TEST(error_of(hash_parameter + "&" + name + "=" + text) == "invalid "s + name);
    }
}

BOOST_AUTO_TEST_CASE(transferred_bytes_saturate)
{
    const AnnounceRequest request = parsed("uploaded=99999999999999999999&downloaded=-5");
    BOOST_TEST(request.uploaded == unknown);
    BOOST_TEST(request.downloaded == 0u);
}

BOOST_AUTO_TEST_CASE(a_port_has_sixteen_bits)
{
    BOOST_TEST(parsed("port=65535").port == 65535);
    BOOST_TEST(parsed("port=").port == 0);
    BOOST_TEST(error_of(hash_parameter + "&port=65536") == "invalid port");
    BOOST_TEST(error_of(hash_parameter + "&port=-1") == "invalid port");
}

BOOST_AUTO_TEST_CASE(unknown_events_are_none)  // BEP 3, BEP 21
{
    BOOST_TEST((parsed("event=paused").event == Event::paused));
    BOOST_TEST((parsed("event=stopped").event == Event::stopped));
    for (const char* event : {"empty", "", "STARTED", "nonsense"}) {
        BOOST_TEST((parsed("event="s + event).event == Event::none));
    }
}

BOOST_AUTO_TEST_CASE(the_compact_form_is_refused_with_zero_only)  // BEP 23
{
    BOOST_TEST(!parsed("compact=0").compact);
    BOOST_TEST(parsed("compact=1").compact);
    BOOST_TEST(parsed("compact=").compact);
}

BOOST_AUTO_TEST_CASE(a_scrape_names_each_hash_once)  // BEP 48
{
    const std::string b = "info_hash=bbbbbbbbbbbbbbbbbbbb";
    const auto hashes = parse_scrape(b + "&x=1&" + hash_parameter + "&" + b);
    BOOST_REQUIRE(hashes.has_value());
    BOOST_TEST((*hashes == std::vector<InfoHash>{hash_of('b'), hash_of('a')}));
}

BOOST_AUTO_TEST_CASE(a_scrape_of_nothing_or_everything_is_refused)
{
    BOOST_TEST(parse_scrape("").error() == "missing info_hash");
    BOOST_TEST(parse_scrape("info_hash=short").error() == "invalid info_hash");
}

BOOST_AUTO_TEST_CASE(a_scrape_is_bounded)
{
    std::string query;
    for (std::size_t i = 0; i < btgw::bittorrent::max_scrape_hashes; ++i) {
        query += "info_hash=aaaaaaaaaaaaaaaaa" + std::to_string(100 + i) + "&";
    }
    BOOST_TEST(parse_scrape(query).value().size() == 100u);
    // the words that make Transmission ask for fewer
    BOOST_TEST(parse_scrape(query + hash_parameter).error().starts_with("Request-URI Too Long"));
}

BOOST_AUTO_TEST_CASE(a_compact_answer_byte_by_byte)  // BEP 23, BEP 7
{
    BOOST_TEST(encode_announce(both_families(), true, false) ==
               head + "5:peers6:\x0a\0\0\x01\x1a\xe1"s +
                   "6:peers618:\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02\x01\x02"s + "e");
}

BOOST_AUTO_TEST_CASE(a_list_answer_byte_by_byte)  // BEP 3, BEP 7
{
    BOOST_TEST(encode_announce(both_families(), false, false) ==
               head + "5:peersl" + "d2:ip8:10.0.0.17:peer id20:" + std::string(20, 'p') +
                   "4:porti6881ee" + "d2:ip11:2001:db8::27:peer id20:" + std::string(20, 'q') +
                   "4:porti258eeee");
}

BOOST_AUTO_TEST_CASE(peer_ids_are_left_out_where_asked)  // BEP 23
{
    BOOST_TEST(encode_announce(both_families(), false, true) ==
               head + "5:peersld2:ip8:10.0.0.14:porti6881eed2:ip11:2001:db8::24:porti258eeee");
}

BOOST_AUTO_TEST_CASE(peers_are_always_there)  // uTorrent and rtorrent fail without them
{
    AnnounceAnswer answer = both_families();
    answer.peers.clear();
    BOOST_TEST(encode_announce(answer, true, false) == head + "5:peers0:e");
    BOOST_TEST(encode_announce(answer, false, false) == head + "5:peerslee");
    answer.peers = {{v6(2, 258), {}}};
    BOOST_TEST(encode_announce(answer, true, false).find("5:peers0:6:peers618:") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_clients_own_address_is_told)  // BEP 24
{
    AnnounceAnswer answer;
    answer.counters = {1, 2, 3, 1};
    answer.external = v4(9, 0);
    BOOST_TEST(encode_announce(answer, true, false) ==
               "d8:completei1e10:downloadedi3e11:downloadersi1e11:external ip4:\x0a\0\0\x09"s +
                   "10:incompletei2e8:intervali1800e12:min intervali300e5:peers0:e");
    answer.external = v6(9, 0);
    BOOST_TEST(encode_announce(answer, true, false).find("11:external ip16:\x20\x01\x0d\xb8") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_failure_says_when_to_come_back)  // BEP 31
{
    BOOST_TEST(encode_failure("no", 900, std::nullopt) == "d14:failure reason2:no8:intervali900ee");
    BOOST_TEST(encode_failure("no", 900, 5) ==
               "d14:failure reason2:no8:intervali900e8:retry ini5ee");
    BOOST_TEST(encode_failure("no", 900, 0) ==
               "d14:failure reason2:no8:intervali900e8:retry in5:nevere");
}

BOOST_AUTO_TEST_CASE(a_scrape_is_sorted_and_without_duplicates)  // BEP 48, BEP 21
{
    const std::string scrape =
        encode_scrape({{hash_of('b'), {1, 5, 3, 2}}, {hash_of('a'), {}}, {hash_of('b'), {}}}, 60);
    BOOST_TEST(scrape ==
               "d5:filesd"
               "20:aaaaaaaaaaaaaaaaaaaad8:completei0e10:downloadedi0e11:downloadersi0e"
               "10:incompletei0ee"
               "20:bbbbbbbbbbbbbbbbbbbbd8:completei1e10:downloadedi3e11:downloadersi3e"
               "10:incompletei5ee"
               "e5:flagsd20:min_request_intervali60eee");
}

BOOST_AUTO_TEST_CASE(a_scrape_of_unknown_hashes_has_no_files)
{
    BOOST_TEST(encode_scrape({}, 60) == "d5:filesde5:flagsd20:min_request_intervali60eee");
}

BOOST_AUTO_TEST_CASE(hashes_sort_as_unsigned_bytes)
{
    const std::string scrape = encode_scrape({{hash_of('\xff'), {}}, {hash_of('\x01'), {}}}, 60);
    BOOST_TEST(scrape.find('\xff') > scrape.find('\x01'));
}

BOOST_AUTO_TEST_SUITE_END()
