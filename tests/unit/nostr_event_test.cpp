// Nostr events: NIP-01 (form, id), BIP-340 (signature).
#include "shared/nostr/event.hpp"
#include "signed_event.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace bdata = boost::unit_test::data;
using namespace std::string_literals;
using btgw::as_bytes;
using btgw::sha256;
using btgw::Sha256;
using btgw::to_hex;
using btgw::nostr::canonical_form;
using btgw::nostr::Event;
using btgw::nostr::first_tag;
using btgw::nostr::parse_event;
using btgw::nostr::verify_event;
using btgw::test::event_json;
using btgw::test::SigningKey;

namespace {

const std::string hex64(64, '1');
const std::string hex128(128, '2');

// A well-formed event, with the given members in place of its own.
std::string json_with(const std::string& created_at = "1", const std::string& kind = "1",
                      const std::string& tags = "[]", const std::string& content = "\"\"",
                      const std::string& more = "")
{
    return R"({"id":")" + hex64 + R"(","pubkey":")" + hex64 + R"(","sig":")" + hex128 +
           R"(","created_at":)" + created_at + R"(,"kind":)" + kind + R"(,"tags":)" + tags +
           R"(,"content":)" + content + more + "}";
}

Event signed_event()
{
    Event event;
    event.created_at = 1700000000;
    event.kind = 1;
    event.tags = {{"e", "x"}, {"t", "\xc3\xa4"}, {}};
    event.content = "hello";
    SigningKey().sign(event);
    return event;
}

const std::vector<std::string> refused = {
    "",
    "[]",
    "null",
    "{}",
    "{",
    json_with() + "x",
    json_with() + "\0x"s,
    json_with("1.0"),
    json_with("1e3"),
    json_with("-1"),
    json_with("\"1\""),
    json_with("true"),
    json_with("9223372036854775808"),
    json_with("1", "65536"),
    json_with("1", "-1"),
    json_with("1", "1.0"),
    json_with("1", "\"1\""),
    json_with("1", "1", "{}"),
    json_with("1", "1", "null"),
    json_with("1", "1", "[\"t\"]"),
    json_with("1", "1", "[[1]]"),
    json_with("1", "1", "[[null]]"),
    json_with("1", "1", "[[[\"t\"]]]"),
    json_with("1", "1", "[]", "null"),
    json_with("1", "1", "[]", "1"),
    json_with("1", "1", "[]", "\"\xff\""),          // invalid UTF-8
    json_with("1", "1", "[]", "\"\xed\xa0\x80\""),  // a surrogate in UTF-8
    json_with("1", "1", "[]", R"("\ud800")"),       // half a surrogate pair
    json_with("1", "1", "[]", R"("\udc00")"),
    json_with("1", "1", "[]", "\"\n\""),                // raw control character
    json_with("1", "1", "[]", "\"\"", R"(,"kind":2)"),  // duplicate keys
    json_with("1", "1", "[]", "\"\"", R"(,"a":1,"a":2)"),
    json_with("1", "1", "[]", "\"\"", R"(,"a":{})"),  // nesting
    json_with("1", "1", "[]", "\"\"", R"(,"a":[])"),
    std::string(100000, '['),
    "{\"tags\":" + std::string(100000, '['),
};

}  // namespace

BOOST_AUTO_TEST_SUITE(nostr_event)

BOOST_AUTO_TEST_CASE(the_test_key_signs_as_bip_340_says)  // BIP-340 test vector 0
{
    const SigningKey key;
    BOOST_TEST(to_hex(key.public_key) ==
               "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9");
    BOOST_TEST(to_hex(key.sign(Sha256{})) ==
               "e907831f80848d1069a5371b402410364bdf1c5f8307b0084c55f1ce2dca8215"
               "25f66a4a85ea8b71e482a74f382d2ce5ebeee8fdb2172f477df4900d310536c0");
}

BOOST_AUTO_TEST_CASE(parses_every_member)
{
    const auto event = parse_event(json_with(
        "1700000000", "65535", R"([["e","x","y"],[],["t\u0000","\u00e4"]])", R"("a\/b\n")"));
    BOOST_REQUIRE(event.has_value());
    BOOST_TEST(to_hex(event->id) == hex64);
    BOOST_TEST(to_hex(event->pubkey) == hex64);
    BOOST_TEST(to_hex(event->signature) == hex128);
    BOOST_TEST(event->created_at == 1700000000);
    BOOST_TEST(event->kind == 65535);
    BOOST_TEST(event->content == "a/b\n");
    BOOST_REQUIRE(event->tags.size() == 3);
    BOOST_TEST((event->tags[0] == std::vector<std::string>{"e", "x", "y"}));
    BOOST_TEST((event->tags[2] == std::vector<std::string>{"t\0"s, "\xc3\xa4"}));
}

BOOST_AUTO_TEST_CASE(lets_unknown_members_pass)
{
    BOOST_TEST(
        parse_event(json_with("1", "1", "[]", "\"\"", R"(,"ots":"x","seen":null)")).has_value());
}

