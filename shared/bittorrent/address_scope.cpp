#include "address_scope.hpp"

#include <algorithm>

namespace btgw::bittorrent {

namespace {

struct Prefix4 {
    std::uint32_t network;
    unsigned length;  // bits
};

constexpr Prefix4 local4[] = {
    {0x00000000, 8},   // 0.0.0.0/8 this network
    {0x0a000000, 8},   // 10.0.0.0/8 private
    {0x64400000, 10},  // 100.64.0.0/10 shared
    {0x7f000000, 8},   // 127.0.0.0/8 loopback
    {0xa9fe0000, 16},  // 169.254.0.0/16 link-local
    {0xac100000, 12},  // 172.16.0.0/12 private
    {0xc0a80000, 16},  // 192.168.0.0/16 private
    {0xe0000000, 3},   // 224.0.0.0/3 multicast and reserved
};

bool is_public4(const std::array<std::uint8_t, 16>& bytes)
{
    const std::uint32_t address = std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 |
                                  std::uint32_t{bytes[2]} << 8 | bytes[3];
    return std::none_of(std::begin(local4), std::end(local4), [&](const Prefix4& prefix) {
        return (address ^ prefix.network) >> (32 - prefix.length) == 0;
    });
}

// Only 2000::/3 is given out as global unicast (RFC 4291 section 2.4); 2001:db8::/32 is for
// documents.
bool is_public6(const std::array<std::uint8_t, 16>& bytes)
{
    const bool documentation =
        bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] == 0x0d && bytes[3] == 0xb8;
    return bytes[0] >> 5 == 1 && !documentation;
}

}  // namespace

bool is_public(const Endpoint& endpoint)
{
    return endpoint.v6 ? is_public6(endpoint.address) : is_public4(endpoint.address);
}

}  // namespace btgw::bittorrent
