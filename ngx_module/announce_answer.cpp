#include "announce_answer.hpp"

#include "conf.hpp"
#include "peer_address.hpp"
#include "respond.hpp"
#include "shared/bittorrent/address_scope.hpp"
#include "worker.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace btgw::ngx {

namespace {

constexpr std::string_view media_type = "text/plain";

// The gateway, as a peer of those torrents that its engine seeds. It never announces itself: what
// the index holds is in every answer.
std::optional<bittorrent::Endpoint> own_endpoint(ngx_http_request_t& r, Worker& worker,
                                                 const InfoHash& info_hash)
{
    const auto& engine = worker.engine().engine();
    if (!engine || !worker.engine().up() || engine->peer_port == 0 || worker.index() == nullptr) {
        return std::nullopt;
    }
    const auto torrent = worker.index()->snapshot().torrent(info_hash);
    if (!torrent ||
        ((engine->seeded_formats >> static_cast<unsigned>(torrent->format)) & 1U) == 0) {
        return std::nullopt;
    }
    return gateway_endpoint(r, engine->peer_port);
}

std::uint32_t jittered(time_t interval, std::minstd_rand& random)
{
    // A tenth either way, so that clients that started together drift apart.
    const auto seconds = static_cast<std::uint32_t>(interval);
    const std::uint32_t spread = seconds / 5;
    return seconds - spread / 2 + (spread == 0 ? 0 : static_cast<std::uint32_t>(random() % spread));
}

bool wants_a_seed(const bittorrent::AnnounceRequest& announce)
{
    if (announce.num_want == 0 || announce.event == bittorrent::Event::stopped) {
        return false;
    }
    // aria2 starts a magnet link, of which it knows no size yet, with left=0 like a seed.
    return announce.left != 0 || announce.event == bittorrent::Event::started;
}

void add_gateway(bittorrent::AnnounceAnswer& answer, ngx_http_request_t& r, Worker& worker,
                 const bittorrent::AnnounceRequest& announce)
{
    const auto own = own_endpoint(r, worker, announce.info_hash);
    if (!own) {
        return;
    }
    ++answer.counters.complete;
    if (!wants_a_seed(announce)) {
        return;
    }
    if (answer.peers.size() >= announce.num_want) {
        answer.peers.pop_back();
    }
    answer.peers.insert(answer.peers.begin(), {*own, {}});
}

// Addresses of a private network are of no use outside of it, and nobody else's business.
void drop_unreachable(std::vector<bittorrent::AnsweredPeer>& peers,
                      const bittorrent::Endpoint& requester)
{
    if (bittorrent::is_public(requester)) {
        std::erase_if(peers, [](const bittorrent::AnsweredPeer& peer) {
            return !bittorrent::is_public(peer.endpoint);
        });
    }
}

}  // namespace

ngx_int_t answer_announce(ngx_http_request_t& r, Worker& worker,
                          const bittorrent::AnnounceRequest& announce, const swarm::Update& update)
{
    const LocationConf& conf = location_conf(r);
    swarm::Query query;
    query.info_hash = announce.info_hash;
    query.requester = update.peer;
    query.seeds_too = announce.left != 0;
    query.want = announce.event == bittorrent::Event::stopped ? 0 : announce.num_want;
    swarm::Sample sample = worker.swarm()->sample(query, static_cast<std::uint32_t>(ngx_time()),
                                                  worker.peer_lifetime(), worker.random());

    bittorrent::AnnounceAnswer answer;
    answer.counters = sample.counters;
    answer.interval = jittered(conf.announce_interval, worker.random());
    answer.min_interval = static_cast<std::uint32_t>(conf.min_announce_interval);
    answer.peers = std::move(sample.peers);
    drop_unreachable(answer.peers, update.peer);
    answer.external = update.peer;
    add_gateway(answer, r, worker, announce);
    return respond(r, NGX_HTTP_OK, media_type,
                   bittorrent::encode_announce(answer, announce.compact, announce.no_peer_id));
}

bittorrent::Counters counters_with_gateway(ngx_http_request_t& r, Worker& worker,
                                           const InfoHash& info_hash)
{
    bittorrent::Counters counters = worker.swarm()->counters(info_hash);
    if (own_endpoint(r, worker, info_hash)) {
        ++counters.complete;
    }
    return counters;
}

ngx_int_t answer_failure(ngx_http_request_t& r, std::string_view reason, bool for_good)
{
    const auto interval = static_cast<std::uint32_t>(location_conf(r).announce_interval);
    const auto retry_minutes = for_good ? std::optional<std::uint32_t>{0} : std::nullopt;
    return respond(r, NGX_HTTP_OK, media_type,
                   bittorrent::encode_failure(reason, interval, retry_minutes));
}

}  // namespace btgw::ngx
