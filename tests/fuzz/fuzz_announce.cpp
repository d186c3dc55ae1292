// The query of GET /announce, and the answer in the form that it asks for.
#include "fuzz.hpp"
#include "shared/bittorrent/announce.hpp"

using btgw::bittorrent::encode_announce;
using btgw::bittorrent::encode_failure;
using btgw::bittorrent::max_num_want;
using btgw::bittorrent::parse_announce;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto request = parse_announce(btgw::fuzz::text_of(data, size));
    if (!request) {
        btgw::fuzz::require(btgw::fuzz::is_printable_ascii(request.error()));
        encode_failure(request.error(), 1800, std::nullopt);
        return 0;
    }
    btgw::fuzz::require(request->num_want <= max_num_want);
    btgw::bittorrent::AnnounceAnswer answer;
    answer.counters.complete = static_cast<std::uint32_t>(request->left);
    answer.counters.paused = static_cast<std::uint32_t>(request->downloaded);
    answer.peers.resize(2);
    answer.peers[0].endpoint.port = request->port;
    answer.peers[1].endpoint.v6 = true;
    const std::string bytes = encode_announce(answer, request->compact, request->no_peer_id);
    btgw::fuzz::require(bytes.starts_with("d8:complete") && bytes.ends_with('e'));
    return 0;
}
