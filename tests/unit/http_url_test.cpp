// Percent-encoding and queries: RFC 3986 sections 2.1, 2.3, 3.4.
#include "shared/http/url.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <string>
#include <vector>

using btgw::http::percent_decode;
using btgw::http::percent_decode_to;
using btgw::http::percent_encode;
using btgw::http::query_value;
using btgw::http::QueryReader;

namespace {

std::string all_bytes()
{
    std::string out;
    for (int i = 0; i < 256; ++i) {
        out += static_cast<char>(i);
    }
    return out;
}

std::string listed(std::string_view query)
{
    std::string out;
    for (QueryReader reader{query}; const auto parameter = reader.next();) {
        out += "[" + std::string(parameter->name) + "|" + std::string(parameter->value) + "]";
    }
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_url)

BOOST_AUTO_TEST_CASE(only_unreserved_characters_stay)  // RFC 3986 section 2.3
{
    const std::string unreserved =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    BOOST_TEST(percent_encode(unreserved) == unreserved);
    BOOST_TEST(percent_encode("/ +%&=\xc3\xa4") == "%2F%20%2B%25%26%3D%C3%A4");
}

BOOST_AUTO_TEST_CASE(every_byte_survives)
{
    BOOST_TEST(percent_decode(percent_encode(all_bytes())).value() == all_bytes());
}

BOOST_AUTO_TEST_CASE(decoding_takes_either_case_and_leaves_plus_alone)
{
    BOOST_TEST(percent_decode("%c3%A4+b%00").value() == std::string("\xc3\xa4+b\0", 5));
    BOOST_TEST(percent_decode("").value() == "");
}

BOOST_AUTO_TEST_CASE(half_an_escape_is_no_text)
{
    for (const char* text : {"%", "a%4", "%g0", "%0g", "%%41", "% 41"}) {
        BOOST_TEST(!percent_decode(text).has_value());
    }
}

BOOST_AUTO_TEST_CASE(decodes_into_exactly_so_many_bytes)
{
    std::array<std::uint8_t, 3> out{};
    BOOST_TEST(percent_decode_to("a%00+", out));
    BOOST_TEST((out == std::array<std::uint8_t, 3>{'a', 0, '+'}));
    for (const char* text : {"", "ab", "abcd", "a%0", "ab%4", "%41%42%43%44", "abc%"}) {
        BOOST_TEST(!percent_decode_to(text, out));
    }
}

BOOST_AUTO_TEST_CASE(walks_through_a_query)
{
    BOOST_TEST(listed("a=1&b=%26&c&d=&=e&f=1=2") == "[a|1][b|%26][c|][d|][|e][f|1=2]");
    BOOST_TEST(listed("") == "");
    BOOST_TEST(listed("&&a=1&&") == "[a|1]");
}

BOOST_AUTO_TEST_CASE(finds_the_first_value_of_a_name)
{
    BOOST_TEST(query_value("x=0&a=1%20&a=2", "a").value() == "1 ");
    BOOST_TEST(query_value("a", "a").value() == "");
    BOOST_TEST(!query_value("ab=1", "a").has_value());
    BOOST_TEST(!query_value("a=%4", "a").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