BOOST_DATA_TEST_CASE(refuses_what_is_not_one_event, bdata::xrange(refused.size()), i)
{
    const auto event = parse_event(refused[i]);
    BOOST_REQUIRE(!event.has_value());
    for (const char c : event.error()) {
        BOOST_TEST((c >= 0x20 && c < 0x7f));
    }
}

BOOST_AUTO_TEST_CASE(hexadecimal_is_lower_case_and_of_its_length)  // NIP-01
{
    for (const char* member : {"\"id\":\"1", "\"pubkey\":\"1", "\"sig\":\"2"}) {
        std::string json = json_with();
        const std::size_t last = json.find(member) + std::string(member).size() - 1;
        json[last] = 'F';
        BOOST_TEST(!parse_event(json).has_value());
        json[last] = 'g';
        BOOST_TEST(!parse_event(json).has_value());
        json[last] = 'f';
        BOOST_TEST(parse_event(json).has_value());
        json.erase(last, 1);
        BOOST_TEST(!parse_event(json).has_value());
    }
}

BOOST_AUTO_TEST_CASE(every_member_is_needed)
{
    for (const char* name : {"id", "pubkey", "created_at", "kind", "tags", "content", "sig"}) {
        std::string json = json_with();
        json.insert(json.find("\""s + name + "\"") + 1, "x");
        BOOST_TEST(!parse_event(json).has_value());
    }
}

BOOST_AUTO_TEST_CASE(the_canonical_form_byte_by_byte)  // NIP-01, JSON.stringify for the rest
{
    Event event;
    event.pubkey.bytes.fill(0xab);
    event.created_at = 1700000000;
    event.kind = 24242;
    event.tags = {{"t", "a\"b"}, {}, {"x"}};
    event.content = "\n\"\\\r\t\b\f/\x01\x1f\x7f\xc3\xa4\xe2\x80\xa8\xf0\x9f\x90\x88"s + '\0';
    std::string pubkey;
    for (int i = 0; i < 32; ++i) {
        pubkey += "ab";
    }
    BOOST_TEST(canonical_form(event) ==
               "[0,\"" + pubkey + R"(",1700000000,24242,[["t","a\"b"],[],["x"]],")" +
                   R"(\n\"\\\r\t\b\f/\u0001\u001f)" + "\x7f\xc3\xa4\xe2\x80\xa8\xf0\x9f\x90\x88" +
                   R"(\u0000"])");
}

BOOST_AUTO_TEST_CASE(a_signed_event_verifies)
{
    const Event event = signed_event();
    BOOST_TEST(verify_event(event));
    const auto again = parse_event(event_json(event));
    BOOST_REQUIRE(again.has_value());
    BOOST_TEST(verify_event(*again));
}

BOOST_AUTO_TEST_CASE(every_change_to_a_signed_event_shows)
{
    const auto changed = [](auto change) {
        Event event = signed_event();
        change(event);
        return event;
    };
    BOOST_TEST(!verify_event(changed([](Event& e) { e.content += " "; })));
    BOOST_TEST(!verify_event(changed([](Event& e) { e.created_at += 1; })));
    BOOST_TEST(!verify_event(changed([](Event& e) { e.kind = 2; })));
    BOOST_TEST(!verify_event(changed([](Event& e) { e.tags.pop_back(); })));
    BOOST_TEST(!verify_event(changed([](Event& e) { e.id.bytes[0] ^= 1; })));
    BOOST_TEST(!verify_event(changed([](Event& e) { e.signature.bytes[63] ^= 1; })));
    BOOST_TEST(!verify_event(changed([](Event& e) { e.pubkey = SigningKey(4).public_key; })));
}

BOOST_AUTO_TEST_CASE(a_right_id_does_not_make_a_signature_right)
{
    Event event = signed_event();
    event.content = "changed";
    event.id = sha256(as_bytes(canonical_form(event)));
    BOOST_TEST(!verify_event(event));
}

BOOST_AUTO_TEST_CASE(a_key_off_the_curve_verifies_nothing)  // BIP-340 test vector 5
{
    Event event = signed_event();
    event.pubkey = btgw::from_hex<btgw::PublicKey>(
                       "eefdea4cdb677750a420fee807eacf21eb9898ae79b9768766e4faa04a2d4a34")
                       .value();
    event.id = sha256(as_bytes(canonical_form(event)));
    BOOST_TEST(!verify_event(event));
}

BOOST_AUTO_TEST_CASE(the_first_tag_of_a_name_counts)
{
    Event event;
    event.tags = {{}, {"b"}, {"a", "1"}, {"a", "2"}, {"b", "3"}};
    BOOST_TEST(*first_tag(event, "a") == "1");
    BOOST_TEST(first_tag(event, "b") == nullptr);
    BOOST_TEST(first_tag(event, "c") == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
