// Hexadecimal: RFC 4648 section 8, with lower case out.
#include "shared/hex.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <string>

using btgw::as_bytes;
using btgw::from_hex;
using btgw::parse_hex;
using btgw::Sha1;
using btgw::to_hex;

BOOST_AUTO_TEST_SUITE(hex)

BOOST_AUTO_TEST_CASE(writes_lower_case)
{
    BOOST_TEST(to_hex(as_bytes(std::string_view("\x00\x7f\x80\xff", 4))) == "007f80ff");
    BOOST_TEST(to_hex(as_bytes("")) == "");
    BOOST_TEST(to_hex(Sha1{}) == std::string(40, '0'));
}

BOOST_AUTO_TEST_CASE(reads_either_case)
{
    std::array<std::uint8_t, 3> out{};
    BOOST_TEST(parse_hex("0aFf90", out));
    BOOST_TEST((out == std::array<std::uint8_t, 3>{0x0a, 0xff, 0x90}));
}

BOOST_AUTO_TEST_CASE(refuses_other_lengths_and_characters)
{
    for (const char* text :
         {"", "0a", "0aff9", "0aff900", "0aff9g", "0x0aff", "0a ff9", "-aff90"}) {
        std::array<std::uint8_t, 3> out{};
        BOOST_TEST(!parse_hex(text, out));
    }
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read_again)
{
    const std::string text = "000102030405060708090a0b0c0d0e0ff0f1f2f3";
    BOOST_TEST(to_hex(from_hex<Sha1>(text).value()) == text);
}

BOOST_AUTO_TEST_SUITE_END()
