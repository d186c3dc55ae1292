// JSON: RFC 8259, where RapidJSON alone is not strict enough.
#include "shared/json.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace bdata = boost::unit_test::data;
using namespace std::string_literals;
using btgw::JsonWriter;
using btgw::parse_json;

namespace {

const std::vector<std::string> good = {
    "0",
    " {\"a\":[true,false,null,-1.5e3]} ",
    R"("\ud83d\udc08")",
    R"("\\udc00")",  // a backslash, and no escape
    R"("\u0000\/")",
    "\"\xf4\x8f\xbf\xbf\"",
};

const std::vector<std::string> bad = {
    "",
    "{} x",
    "{}\0"s,
    "{\"a\":1,}",
    "'a'",
    "\"\t\"",
    "\"\xff\"",
    "\"\xc0\xaf\"",
    "\"\xed\xb0\x80\"",
    R"("\ud800")",
    R"("\ud800\u0041")",
    R"("\udc00")",
    R"("\udC08\ud83d")",
    R"("\ud83d\udc08\udc08")",
    R"("\\\udc00")",
    "[" + std::string(100000, '['),
};

}  // namespace

BOOST_AUTO_TEST_SUITE(json)

BOOST_DATA_TEST_CASE(takes_json, bdata::xrange(good.size()), i)
{
    rapidjson::Document document;
    BOOST_TEST(parse_json(good[i], document));
}

BOOST_DATA_TEST_CASE(refuses_what_is_not_json, bdata::xrange(bad.size()), i)
{
    rapidjson::Document document;
    BOOST_TEST(!parse_json(bad[i], document));
}

BOOST_AUTO_TEST_CASE(writes_each_type)
{
    JsonWriter json;
    json.begin_object();
    json.field("text", "a\"\n");
    json.field("truth", true);
    json.field("big", ~std::uint64_t{0});
    json.field("negative", -1);
    json.field("real", 0.5);
    json.key("list");
    json.begin_array();
    json.null();
    json.value(std::string("\0", 1));
    json.end_array();
    json.end_object();
    BOOST_TEST(json.take() == R"({"text":"a\"\n","truth":true,"big":18446744073709551615,)"
                              R"("negative":-1,"real":0.5,"list":[null,"\u0000"]})");
}

BOOST_AUTO_TEST_SUITE_END()
