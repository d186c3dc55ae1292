// Socket addresses as BitTorrent endpoints.
#pragma once

#include "ngx.hpp"
#include "shared/bittorrent/announce.hpp"

#include <optional>

namespace btgw::ngx {

// The client's address as nginx sees it (realip included); IPv4 mapped into IPv6 becomes IPv4.
// Nothing for a Unix socket.
std::optional<bittorrent::Endpoint> client_endpoint(ngx_http_request_t& r, std::uint16_t port);

// Where peers reach the gateway's engine: btgw_peer_address, or the address the client came to.
// `port` is the engine's, for where the directive names none.
std::optional<bittorrent::Endpoint> gateway_endpoint(ngx_http_request_t& r, std::uint16_t port);

}  // namespace btgw::ngx
