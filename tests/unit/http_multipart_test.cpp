// multipart/form-data: RFC 7578, RFC 2046 section 5.1, RFC 8187, and what browsers and curl send.
#include "shared/http/multipart.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace bdata = boost::unit_test::data;
using namespace std::string_literals;
using btgw::as_bytes;
using btgw::ByteView;
using btgw::http::multipart_boundary;
using btgw::http::MultipartParser;
using btgw::http::MultipartSink;
using btgw::http::PartHeaders;

namespace {

struct Part {
    PartHeaders headers;
    std::string data;
    bool ended = false;
};

class Collector : public MultipartSink {
public:
    void on_part(const PartHeaders& headers) override { parts.push_back({headers, {}, false}); }
    void on_data(ByteView bytes) override
    {
        BOOST_REQUIRE(!parts.empty());
        BOOST_REQUIRE(!parts.back().ended);
        BOOST_TEST(!bytes.empty());
        parts.back().data += btgw::as_chars(bytes);
    }
    void on_part_end() override { parts.back().ended = true; }

    std::vector<Part> parts;
};

struct Parsed {
    std::vector<Part> parts;
    bool finished = false;
    std::string error;
};

Parsed parse(const std::vector<std::string>& pieces, std::string_view boundary = "XyZ")
{
    Collector sink;
    MultipartParser parser(boundary, sink);
    for (const std::string& piece : pieces) {
        if (const auto fed = parser.feed(as_bytes(piece)); !fed) {
            return {sink.parts, false, fed.error()};
        }
    }
    return {sink.parts, parser.finished(), {}};
}

std::string part_with(const std::string& headers, const std::string& data = "data")
{
    return "--XyZ\r\n" + headers + "\r\n\r\n" + data + "\r\n--XyZ--\r\n";
}

std::optional<std::string> file_name_of(const std::string& parameters)
{
    const Parsed parsed = parse({part_with("Content-Disposition: form-data; name=f" + parameters)});
    BOOST_TEST(parsed.error == "");
    BOOST_REQUIRE(parsed.parts.size() == 1);
    return parsed.parts[0].headers.file_name;
}

// Two parts, a preamble, an epilogue, padding, and data full of what nearly is a delimiter.
const std::string tricky_data = "\r\n--XyY\r\r\n--Xy\r\n-\r\n\r\n--\r\n--X\r"s + '\0' + "\n--XyZ";
const std::string tricky_body =
    "preamble --XyZ\r\n\r--XyZ\r\n--XyZ \t\r\n"
    "Content-Disposition: form-data; name=\"file\"; filename=\"a.bin\"\r\n"
    "Content-Type: Image/PNG\r\n\r\n" +
    tricky_data +
    "\r\n--XyZ\r\n"
    "content-disposition: form-data; name=announce_dht\r\n\r\n"
    "\r\n--XyZ--  \r\nepilogue\r\n--XyZ\r\n";

void check_tricky(const Parsed& parsed)
{
    BOOST_REQUIRE(parsed.error == "");
    BOOST_REQUIRE(parsed.finished);
    BOOST_REQUIRE(parsed.parts.size() == 2);
    BOOST_REQUIRE(parsed.parts[0].data == tricky_data);
    BOOST_REQUIRE(parsed.parts[0].ended);
    BOOST_REQUIRE(parsed.parts[0].headers.name == "file");
    BOOST_REQUIRE(parsed.parts[0].headers.file_name == "a.bin");
    BOOST_REQUIRE(parsed.parts[0].headers.media_type == "image/png");
    BOOST_REQUIRE(parsed.parts[1].data == "");
    BOOST_REQUIRE(parsed.parts[1].ended);
    BOOST_REQUIRE(parsed.parts[1].headers.name == "announce_dht");
    BOOST_REQUIRE(!parsed.parts[1].headers.file_name);
}

struct NameCase {
    std::string parameters;
    std::string name;
};

std::ostream& operator<<(std::ostream& out, const NameCase& c)
{
    return out << c.parameters;
}

const std::vector<NameCase> name_cases = {
    {"; filename=\"cat.jpg\"", "cat.jpg"},
    {"; filename=cat.jpg", "cat.jpg"},
    {";filename=\"a;b=c.txt\" ", "a;b=c.txt"},
    {R"(; filename="say \"hi\" \\o.txt")", "o.txt"},              // curl before 7.81
    {R"(; filename="say \"hi\".txt")", R"(say "hi".txt)"},        // RFC 9110 section 5.6.4
    {R"(; filename="C:\dir\file.txt")", "file.txt"},              // old Internet Explorer
    {"; filename=\"a%22b.txt\"", "a\"b.txt"},                     // HTML, curl from 7.81 on
    {"; filename=\"a%0D%0ab.txt\"", "ab.txt"},                    // HTML; control characters go
    {"; filename=\"100%25 a%20b%2.txt\"", "100%25 a%20b%2.txt"},  // HTML escapes nothing else
    {"; filename=\"../../etc/passwd\"", "passwd"},
    {"; filename=\"\xc3\xa4.txt\"", "\xc3\xa4.txt"},                 // browsers send UTF-8 as it is
    {"; filename=\"\xe4.txt\"", "_.txt"},                            // not UTF-8
    {"; filename*=UTF-8''%e2%82%ac%20rates", "\xe2\x82\xac rates"},  // RFC 8187 section 3.2.2
    {"; filename*=iso-8859-1'en'%A3%20rates", "\xc2\xa3 rates"},     // RFC 8187 section 3.2.2
    {"; filename=\"x\"; filename*=UTF-8''y", "y"},
    {"; filename*=UTF-8''y; filename=\"x\"", "y"},
    {"; filename=\"x\"; filename*=UTF-16''y", "x"},
    {"; filename=\"x\"; filename*=UTF-8''%zz", "x"},
    {"; filename=\"x\"; filename*=nonsense", "x"},
    {"; filename=\"x\"; filename*='", "x"},
    {"; filename=\"\"", ""},
};

// Each a whole body that must be refused.
const std::vector<std::string> refused_bodies = {
    "--XyZ\nContent-Disposition: form-data; name=f\n\nx\n--XyZ--\n",  // LF only
    "--XyZjunk\r\n",                                                  // RFC 2046 section 5.1.1
    "--XyZ-\r\n",
    "--XyZ -- \r\n",
    "--XyZ" + std::string(300, ' ') + "\r\n",
    "--XyZ\r\n\r\nx\r\n--XyZ--",  // RFC 7578 section 4.2
    part_with("Content-Type: text/plain"),
    part_with("Content-Disposition: form-data"),
    part_with("Content-Disposition: attachment; name=f"),
    part_with("Content-Disposition: form-data; name=f; name=g"),
    part_with("Content-Disposition: form-data; name=f; filename=\"open"),
    part_with("Content-Disposition: form-data; name=\"f\"g"),
    part_with("Content-Disposition: form-data; name=f\r\nContent-Disposition: form-data; name=g"),
    part_with("Content-Disposition: form-data; name=f\r\nContent-Transfer-Encoding: base64"),
    part_with("Content-Disposition: form-data; name=f\r\nno colon"),
    part_with("Content-Disposition: form-data; name=f\r\n: nameless"),
    part_with("Content-Disposition: form-data; name=f\nX: y"),
    part_with("Content-Disposition: form-data; name=f\rX: y"),
    part_with("Content-Disposition: form-data; name=f\r\nX: "s + '\0'),
    part_with("Content-Disposition: form-data; name=f\r\n folded: y"),
    part_with("Content-Disposition: form-data; name=f\r\nX: " +
              std::string(MultipartParser::max_header_size, 'x')),
};

}  // namespace

