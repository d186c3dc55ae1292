// Media types: RFC 9110 section 8.3.1, RFC 6838 section 4.2; extensions: BUD-02.
#include "shared/http/media_type.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <vector>

namespace bdata = boost::unit_test::data;
using namespace std::string_literals;
using btgw::http::extension_for;
using btgw::http::is_active;
using btgw::http::media_type_for;
using btgw::http::normalized_media_type;

namespace {

struct Case {
    std::string given;
    std::string normal;
};

std::ostream& operator<<(std::ostream& out, const Case& c)
{
    return out << c.given;
}

const std::vector<Case> cases = {
    {"image/png", "image/png"},
    {" Image/PNG\t", "image/png"},
    {"text/html;Charset=UTF-8", "text/html; charset=UTF-8"},  // values keep their case
    {"text/plain ; charset=\"utf-8\" ;; ", "text/plain; charset=\"utf-8\""},
    {"video/mp4; codecs=\"avc1.4d002a, mp4a\"", "video/mp4; codecs=\"avc1.4d002a, mp4a\""},
    {"application/vnd.ms+x-y!#$&^_.z", "application/vnd.ms+x-y!#$&^_.z"},
    {"text/plain; charset", "text/plain"},  // malformed parameters are left out
    {"text/plain; a=1; b =2; c=3", "text/plain; a=1"},
    {"text/plain; a=b c; d=e", "text/plain; d=e"},
    {"text/plain; a=\"open", "text/plain"},
    {"text/plain; a=  \"open  ", "text/plain"},
    {"text/plain; a=  \"b\"", "text/plain; a=\"b\""},
    {"text/plain; a=\"b\r\nSet-Cookie: x\"", "text/plain"},
    {"text/plain; a=\"\xc3\xa4\"", "text/plain"},
    {std::string(63, 'a') + "/" + std::string(63, 'b'),
     std::string(63, 'a') + "/" + std::string(63, 'b')},
    {std::string(63, 'a') + "/" + std::string(64, 'b'), ""},
    {"", ""},
    {"image", ""},
    {"image/", ""},
    {"/png", ""},
    {"image/png/x", ""},
    {"image /png", ""},
    {"image/png, text/html", ""},
    {"image/png\r\nX: y", ""},
    {"image/p\0ng"s, ""},
    {"im\xc3\xa4ge/png", ""},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(http_media_type)

BOOST_DATA_TEST_CASE(normalizes_what_is_well_formed, bdata::make(cases), c)
{
    BOOST_TEST(normalized_media_type(c.given) == c.normal);
    BOOST_TEST(normalized_media_type(c.normal) == c.normal);
}

BOOST_AUTO_TEST_CASE(every_media_type_has_an_extension)  // BUD-02
{
    BOOST_TEST(extension_for("image/jpeg") == ".jpg");
    BOOST_TEST(extension_for("Text/HTML; charset=utf-8") == ".html");
    BOOST_TEST(extension_for("video/mp4") == ".mp4");
    BOOST_TEST(extension_for("application/vnd.apple.mpegurl") == ".m3u8");
    BOOST_TEST(extension_for("application/x-bittorrent") == ".torrent");
    BOOST_TEST(extension_for("application/octet-stream") == ".bin");
    BOOST_TEST(extension_for("x/y") == ".bin");
    BOOST_TEST(extension_for("") == ".bin");
}

BOOST_AUTO_TEST_CASE(names_tell_media_types)
{
    BOOST_TEST(media_type_for("a.b.JPEG") == "image/jpeg");
    BOOST_TEST(media_type_for("list.m3u8") == "application/vnd.apple.mpegurl");
    BOOST_TEST(media_type_for("x.tar.gz") == "application/gzip");
    BOOST_TEST(media_type_for("a.unheard-of") == "");
    BOOST_TEST(media_type_for("jpg") == "");
    BOOST_TEST(media_type_for("a.") == "");
    BOOST_TEST(media_type_for("") == "");
}

BOOST_AUTO_TEST_CASE(an_extension_found_leads_back_to_its_media_type)
{
    for (const char* type : {"image/png", "audio/mpeg", "video/webm", "application/pdf",
                             "text/plain", "application/zip", "image/svg+xml", "text/javascript"}) {
        BOOST_TEST(media_type_for(extension_for(type)) == type);
    }
}

BOOST_AUTO_TEST_CASE(what_browsers_run_is_active)
{
    for (const char* type :
         {"text/html", "TEXT/HTML; charset=utf-8", "image/svg+xml", "application/xhtml+xml",
          "text/xml", "application/xml", "application/rss+xml", "text/javascript",
          "application/javascript", "application/x-javascript", "application/pdf",
          "multipart/x-mixed-replace; boundary=a", "application/x-shockwave-flash", "text/xsl"}) {
        BOOST_TEST(is_active(type), type);
    }
    for (const char* type : {"image/png", "text/plain", "video/mp4", "application/octet-stream",
                             "application/zip", "application/json", ""}) {
        BOOST_TEST(!is_active(type), type);
    }
}

BOOST_AUTO_TEST_SUITE_END()
