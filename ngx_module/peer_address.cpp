#include "peer_address.hpp"

#include "conf.hpp"

#include <algorithm>

namespace btgw::ngx {

namespace {

bittorrent::Endpoint from_v4(const void* address, std::uint16_t port)
{
    bittorrent::Endpoint out;
    ngx_memcpy(out.address.data(), address, 4);
    out.port = port;
    return out;
}

bittorrent::Endpoint from_v6(const in6_addr& address, std::uint16_t port)
{
    if (IN6_IS_ADDR_V4MAPPED(&address)) {
        return from_v4(address.s6_addr + 12, port);
    }
    bittorrent::Endpoint out;
    out.v6 = true;
    std::copy_n(address.s6_addr, 16, out.address.begin());
    out.port = port;
    return out;
}

std::optional<bittorrent::Endpoint> endpoint(const sockaddr* address, std::uint16_t port)
{
    switch (address->sa_family) {
        case AF_INET:
            return from_v4(&reinterpret_cast<const sockaddr_in*>(address)->sin_addr, port);
        case AF_INET6:
            return from_v6(reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr, port);
        default:
            return std::nullopt;
    }
}

}  // namespace

std::optional<bittorrent::Endpoint> client_endpoint(ngx_http_request_t& r, std::uint16_t port)
{
    return endpoint(r.connection->sockaddr, port);
}

std::optional<bittorrent::Endpoint> gateway_endpoint(ngx_http_request_t& r, std::uint16_t port)
{
    if (const ngx_addr_t* configured = location_conf(r).peer_address; configured != nullptr) {
        const in_port_t own_port = ngx_inet_get_port(configured->sockaddr);
        return endpoint(configured->sockaddr, own_port == 0 ? port : own_port);
    }
    if (ngx_connection_local_sockaddr(r.connection, nullptr, 0) != NGX_OK) {
        return std::nullopt;
    }
    return endpoint(r.connection->local_sockaddr, port);
}

}  // namespace btgw::ngx
