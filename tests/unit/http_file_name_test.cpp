// File names from strangers, and Content-Disposition: RFC 6266, RFC 8187.
#include "shared/http/file_name.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <vector>

namespace bdata = boost::unit_test::data;
using namespace std::string_literals;
using btgw::http::content_disposition;
using btgw::http::sanitized_file_name;

namespace {

struct Case {
    std::string given;
    std::string kept;
};

std::ostream& operator<<(std::ostream& out, const Case& c)
{
    return out << c.given;
}

const std::vector<Case> cases = {
    {"cat.jpg", "cat.jpg"},
    {"Grüße 🐈.jpg", "Grüße 🐈.jpg"},
    {"/etc/passwd", "passwd"},
    {"..\\..\\boot.ini", "boot.ini"},
    {"a/b\\c", "c"},
    {"dir/", ""},
    {"", ""},
    {".", ""},
    {"..", ""},
    {"x/..", ""},
    {"...", "..."},
    {".htaccess", ".htaccess"},
    {"a\r\nb\tc\x7f", "abc"},
    {"a\0b"s, "ab"},
    {".\x01.", ""},        // becomes ".." only after the removal
    {"a\xc2\x85z", "az"},  // U+0085, a C1 control
    {"gnp.\xe2\x80\xae"
     "exe",
     "gnp.exe"},                   // U+202E turns the text around
    {"a\xe2\x80\xa8z", "az"},      // U+2028 line separator
    {"a\xff\xc3z", "a__z"},        // not UTF-8
    {"\xc0\xaf", "__"},            // overlong '/' (RFC 3629 section 3)
    {"\xed\xa0\x80", "___"},       // surrogate (RFC 3629 section 3)
    {"\xf4\x90\x80\x80", "____"},  // above U+10FFFF
    {"\xe2\x82", "__"},            // cut off
    {std::string(300, 'a'), std::string(255, 'a')},
    {std::string(254, 'a') + "ä", std::string(254, 'a')},
    {std::string(253, 'a') + "ä", std::string(253, 'a') + "ä"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(http_file_name)

BOOST_DATA_TEST_CASE(keeps_what_is_safe, bdata::make(cases), c)
{
    BOOST_TEST(sanitized_file_name(c.given) == c.kept);
    BOOST_TEST(sanitized_file_name(c.kept) == c.kept);
}

BOOST_AUTO_TEST_CASE(says_the_name_twice)  // RFC 6266 section 5, appendix D
{
    BOOST_TEST(content_disposition("attachment", "a b.txt") ==
               "attachment; filename=\"a b.txt\"; filename*=UTF-8''a%20b.txt");
    BOOST_TEST(content_disposition("inline", "\xe2\x82\xac rates") ==
               "inline; filename=\"_ rates\"; filename*=UTF-8''%E2%82%AC%20rates");
}

BOOST_AUTO_TEST_CASE(nothing_in_a_name_ends_the_header)
{
    BOOST_TEST(content_disposition("attachment", "a\"; x=\"\\%22\r\n\xff") ==
               "attachment; filename=\"a_; x=___22___\"; "
               "filename*=UTF-8''a%22%3B%20x%3D%22%5C%2522%0D%0A%FF");
}

BOOST_AUTO_TEST_CASE(without_a_name_there_are_no_parameters)
{
    BOOST_TEST(content_disposition("attachment", "") == "attachment");
}

BOOST_AUTO_TEST_SUITE_END()
