#include "shared/hex.hpp"
#include "shared/store/keys.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <limits>
#include <vector>

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

constexpr std::array<std::uint8_t, 4> bytes_in_order{0x00, 0x7f, 0x80, 0xff};

std::vector<OwnerKeyParts> parts_in_order()
{
    std::vector<OwnerKeyParts> out;
    for (const std::uint8_t owner : bytes_in_order) {
        for (const std::uint64_t uploaded :
             {std::uint64_t{0}, std::uint64_t{255}, std::uint64_t{256}, std::uint64_t{1} << 40,
              std::numeric_limits<std::uint64_t>::max()}) {
            for (const std::uint8_t content : bytes_in_order) {
                out.push_back({filled<PublicKey>(owner), uploaded, filled<Sha256>(content)});
            }
        }
    }
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(store_keys)

BOOST_AUTO_TEST_CASE(an_owner_key_is_pubkey_then_time_then_hash)
{
    const auto key = owner_key({filled<PublicKey>(0x11), 0x0102030405060708, filled<Sha256>(0x22)});
    std::string expected;
    for (int i = 0; i < 32; ++i) {
        expected += "11";
    }
    expected += "0102030405060708";
    for (int i = 0; i < 32; ++i) {
        expected += "22";
    }
    BOOST_TEST(to_hex(key) == expected);
}

BOOST_AUTO_TEST_CASE(an_owned_key_is_hash_then_pubkey)
{
    const auto key = owned_key(filled<Sha256>(0x22), filled<PublicKey>(0x11));
    BOOST_TEST(to_hex(key).substr(0, 64) == to_hex(filled<Sha256>(0x22)));
    BOOST_TEST(to_hex(key).substr(64) == to_hex(filled<PublicKey>(0x11)));
}

BOOST_AUTO_TEST_CASE(a_parsed_owner_key_gives_its_parts_back)
{
    for (const auto& parts : parts_in_order()) {
        const auto parsed = parse_owner_key(owner_key(parts));
        BOOST_TEST((parsed.owner == parts.owner));
        BOOST_TEST(parsed.uploaded == parts.uploaded);
        BOOST_TEST((parsed.content == parts.content));
    }
}

BOOST_AUTO_TEST_CASE(encoded_keys_sort_as_their_parts_do)
{
    const auto parts = parts_in_order();
    for (std::size_t i = 1; i < parts.size(); ++i) {
        BOOST_TEST((owner_key(parts[i - 1]).chars() < owner_key(parts[i]).chars()));
    }
}

BOOST_AUTO_TEST_SUITE_END()
