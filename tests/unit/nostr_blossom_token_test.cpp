// Authorization tokens: BUD-11, and what clients really send.
#include "shared/nostr/blossom_token.hpp"
#include "signed_event.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <openssl/evp.h>

#include <limits>
#include <string>
#include <vector>

namespace bdata = boost::unit_test::data;
using namespace std::string_literals;
using btgw::Sha256;
using btgw::to_hex;
using btgw::nostr::BlossomToken;
using btgw::nostr::check_use;
using btgw::nostr::covers;
using btgw::nostr::Event;
using btgw::nostr::parse_blossom_token;
using btgw::nostr::TokenUse;
using btgw::test::event_json;
using btgw::test::SigningKey;

namespace {

using Tags = std::vector<std::vector<std::string>>;

constexpr std::int64_t now = 1700000000;
const std::string hash_a(64, 'a');
const std::string hash_b(64, 'b');

std::string to_base64(const std::string& bytes)
{
    std::string out(4 * (bytes.size() / 3 + 1) + 1, '\0');
    const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                       reinterpret_cast<const unsigned char*>(bytes.data()),
                                       static_cast<int>(bytes.size()));
    out.resize(static_cast<std::size_t>(length));
    return out;
}

Event event_with(const Tags& tags, std::uint16_t kind = 24242)
{
    Event event;
    event.created_at = now - 10;
    event.kind = kind;
    event.tags = tags;
    event.content = "Upload \xc3\xa4?>~ \xf0\x9f\x90\x88";  // gives '+' and '/' in base64
    SigningKey().sign(event);
    return event;
}

std::string header_of(const Event& event)
{
    return "Nostr " + to_base64(event_json(event));
}

Tags usual_tags()
{
    // expiration first, as nostr-tools writes it
    return {{"expiration", std::to_string(now + 60)}, {"t", "upload"}, {"x", hash_a}};
}

std::string error_of(const std::string& authorization)
{
    const auto token = parse_blossom_token(authorization);
    return token ? "" : token.error();
}

// The error for a token with one more tag than usual.
std::string error_with(const std::vector<std::string>& tag)
{
    Tags tags = usual_tags();
    tags.push_back(tag);
    return error_of(header_of(event_with(tags)));
}

std::vector<std::string> servers_of(const std::string& server)
{
    Tags tags = usual_tags();
    tags.push_back({"server", server});
    return parse_blossom_token(header_of(event_with(tags))).value().servers;
}

BlossomToken token_for(const std::string& verb)
{
    BlossomToken token;
    token.verb = verb;
    token.created_at = now - 10;
    token.expiration = now + 10;
    return token;
}

std::string use_error(const BlossomToken& token,
                      const TokenUse& use = {"upload", "example.com", now})
{
    const auto checked = check_use(token, use);
    return checked ? "" : checked.error();
}

const std::vector<std::string> bad_times = {"never", "",   "-1",   "+1",  "1e99",
                                            "1.5",   " 1", "0x7f", "1\0"s};

}  // namespace

BOOST_AUTO_TEST_SUITE(nostr_blossom_token)

BOOST_AUTO_TEST_CASE(reads_a_token)
{
    Tags tags = usual_tags();
    tags.push_back({"x", hash_b});
    tags.push_back({"unknown", "tag"});
    const auto token = parse_blossom_token(header_of(event_with(tags)));
    BOOST_REQUIRE(token.has_value());
    BOOST_TEST((token->pubkey == SigningKey().public_key));
    BOOST_TEST(token->verb == "upload");
    BOOST_TEST(token->created_at == now - 10);
    BOOST_TEST(token->expiration == now + 60);
    BOOST_TEST(token->servers.empty());
    BOOST_REQUIRE(token->blobs.size() == 2);
    BOOST_TEST(to_hex(token->blobs[1]) == hash_b);
}

BOOST_AUTO_TEST_CASE(every_spelling_of_base64_will_do)  // BUD-11 says unpadded URL; clients differ
{
    // Bytes 0xfb and 0xff at the right places make the two alphabets differ.
    const std::string standard = header_of(event_with(usual_tags()));
    BOOST_REQUIRE(standard.find('=') != std::string::npos);
    std::string url = standard;
    for (char& c : url) {
        c = c == '+' ? '-' : c == '/' ? '_' : c;
    }
    BOOST_REQUIRE(url != standard);
    for (const std::string& spelling : {standard, url}) {
        BOOST_TEST(error_of(spelling) == "");
        BOOST_TEST(error_of(spelling.substr(0, spelling.find('='))) == "");
    }
}

BOOST_AUTO_TEST_CASE(the_scheme_is_nostr_in_any_case)  // RFC 9110 section 11.1
{
    const std::string header = header_of(event_with(usual_tags()));
    BOOST_TEST(error_of("nostr  " + header.substr(6) + " ") == "");
    for (const std::string& other : {""s, "Nostr"s, "Nostr "s, "Bearer x"s, header.substr(6),
                                     "Nostr" + header.substr(6), "Nostr !" + header.substr(6)}) {
        BOOST_TEST(error_of(other) != "");
    }
}

BOOST_AUTO_TEST_CASE(a_token_is_bounded)
{
    BOOST_TEST(error_of("Nostr " + std::string(btgw::nostr::max_token_size + 1, 'A')) ==
               "token is too long");
}

BOOST_AUTO_TEST_CASE(another_kind_is_no_token)
{
    BOOST_TEST(error_of(header_of(event_with(usual_tags(), 27235))) ==
               "token is not an event of kind 24242");
}

