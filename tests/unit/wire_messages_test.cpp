// Messages between workers and the engine, as shared/wire/messages.hpp lays them out.
#include "shared/wire/messages.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <limits>
#include <string>
#include <vector>

namespace bdata = boost::unit_test::data;
using namespace std::string_literals;
using btgw::PublicKey;
using btgw::Sha256;
using btgw::wire::ChunkWritten;
using btgw::wire::Committed;
using btgw::wire::CommitUpload;
using btgw::wire::decode_reply;
using btgw::wire::decode_request;
using btgw::wire::DeleteContent;
using btgw::wire::Deleted;
using btgw::wire::MakeTorrent;
using btgw::wire::Message;
using btgw::wire::Ping;
using btgw::wire::Pong;
using btgw::wire::protocol_version;
using btgw::wire::Refused;
using btgw::wire::Reply;
using btgw::wire::Request;
using btgw::wire::Shape;
using btgw::wire::TorrentMade;
using btgw::wire::UploadAborted;

namespace {

constexpr std::uint64_t max64 = std::numeric_limits<std::uint64_t>::max();
const std::string upload = "0123456789abcdef";

Sha256 hash_of(std::uint8_t byte)
{
    Sha256 out;
    out.bytes.fill(byte);
    return out;
}

CommitUpload commit(Shape shape = Shape::file)
{
    CommitUpload out;
    out.upload = upload;
    out.hash = hash_of(0xab);
    out.size = 3;
    out.shape = shape;
    out.media_type = "image/png";
    out.name = "\xc3\xa4 \"\\\n\x7f\xf0\x9f\x90\x88.png"s + '\0';
    out.owner = PublicKey{hash_of(0xcd).bytes};
    if (shape == Shape::in_message) {
        out.payload = "\0{}"s;
    }
    return out;
}

CommitUpload anonymous_commit()
{
    CommitUpload out = commit(Shape::chunks);
    out.owner.reset();
    out.name.clear();
    out.media_type.clear();
    out.size = max64;
    return out;
}

const std::vector<Message<Request>> requests = {
    {1, Ping{}},
    {0, ChunkWritten{upload, 4294967295u}},
    {0, UploadAborted{upload}},
    {max64, commit()},
    {3, commit(Shape::in_message)},
    {4, anonymous_commit()},
    {5, DeleteContent{hash_of(1), PublicKey{hash_of(2).bytes}}},
    {6, MakeTorrent{hash_of(3)}},
};

const std::vector<Message<Reply>> replies = {
    {1, Pong{"0.1.0", max64, 65535, max64, 255}},
    {2, Committed{true, 1700000000}},
    {3, Deleted{true}},
    {4, TorrentMade{}},
    {5, Refused{507, "no space"}},
};

std::string frame(std::uint8_t type, const std::string& json, const std::string& payload = "",
                  std::uint8_t version = protocol_version)
{
    std::string out;
    out += static_cast<char>(version);
    out += static_cast<char>(type);
    out += std::string(7, '\0') + '\x09';
    out += std::string(2, '\0') + static_cast<char>(json.size() >> 8) +
           static_cast<char>(json.size() & 0xff);
    return out + json + payload;
}

std::string chunk_written(const std::string& id, const std::string& index)
{
    return frame(2, R"({"upload":)" + id + R"(,"index":)" + index + "}");
}

std::string commit_json(const std::string& shape, const std::string& size,
                        const std::string& owner = "")
{
    return R"({"upload":"0123456789abcdef","hash":")" + std::string(64, 'a') + R"(","size":)" +
           size + R"(,"shape":)" + shape + R"(,"media_type":"","name":"")" + owner + "}";
}

const std::string quoted = "\"0123456789abcdef\"";

const std::vector<std::string> refused = {
    "",
    "\x01",
    frame(1, "{}", "", 0),
    frame(1, "{}", "", 2),
    frame(0, "{}"),
    frame(7, "{}"),
    frame(129, "{}"),
    frame(1, ""),
    frame(1, "[]"),
    frame(1, "null"),
    frame(1, "{}x"),
    frame(1, "{}\0x"s),
    frame(1, R"({"a":1})"),
    frame(1, "{}", "payload"),
    frame(2, "{}"),
    chunk_written(quoted, "-1"),
    chunk_written(quoted, "1.0"),
    chunk_written(quoted, "4294967296"),
    chunk_written(quoted, "\"1\""),
    chunk_written(quoted, "null"),
    chunk_written("1", "1"),
    chunk_written("\"0123456789abcde\"", "1"),
    chunk_written("\"0123456789abcdef0\"", "1"),
    chunk_written("\"0123456789abcdeF\"", "1"),
    chunk_written("\"../../etc/passwd\"", "1"),
    chunk_written("\"0123456789abcde\\u0000\"", "1"),
    frame(2, R"({"upload":"0123456789abcdef","index":1,"index":1})"),
    frame(2, R"({"upload":"0123456789abcdef","index":1,"other":1})"),
    frame(3, R"({"upload":"../../etc/passwd"})"),
    frame(4, commit_json("3", "3")),
    frame(4, commit_json("-1", "3")),
    frame(4, commit_json("\"file\"", "3")),
    frame(4, commit_json("1", "true")),
    frame(4, commit_json("1", "3"), "abc"),
    frame(4, commit_json("2", "3"), "abc"),
    frame(4, commit_json("0", "3")),
    frame(4, commit_json("0", "3"), "ab"),
    frame(4, commit_json("0", "3"), "abcd"),
    frame(4, commit_json("0", "15873"), std::string(15873, 'x')),  // above store::inline_limit
    frame(4, commit_json("1", "3", R"(,"owner":null)")),
    frame(4, commit_json("1", "3", R"(,"owner":"aa")")),
    frame(6, R"({"hash":"xyz"})"),
    frame(6, R"({"hash":7})"),
    frame(6, "{\"hash\":" + std::string(60000, '[')),
};

}  // namespace

