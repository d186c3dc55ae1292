#include "shared/bittorrent/address_scope.hpp"

#include <arpa/inet.h>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

namespace {

namespace bdata = boost::unit_test::data;
using btgw::bittorrent::Endpoint;

Endpoint endpoint(const std::string& text)
{
    Endpoint out;
    out.v6 = text.find(':') != std::string::npos;
    BOOST_REQUIRE(inet_pton(out.v6 ? AF_INET6 : AF_INET, text.c_str(), out.address.data()) == 1);
    return out;
}

// RFC 6890, RFC 6598, RFC 4193, RFC 4291
const char* const local[] = {
    "0.1.2.3",     "10.0.0.1",    "100.64.0.1",      "100.127.255.255",
    "127.0.0.1",   "169.254.1.1", "172.16.0.1",      "172.31.255.255",
    "192.168.1.1", "224.0.0.1",   "255.255.255.255", "::",
    "::1",         "fe80::1",     "fd00::1",         "ff02::1",
    "2001:db8::1",
};

const char* const reachable[] = {
    "1.1.1.1",         "9.255.255.255",  "11.0.0.0",   "100.63.255.255",
    "100.128.0.0",     "172.15.255.255", "172.32.0.0", "192.167.255.255",
    "223.255.255.255", "2606:4700::1",   "2a00::1",
};

}  // namespace

BOOST_AUTO_TEST_SUITE(bittorrent_address_scope)

BOOST_DATA_TEST_CASE(local_addresses_are_not_public, bdata::make(local), text)
{
    BOOST_TEST(!btgw::bittorrent::is_public(endpoint(text)));
}

BOOST_DATA_TEST_CASE(others_are_public, bdata::make(reachable), text)
{
    BOOST_TEST(btgw::bittorrent::is_public(endpoint(text)));
}

BOOST_AUTO_TEST_SUITE_END()
