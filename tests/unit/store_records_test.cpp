#include "shared/hex.hpp"
#include "shared/store/records.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>

using namespace btgw;
using namespace btgw::store;

namespace {

template <class T>
T filled(std::uint8_t byte)
{
    T out;
    out.bytes.fill(byte);
    return out;
}

std::string repeated(std::string_view text, int times)
{
    std::string out;
    for (int i = 0; i < times; ++i) {
        out += text;
    }
    return out;
}

Content sample_content()
{
    Content record;
    record.kind = Kind::in_index;
    record.has_torrent = true;
    record.size = 3;
    record.created = 0x65000000;
    record.v1 = filled<InfoHash>(0x11);
    record.v2 = filled<InfoHashV2>(0x22);
    record.media_type = "text/plain";
    record.name = "a.txt";
    record.inline_bytes = as_bytes("abc");
    return record;
}

std::vector<PieceHashes> sample_pieces()
{
    return {{filled<PieceRoot>(0xaa), filled<Sha1>(0xbb)},
            {filled<PieceRoot>(0xcc), filled<Sha1>(0xdd)}};
}

// Every shorter record, and the record with one byte more, must be refused.
template <class Decode>
void refuses_other_lengths(const std::string& encoded, Decode decode)
{
    for (std::size_t length = 0; length < encoded.size(); ++length) {
        BOOST_TEST(!decode(as_bytes(std::string_view(encoded).substr(0, length))));
    }
    const auto longer = encoded + '\0';
    BOOST_TEST(!decode(as_bytes(longer)));
}

template <class Decode>
void refuses_other_versions(std::string encoded, Decode decode)
{
    for (const char version : {'\x00', '\x02', '\xff'}) {
        encoded[0] = version;
        BOOST_TEST(!decode(as_bytes(encoded)));
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(store_records)

BOOST_AUTO_TEST_CASE(a_content_record_has_exactly_these_bytes)
{
    BOOST_TEST(to_hex(as_bytes(encode(sample_content()))) ==
               "01"                      // version
               "00"                      // kind: in_index
               "0001"                    // flags: has_torrent
               "0000000000000003"        // size
               "0000000065000000" +      // created
                   repeated("11", 20) +  // v1 info-hash
                   repeated("22", 32) +  // v2 info-hash
                   "0a"                  // length of the media type
                   "0005"                // length of the name
                   "746578742f706c61696e"
                   "612e747874"
                   "616263");
}

BOOST_AUTO_TEST_CASE(a_content_record_survives_the_round_trip)
{
    const auto record = sample_content();
    const auto encoded = encode(record);
    const auto decoded = decode_content(as_bytes(encoded));
    BOOST_REQUIRE(decoded);
    BOOST_TEST((decoded->kind == record.kind));
    BOOST_TEST(decoded->has_torrent);
    BOOST_TEST(decoded->size == record.size);
    BOOST_TEST(decoded->created == record.created);
    BOOST_TEST((decoded->v1 == record.v1));
    BOOST_TEST((decoded->v2 == record.v2));
    BOOST_TEST(decoded->media_type == record.media_type);
    BOOST_TEST(decoded->name == record.name);
    BOOST_TEST(as_chars(decoded->inline_bytes) == "abc");
}

BOOST_AUTO_TEST_CASE(content_outside_the_index_has_no_bytes_in_its_record)
{
    auto record = sample_content();
    record.kind = Kind::blob;
    BOOST_CHECK_THROW(encode(record), std::invalid_argument);
    record.inline_bytes = {};
    const auto encoded = encode(record);
    refuses_other_lengths(encoded, decode_content);
    BOOST_TEST((decode_content(as_bytes(encoded))->kind == Kind::blob));
}

BOOST_AUTO_TEST_CASE(content_of_no_bytes_is_content)
{
    auto record = sample_content();
    record.size = 0;
    record.inline_bytes = {};
    record.name = {};
    BOOST_TEST(decode_content(as_bytes(encode(record))).has_value());
}

BOOST_AUTO_TEST_CASE(a_content_record_of_another_length_is_refused)
{
    refuses_other_lengths(encode(sample_content()), decode_content);
}

BOOST_AUTO_TEST_CASE(unknown_versions_are_refused)
{
    refuses_other_versions(encode(sample_content()), decode_content);
    refuses_other_versions(encode_layout(chunk_length, sample_pieces()), decode_layout);
    refuses_other_versions(encode(Chunk{1, 2}), decode_chunk);
    refuses_other_versions(encode(Ownership{"name"}), decode_ownership);
}

BOOST_AUTO_TEST_CASE(unknown_kinds_and_flags_are_refused)
{
    auto encoded = encode(sample_content());
    encoded[1] = 3;
    BOOST_TEST(!decode_content(as_bytes(encoded)));
    encoded = encode(sample_content());
    encoded[3] = 2;
    BOOST_TEST(!decode_content(as_bytes(encoded)));
}

BOOST_AUTO_TEST_CASE(limits_of_a_content_record_hold_when_writing)
{
    const std::string long_name(max_name_length + 1, 'n');
    const std::string long_type(max_media_type_length + 1, 't');
    const std::string long_bytes(inline_limit + 1, 'b');
    auto record = sample_content();
    record.name = long_name;
    BOOST_CHECK_THROW(encode(record), std::invalid_argument);
    record = sample_content();
    record.media_type = long_type;
    BOOST_CHECK_THROW(encode(record), std::invalid_argument);
    record.media_type = {};
    BOOST_CHECK_THROW(encode(record), std::invalid_argument);
    record = sample_content();
    record.inline_bytes = as_bytes(long_bytes);
    record.size = long_bytes.size();
    BOOST_CHECK_THROW(encode(record), std::invalid_argument);
    BOOST_CHECK_THROW(encode(Ownership{long_name}), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_layout_has_exactly_these_bytes)
{
    const auto encoded = encode_layout(chunk_length, sample_pieces());
    BOOST_TEST(to_hex(as_bytes(encoded)) == "0115" + repeated("aa", 32) + repeated("bb", 20) +
                                                repeated("cc", 32) + repeated("dd", 20));
    const auto decoded = decode_layout(as_bytes(encoded));
    BOOST_REQUIRE(decoded);
    BOOST_TEST(decoded->piece_length == chunk_length);
    BOOST_REQUIRE(decoded->size() == 2);
    BOOST_TEST((decoded->at(0) == sample_pieces()[0]));
    BOOST_TEST((decoded->at(1) == sample_pieces()[1]));
    BOOST_CHECK_THROW(static_cast<void>(decoded->at(2)), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_layout_holds_whole_entries_only)
{
    const auto encoded = encode_layout(chunk_length, sample_pieces());
    for (std::size_t length = 0; length <= encoded.size(); ++length) {
        const bool whole = length >= Layout::header_size &&
                           (length - Layout::header_size) % Layout::entry_size == 0;
        const auto part = std::string_view(encoded).substr(0, length);
        BOOST_TEST(decode_layout(as_bytes(part)).has_value() == whole);
    }
}

BOOST_AUTO_TEST_CASE(a_piece_length_is_a_power_of_two_of_at_least_16_kib)  // BEP 52
{
    for (const std::uint32_t length : {0U, 1U, 8192U, 16385U, 3U << 20}) {
        BOOST_CHECK_THROW(encode_layout(length, {}), std::invalid_argument);
    }
    for (const std::uint32_t length : {16384U, 1U << 20, 1U << 31}) {
        BOOST_TEST(decode_layout(as_bytes(encode_layout(length, {})))->piece_length == length);
    }
    auto encoded = encode_layout(chunk_length, {});
    for (const char bits : {'\x00', '\x0d', '\x20', '\xff'}) {
        encoded[1] = bits;
        BOOST_TEST(!decode_layout(as_bytes(encoded)));
    }
}

BOOST_AUTO_TEST_CASE(a_chunk_record_has_exactly_these_bytes)
{
    const auto encoded = encode(Chunk{chunk_length, 0x01020304});
    BOOST_TEST(to_hex(as_bytes(encoded)) == "010020000001020304");
    const auto decoded = decode_chunk(as_bytes(encoded));
    BOOST_REQUIRE(decoded);
    BOOST_TEST(decoded->length == chunk_length);
    BOOST_TEST(decoded->references == 0x01020304U);
    refuses_other_lengths(encoded, decode_chunk);
}

BOOST_AUTO_TEST_CASE(an_ownership_record_has_exactly_these_bytes)
{
    const auto encoded = encode(Ownership{"a.txt"});
    BOOST_TEST(to_hex(as_bytes(encoded)) == "010005612e747874");
    BOOST_TEST(decode_ownership(as_bytes(encoded))->name == "a.txt");
    refuses_other_lengths(encoded, decode_ownership);
    BOOST_TEST(decode_ownership(as_bytes(encode(Ownership{})))->name.empty());
}

BOOST_AUTO_TEST_SUITE_END()