BOOST_AUTO_TEST_SUITE(wire_messages)

BOOST_DATA_TEST_CASE(requests_survive_the_way, bdata::xrange(requests.size()), i)
{
    const auto decoded = decode_request(encode(requests[i]));
    BOOST_REQUIRE(decoded.has_value());
    BOOST_TEST((*decoded == requests[i]));
    BOOST_TEST(!decode_reply(encode(requests[i])).has_value());
}

BOOST_DATA_TEST_CASE(replies_survive_the_way, bdata::xrange(replies.size()), i)
{
    const auto decoded = decode_reply(encode(replies[i]));
    BOOST_REQUIRE(decoded.has_value());
    BOOST_TEST((*decoded == replies[i]));
    BOOST_TEST(!decode_request(encode(replies[i])).has_value());
}

BOOST_AUTO_TEST_CASE(a_frame_byte_by_byte)
{
    const Message<Request> message{0x0102030405060708, ChunkWritten{upload, 7}};
    BOOST_TEST(encode(message) == "\x01\x02\x01\x02\x03\x04\x05\x06\x07\x08\0\0\0\x27"s +
                                      R"({"upload":"0123456789abcdef","index":7})");
}

BOOST_AUTO_TEST_CASE(the_payload_follows_the_json)
{
    const std::string frame_bytes = encode(Message<Request>{3, commit(Shape::in_message)});
    BOOST_TEST(frame_bytes.ends_with("}\0{}"s));
}

BOOST_AUTO_TEST_CASE(hand_made_frames_are_read)
{
    BOOST_TEST(decode_request(frame(1, "{}")).has_value());
    BOOST_TEST(decode_request(frame(4, commit_json("1", "3"))).has_value());
    BOOST_TEST(
        decode_request(frame(4, commit_json("0", "15872"), std::string(15872, 'x'))).has_value());
    BOOST_TEST(
        decode_request(frame(2, R"({ "index": 1, "upload": "0123456789abcdef" })")).has_value());
    BOOST_TEST(decode_request(frame(1, "{}"))->id == 9u);
}

BOOST_DATA_TEST_CASE(refuses_what_it_does_not_know, bdata::xrange(refused.size()), i)
{
    BOOST_TEST(!decode_request(refused[i]).has_value());
}

BOOST_DATA_TEST_CASE(refuses_frames_cut_off_or_too_long, bdata::xrange(requests.size()), i)
{
    const std::string whole = encode(requests[i]);
    for (std::size_t length = 0; length < whole.size(); ++length) {
        BOOST_TEST(!decode_request(whole.substr(0, length)).has_value());
    }
    BOOST_TEST(!decode_request(whole + " ").has_value());
}

BOOST_AUTO_TEST_CASE(refuses_replies_with_wrong_types)
{
    for (const char* json : {R"({"status":65536,"reason":""})", R"({"status":"500","reason":""})",
                             R"({"status":500,"reason":null})", R"({"status":500})"}) {
        BOOST_TEST(!decode_reply(frame(133, json)).has_value());
    }
    BOOST_TEST(!decode_reply(frame(131, R"({"last_owner":1})")).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
