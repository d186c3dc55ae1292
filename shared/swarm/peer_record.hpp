// A value of the tables peers4 and peers6 (swarm_store.hpp has the layout).
#pragma once

#include "../bittorrent/announce.hpp"
#include "../bytes.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace btgw::swarm {

struct Peer {
    bittorrent::Endpoint endpoint;
    bittorrent::PeerId id;
    bool seed = false;
    bool paused = false;     // never with seed
    bool counted = false;    // as a completed download
    std::uint32_t seen = 0;  // Unix seconds
    bool operator==(const Peer&) const = default;
};

constexpr std::size_t record_size(bool v6)
{
    return v6 ? 47 : 35;
}

// Bytes of a record of either family.
struct PeerRecord {
    std::array<std::uint8_t, record_size(true)> bytes{};
    std::size_t size = 0;

    [[nodiscard]] ByteView view() const { return ByteView(bytes).first(size); }
};

// A stored record, read in place: an announce looks at many and takes few.
class PeerView {
public:
    // `bytes` has record_size(v6) bytes.
    PeerView(const std::uint8_t* bytes, bool v6) : bytes_(bytes), v6_(v6) {}

    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] bool seed() const;
    [[nodiscard]] std::uint32_t seen() const;
    // `search` is the endpoint's search_record.
    [[nodiscard]] bool has_endpoint_of(const PeerRecord& search) const;
    [[nodiscard]] Peer peer() const;

private:
    const std::uint8_t* bytes_;
    bool v6_;
};

PeerRecord encode(const Peer& peer);
// Nothing when the length is not the family's.
std::optional<Peer> decode_peer(ByteView bytes, bool v6);

// The least record with this endpoint: where a search for it starts.
PeerRecord search_record(const bittorrent::Endpoint& endpoint);
// The least record with this spread: where a random window starts.
PeerRecord search_record(bool v6, std::uint32_t spread);

}  // namespace btgw::swarm