BOOST_AUTO_TEST_SUITE(http_multipart)

BOOST_AUTO_TEST_CASE(takes_a_body_apart)
{
    check_tricky(parse({tricky_body}));
}

BOOST_AUTO_TEST_CASE(a_body_may_be_split_at_every_position)
{
    for (std::size_t i = 0; i <= tricky_body.size(); ++i) {
        check_tricky(parse({tricky_body.substr(0, i), tricky_body.substr(i)}));
    }
}

BOOST_AUTO_TEST_CASE(a_body_may_be_split_at_every_two_positions_near_each_other)
{
    for (std::size_t i = 0; i <= tricky_body.size(); ++i) {
        for (std::size_t n = 1; n <= 8 && i + n <= tricky_body.size(); ++n) {
            check_tricky(parse(
                {tricky_body.substr(0, i), tricky_body.substr(i, n), tricky_body.substr(i + n)}));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_body_may_come_byte_by_byte)
{
    std::vector<std::string> bytes;
    for (const char c : tricky_body) {
        bytes.emplace_back(1, c);
    }
    check_tricky(parse(bytes));
}

BOOST_AUTO_TEST_CASE(data_is_passed_on_without_a_copy)
{
    struct Pointers : Collector {
        void on_data(ByteView bytes) override { seen.push_back(bytes); }
        std::vector<ByteView> seen;
    } sink;
    const std::string body =
        part_with("Content-Disposition: form-data; name=f", std::string(1000, 'x'));
    MultipartParser parser("XyZ", sink);
    BOOST_REQUIRE(parser.feed(as_bytes(body)).has_value());
    BOOST_REQUIRE(sink.seen.size() == 1);
    BOOST_TEST(sink.seen[0].size() == 1000);
    BOOST_TEST((btgw::as_chars(sink.seen[0]).data() == body.data() + body.find("xxx")));
}

BOOST_AUTO_TEST_CASE(a_body_that_is_cut_off_does_not_finish)
{
    for (std::size_t i = 0; i < tricky_body.find("  \r\nepilogue"); ++i) {
        BOOST_REQUIRE(!parse({tricky_body.substr(0, i)}).finished);
    }
}

BOOST_AUTO_TEST_CASE(a_closing_delimiter_at_once_is_a_form_without_parts)
{
    const Parsed parsed = parse({"--XyZ--"});
    BOOST_TEST(parsed.finished);
    BOOST_TEST(parsed.parts.size() == 0);
}

BOOST_DATA_TEST_CASE(finds_the_file_name, bdata::make(name_cases), c)
{
    BOOST_TEST(file_name_of(c.parameters).value() == c.name);
}

BOOST_AUTO_TEST_CASE(a_field_has_no_file_name)
{
    BOOST_TEST(!file_name_of("").has_value());
}

BOOST_DATA_TEST_CASE(refuses_malformed_bodies, bdata::xrange(refused_bodies.size()), i)
{
    const Parsed parsed = parse({refused_bodies[i]});
    BOOST_TEST(parsed.error != "");
    BOOST_TEST(!parsed.finished);
}

BOOST_AUTO_TEST_CASE(accepts_transfer_encodings_that_change_nothing)
{
    for (const char* encoding : {"binary", "8bit", "7BIT"}) {
        const Parsed parsed = parse({part_with(
            "Content-Disposition: form-data; name=f\r\nContent-Transfer-Encoding: "s + encoding)});
        BOOST_TEST(parsed.finished);
    }
}

BOOST_AUTO_TEST_CASE(headers_may_be_as_long_as_the_limit)
{
    const std::string disposition = "Content-Disposition: form-data; name=f\r\nX: ";
    const std::size_t fill = MultipartParser::max_header_size - disposition.size() - 2;
    BOOST_TEST(parse({part_with(disposition + std::string(fill, 'x'))}).finished);
}

BOOST_AUTO_TEST_CASE(the_number_of_parts_is_bounded)
{
    std::string body;
    for (std::size_t i = 0; i < MultipartParser::max_parts; ++i) {
        body += "--XyZ\r\nContent-Disposition: form-data; name=f\r\n\r\nx\r\n";
    }
    BOOST_TEST(parse({body + "--XyZ--"}).finished);
    BOOST_TEST(parse({body + body}).error == "too many parts");
}

BOOST_AUTO_TEST_CASE(refuses_what_cannot_be_a_boundary)
{
    Collector sink;
    BOOST_CHECK_THROW(MultipartParser("", sink), std::invalid_argument);
    BOOST_CHECK_THROW(MultipartParser("a\r\nb", sink), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(finds_the_boundary)  // RFC 2046 section 5.1.1
{
    using Boundary = std::optional<std::string>;
    BOOST_TEST((multipart_boundary("multipart/form-data; boundary=----WebKitFormBoundaryAbC12") ==
                Boundary("----WebKitFormBoundaryAbC12")));
    BOOST_TEST((multipart_boundary("Multipart/Form-Data;charset=utf-8;BOUNDARY=\"a b:c\"") ==
                Boundary("a b:c")));
    BOOST_TEST(!multipart_boundary("multipart/mixed; boundary=a").has_value());
    BOOST_TEST(!multipart_boundary("multipart/form-data").has_value());
    BOOST_TEST(!multipart_boundary("multipart/form-data; boundary=").has_value());
    BOOST_TEST(!multipart_boundary("multipart/form-data; boundary=a; boundary=b").has_value());
    BOOST_TEST(!multipart_boundary("multipart/form-data; boundary=\"a \"").has_value());
    BOOST_TEST(!multipart_boundary("multipart/form-data; boundary=" + std::string(71, 'a')));
    BOOST_TEST(
        multipart_boundary("multipart/form-data; boundary=" + std::string(70, 'a')).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
