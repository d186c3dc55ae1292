// A random choice among the peers of one swarm, at a cost that does not depend on the swarm's size.
#pragma once

#include "environment.hpp"
#include "peer_record.hpp"

#include <random>
#include <vector>

namespace btgw::swarm {

// None seen before `oldest` (Unix seconds). Looks at no more than about 4 * want + 50 records.
std::vector<bittorrent::AnsweredPeer> sample_peers(const Environment::Reading& reading,
                                                   const Query& query, std::uint32_t oldest,
                                                   std::minstd_rand& random);

}  // namespace btgw::swarm
