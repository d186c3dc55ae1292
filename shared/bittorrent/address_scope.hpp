// Which addresses the public Internet can reach. RFC 6890, RFC 4193, RFC 4291, RFC 6598.
#pragma once

#include "announce.hpp"

namespace btgw::bittorrent {

// False for loopback, private, link-local, shared (CGNAT), unspecified, multicast and reserved
// ones.
bool is_public(const Endpoint& endpoint);

}  // namespace btgw::bittorrent
