// Finds peers that have not been seen for long, a slice at a time.
#pragma once

#include "environment.hpp"
#include "peer_record.hpp"

#include <optional>
#include <vector>

namespace btgw::swarm {

struct PlacedPeer {
    InfoHash info_hash;
    Endpoint endpoint;
};

// Where a scan goes on; `at` need not be there any more. Without it: at the start of the family.
struct ScanPosition {
    bool v6 = false;
    std::optional<PlacedPeer> at;
};

struct OldPeers {
    std::vector<PlacedPeer> found;
    ScanPosition next;  // the very start once all has been looked at
};

// Peers not seen since `before`, among at most `limit` records.
OldPeers find_old_peers(const Environment::Reading& reading, const ScanPosition& from,
                        std::uint32_t before, std::size_t limit);

}  // namespace btgw::swarm
