#include "peer_record.hpp"

#include "../big_endian.hpp"

#include <algorithm>

namespace btgw::swarm {

using bittorrent::Endpoint;
using bittorrent::PeerId;

namespace {

constexpr std::uint8_t seed_flag = 1;
constexpr std::uint8_t paused_flag = 2;
constexpr std::uint8_t counted_flag = 4;
constexpr std::size_t spread_size = 4;

constexpr std::size_t address_size(bool v6)
{
    return v6 ? 16 : 4;
}

// FNV-1a, then the finalizer of MurmurHash3, without which neighbouring addresses stay neighbours.
std::uint32_t spread_of(const Endpoint& endpoint)
{
    std::uint64_t hash = 0xcbf29ce484222325;
    const auto mix = [&hash](std::uint8_t byte) { hash = (hash ^ byte) * 0x100000001b3; };
    std::for_each_n(endpoint.address.begin(), address_size(endpoint.v6), mix);
    mix(static_cast<std::uint8_t>(endpoint.port >> 8));
    mix(static_cast<std::uint8_t>(endpoint.port & 0xff));
    hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccd;
    hash = (hash ^ hash >> 33) * 0xc4ceb9fe1a85ec53;
    return static_cast<std::uint32_t>(hash >> 32);
}

}  // namespace

PeerRecord search_record(bool v6, std::uint32_t spread)
{
    PeerRecord out;
    out.size = record_size(v6);
    store_be(spread, out.bytes.data());
    return out;
}

PeerRecord search_record(const Endpoint& endpoint)
{
    auto out = search_record(endpoint.v6, spread_of(endpoint));
    auto* const address = out.bytes.data() + spread_size;
    std::copy_n(endpoint.address.begin(), address_size(endpoint.v6), address);
    store_be(endpoint.port, address + address_size(endpoint.v6));
    return out;
}

PeerRecord encode(const Peer& peer)
{
    auto out = search_record(peer.endpoint);
    auto* at =
        out.bytes.data() + spread_size + address_size(peer.endpoint.v6) + sizeof peer.endpoint.port;
    *at++ =
        static_cast<std::uint8_t>((peer.seed ? seed_flag : 0) | (peer.paused ? paused_flag : 0) |
                                  (peer.counted ? counted_flag : 0));
    store_be(peer.seen, at);
    std::ranges::copy(peer.id.bytes, at + sizeof peer.seen);
    return out;
}

std::optional<Peer> decode_peer(ByteView bytes, bool v6)
{
    if (bytes.size() != record_size(v6)) {
        return std::nullopt;
    }
    Peer out;
    out.endpoint.v6 = v6;
    const auto* at = bytes.data() + spread_size;
    std::copy_n(at, address_size(v6), out.endpoint.address.begin());
    at += address_size(v6);
    out.endpoint.port = load_be<std::uint16_t>(at);
    at += sizeof out.endpoint.port;
    const std::uint8_t flags = *at++;
    out.seed = (flags & seed_flag) != 0;
    out.paused = (flags & paused_flag) != 0;
    out.counted = (flags & counted_flag) != 0;
    out.seen = load_be<std::uint32_t>(at);
    std::copy_n(at + sizeof out.seen, PeerId::size, out.id.bytes.begin());
    return out;
}

}  // namespace btgw::swarm
