// Base64: RFC 4648 sections 3, 4, 5, 10, and the four spellings of Blossom tokens (BUD-11).
#include "shared/base64.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <vector>

namespace bdata = boost::unit_test::data;
using btgw::from_base64;

namespace {

struct Vector {
    std::string base64;
    std::string bytes;
};

std::ostream& operator<<(std::ostream& out, const Vector& v)
{
    return out << v.base64;
}

const std::vector<Vector> vectors = {
    // RFC 4648 section 10
    {"", ""},
    {"Zg==", "f"},
    {"Zm8=", "fo"},
    {"Zm9v", "foo"},
    {"Zm9vYg==", "foob"},
    {"Zm9vYmE=", "fooba"},
    {"Zm9vYmFy", "foobar"},
    // the same without padding
    {"Zg", "f"},
    {"Zm8", "fo"},
    {"Zm9vYg", "foob"},
    // both alphabets
    {"+/+/", "\xfb\xff\xbf"},
    {"-_-_", "\xfb\xff\xbf"},
    {"+/8=", "\xfb\xff"},
    {"-_8", "\xfb\xff"},
};

const std::vector<std::string> refused = {
    "Z",          "Zm9vY",
    "=",          "==",
    "====",       "Z===",
    "Zg=",        "Zg===",
    "Zm9v=",      "Zm9v==",
    "Zm9v====",   "Zg==Zg==",
    "Z=g=",       "Zm 9v",
    "Zm9v\n",     "Zm9v.",
    "+_+_",       "-/8=",
    "Zh==",       "Zh",
    "Zm9=",       std::string("Zm9\0", 4),
    "Zm\xc3\xa4",
};

}  // namespace

BOOST_AUTO_TEST_SUITE(base64)

BOOST_DATA_TEST_CASE(decodes_every_spelling, bdata::make(vectors), v)
{
    BOOST_TEST(from_base64(v.base64).value() == v.bytes);
}

BOOST_DATA_TEST_CASE(refuses_everything_else, bdata::make(refused), text)
{
    BOOST_TEST(!from_base64(text).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
