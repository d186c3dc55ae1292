#include "peer_record.hpp"

#include "../big_endian.hpp"

#include <algorithm>
#include <cstring>

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

constexpr std::size_t port_offset(bool v6)
{
    return spread_size + address_size(v6);
}

constexpr std::size_t flags_offset(bool v6)
{
    return port_offset(v6) + 2;
}

constexpr std::size_t seen_offset(bool v6)
{
    return flags_offset(v6) + 1;
}

constexpr std::size_t id_offset(bool v6)
{
    return seen_offset(v6) + 4;
}

static_assert(id_offset(false) + PeerId::size == record_size(false));
static_assert(id_offset(true) + PeerId::size == record_size(true));

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
    std::copy_n(endpoint.address.begin(), address_size(endpoint.v6),
                out.bytes.begin() + spread_size);
    store_be(endpoint.port, &out.bytes[port_offset(endpoint.v6)]);
    return out;
}

PeerRecord encode(const Peer& peer)
{
    const bool v6 = peer.endpoint.v6;
    auto out = search_record(peer.endpoint);
    out.bytes[flags_offset(v6)] =
        static_cast<std::uint8_t>((peer.seed ? seed_flag : 0) | (peer.paused ? paused_flag : 0) |
                                  (peer.counted ? counted_flag : 0));
    store_be(peer.seen, &out.bytes[seen_offset(v6)]);
    std::ranges::copy(peer.id.bytes, out.bytes.begin() + id_offset(v6));
    return out;
}

std::optional<Peer> decode_peer(ByteView bytes, bool v6)
{
    if (bytes.size() != record_size(v6)) {
        return std::nullopt;
    }
    return PeerView(bytes.data(), v6).peer();
}

std::uint16_t PeerView::port() const
{
    return load_be<std::uint16_t>(bytes_ + port_offset(v6_));
}

bool PeerView::seed() const
{
    return (bytes_[flags_offset(v6_)] & seed_flag) != 0;
}

std::uint32_t PeerView::seen() const
{
    return load_be<std::uint32_t>(bytes_ + seen_offset(v6_));
}

bool PeerView::has_endpoint_of(const PeerRecord& search) const
{
    return search.size == record_size(v6_) &&
           std::memcmp(bytes_, search.bytes.data(), flags_offset(v6_)) == 0;
}

Peer PeerView::peer() const
{
    Peer out;
    out.endpoint.v6 = v6_;
    std::copy_n(bytes_ + spread_size, address_size(v6_), out.endpoint.address.begin());
    out.endpoint.port = port();
    const auto flags = bytes_[flags_offset(v6_)];
    out.seed = (flags & seed_flag) != 0;
    out.paused = (flags & paused_flag) != 0;
    out.counted = (flags & counted_flag) != 0;
    out.seen = seen();
    std::copy_n(bytes_ + id_offset(v6_), PeerId::size, out.id.bytes.begin());
    return out;
}

}  // namespace btgw::swarm