BOOST_AUTO_TEST_CASE(a_token_is_signed)
{
    Event event = event_with(usual_tags());
    event.signature.bytes[0] ^= 1;
    BOOST_TEST(error_of(header_of(event)) == "token has a wrong id or signature");
    event = event_with(usual_tags());
    event.content = "changed";
    BOOST_TEST(error_of(header_of(event)) == "token has a wrong id or signature");
}

BOOST_AUTO_TEST_CASE(verb_and_expiration_are_needed_once)
{
    const std::string soon = std::to_string(now + 60);
    BOOST_TEST(error_of(header_of(event_with({{"t", "get"}}))) == "token has no expiration tag");
    BOOST_TEST(error_of(header_of(event_with({{"expiration", soon}}))) == "token has no t tag");
    BOOST_TEST(error_with({"t", "delete"}) == "token has several t tags");
    BOOST_TEST(error_with({"expiration", soon}) == "token has several expiration tags");
    BOOST_TEST(error_with({}) == "");
}

BOOST_AUTO_TEST_CASE(verbs_are_compared_exactly)
{
    for (const std::string& verb : {"get"s, "upload"s, "list"s, "delete"s, "media"s}) {
        const Event event = event_with({{"t", verb}, {"expiration", "9999999999"}});
        BOOST_TEST(parse_blossom_token(header_of(event)).value().verb == verb);
    }
    for (const std::string& verb : {""s, "Upload"s, "upload\0"s, "uploads"s, " get"s}) {
        BOOST_TEST(error_of(header_of(event_with({{"t", verb}, {"expiration", "9999999999"}}))) ==
                   "token has an unknown verb in its t tag");
    }
    BOOST_TEST(error_of(header_of(event_with({{"t"}, {"expiration", "9999999999"}}))) != "");
}

BOOST_DATA_TEST_CASE(an_expiration_is_decimal_digits, bdata::xrange(bad_times.size()), i)
{
    BOOST_TEST(error_of(header_of(event_with({{"t", "get"}, {"expiration", bad_times[i]}}))) ==
               "token expiration is not a Unix time");
}

BOOST_AUTO_TEST_CASE(a_huge_expiration_is_far_away)
{
    const Event event = event_with({{"t", "get"}, {"expiration", std::string(30, '9')}});
    BOOST_TEST(parse_blossom_token(header_of(event)).value().expiration ==
               std::numeric_limits<std::int64_t>::max());
}

BOOST_AUTO_TEST_CASE(x_tags_are_hashes_in_lower_case)
{
    for (const std::string& x : {""s, "a"s, std::string(64, 'A'), std::string(64, 'g'),
                                 std::string(63, 'a'), std::string(65, 'a')}) {
        BOOST_TEST(error_with({"x", x}) != "");
    }
}

BOOST_AUTO_TEST_CASE(servers_are_kept_as_hosts)  // BUD-11 wants bare domains; clients send more
{
    using Hosts = std::vector<std::string>;
    BOOST_TEST((servers_of("Example.COM") == Hosts{"example.com"}));
    BOOST_TEST((servers_of("example.com:8081") == Hosts{"example.com"}));
    BOOST_TEST((servers_of("https://Example.com:8081/upload?x#y") == Hosts{"example.com"}));
    BOOST_TEST((servers_of("http://example.com/") == Hosts{"example.com"}));
    BOOST_TEST((servers_of("http://evil.example@example.com") == Hosts{"example.com"}));
    BOOST_TEST((servers_of("http://[::1]:8081/") == Hosts{"[::1]"}));
    BOOST_TEST((servers_of("") == Hosts{""}));
}

BOOST_AUTO_TEST_CASE(a_token_is_used_for_its_verb)
{
    BOOST_TEST(use_error(token_for("upload")) == "");
    BOOST_TEST(use_error(token_for("delete")) == "token is for delete, not for upload");
}

BOOST_AUTO_TEST_CASE(a_token_is_used_before_it_expires)
{
    BlossomToken token = token_for("upload");
    token.expiration = now + 1;
    BOOST_TEST(use_error(token) == "");
    token.expiration = now;
    BOOST_TEST(use_error(token) == "token has expired");
}

BOOST_AUTO_TEST_CASE(a_token_comes_from_the_past)
{
    BlossomToken token = token_for("upload");
    token.created_at = 0;  // there is no maximum age
    BOOST_TEST(use_error(token) == "");
    token.created_at = now + 60;
    BOOST_TEST(use_error(token) == "");
    token.created_at = now + 61;
    BOOST_TEST(use_error(token) == "token is from the future");
}

BOOST_AUTO_TEST_CASE(a_token_is_used_at_its_servers)
{
    BlossomToken token = token_for("upload");
    token.servers = {"other.example", "example.com"};
    BOOST_TEST(use_error(token, {"upload", "EXAMPLE.com", now}) == "");
    BOOST_TEST(use_error(token, {"upload", "sub.example.com", now}) ==
               "token is for another server");
    token.servers = {""};
    BOOST_TEST(use_error(token, {"upload", "", now}) == "token is for another server");
}

BOOST_AUTO_TEST_CASE(a_token_covers_what_it_names)
{
    BlossomToken token;
    const auto a = btgw::from_hex<Sha256>(hash_a).value();
    BOOST_TEST(!covers(token, a));
    token.blobs = {btgw::from_hex<Sha256>(hash_b).value(), a};
    BOOST_TEST(covers(token, a));
}

BOOST_AUTO_TEST_SUITE_END()
