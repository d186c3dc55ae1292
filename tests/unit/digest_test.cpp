// SHA-1 and SHA-256: NIST, examples of FIPS 180-4 ("abc", 448 bits, empty, a million times "a").
#include "shared/digest.hpp"

#include "shared/hex.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using btgw::as_bytes;
using btgw::sha1;
using btgw::sha256;
using btgw::Sha256Hasher;
using btgw::to_hex;

namespace {

const std::string two_blocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
const std::string million(1'000'000, 'a');

}  // namespace

BOOST_AUTO_TEST_SUITE(digest)

BOOST_AUTO_TEST_CASE(sha1_gives_the_published_values)
{
    BOOST_TEST(to_hex(sha1(as_bytes(""))) == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    BOOST_TEST(to_hex(sha1(as_bytes("abc"))) == "a9993e364706816aba3e25717850c26c9cd0d89d");
    BOOST_TEST(to_hex(sha1(as_bytes(two_blocks))) == "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
    BOOST_TEST(to_hex(sha1(as_bytes(million))) == "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}

BOOST_AUTO_TEST_CASE(sha256_gives_the_published_values)
{
    BOOST_TEST(to_hex(sha256(as_bytes(""))) ==
               "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    BOOST_TEST(to_hex(sha256(as_bytes("abc"))) ==
               "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    BOOST_TEST(to_hex(sha256(as_bytes(two_blocks))) ==
               "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    BOOST_TEST(to_hex(sha256(as_bytes(million))) ==
               "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

BOOST_AUTO_TEST_CASE(bytes_in_parts_hash_as_the_whole)
{
    for (std::size_t i = 0; i <= two_blocks.size(); ++i) {
        Sha256Hasher hasher;
        hasher.update(as_bytes(std::string_view(two_blocks).substr(0, i)));
        hasher.update(as_bytes(std::string_view(two_blocks).substr(i)));
        BOOST_TEST(to_hex(hasher.finish()) == to_hex(sha256(as_bytes(two_blocks))));
    }
}

BOOST_AUTO_TEST_CASE(no_bytes_are_a_hash_too)
{
    BOOST_TEST(to_hex(Sha256Hasher().finish()) == to_hex(sha256(as_bytes(""))));
}

BOOST_AUTO_TEST_SUITE_END()
