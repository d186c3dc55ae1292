// UTF-8: RFC 3629 sections 3, 4 and 10.
#include "shared/utf8.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using btgw::append_utf8;
using btgw::first_character;

BOOST_AUTO_TEST_SUITE(utf8)

BOOST_AUTO_TEST_CASE(every_scalar_value_survives)
{
    for (char32_t c = 0; c <= 0x10ffff; c = c == 0xd7ff ? 0xe000 : c + 1) {
        std::string text;
        append_utf8(text, c);
        const auto character = first_character(text);
        BOOST_REQUIRE(character.code_point == c);
        BOOST_REQUIRE(character.length == text.size());
        BOOST_REQUIRE(first_character(std::string_view(text).substr(0, text.size() - 1)).length ==
                      0);
    }
}

BOOST_AUTO_TEST_CASE(what_is_not_utf8_has_no_character)
{
    for (const char* text : {"", "\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf",
                             "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
                             "\xf8\x88\x80\x80", "\xff", "\xc3z", "\xe2\x82z", "\xc3\xc3"}) {
        BOOST_TEST(first_character(text).length == 0u);
    }
}

BOOST_AUTO_TEST_SUITE_END()
