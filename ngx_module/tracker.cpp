// The tracker's mouth over HTTP: announce and scrape. Swarms are in shared/swarm.

#include "announce_answer.hpp"
#include "announce_queue.hpp"
#include "conf.hpp"
#include "cors.hpp"
#include "handlers.hpp"
#include "peer_address.hpp"
#include "request.hpp"
#include "respond.hpp"
#include "route.hpp"
#include "shared/bittorrent/announce.hpp"
#include "worker.hpp"

namespace btgw::ngx {

namespace {

using bittorrent::AnnounceRequest;
using bittorrent::Event;

bool tracked(ngx_http_request_t& r, const InfoHash& info_hash)
{
    if (location_conf(r).tracker == static_cast<ngx_uint_t>(TrackerPolicy::any)) {
        return true;
    }
    const store::Index* index = worker()->index();
    return index != nullptr && index->snapshot().torrent(info_hash).has_value();
}

swarm::Update update_of(const AnnounceRequest& announce, const bittorrent::Endpoint& peer)
{
    swarm::Update update;
    update.info_hash = announce.info_hash;
    update.peer = peer;
    update.id = announce.peer_id.value_or(bittorrent::PeerId{});
    update.seed = announce.left == 0;
    update.paused = announce.event == Event::paused;
    update.stopped = announce.event == Event::stopped;
    update.completed = announce.event == Event::completed;
    return update;
}

ngx_int_t announce(ngx_http_request_t& r)
{
    const auto request = bittorrent::parse_announce(query(r));
    if (!request) {
        return answer_failure(r, request.error(), false);
    }
    if (!tracked(r, request->info_hash)) {
        return answer_failure(r, "this tracker does not serve this info-hash", true);
    }
    const auto peer = client_endpoint(r, request->port);
    if (!peer) {
        return answer_failure(r, "the peer's address is not known", false);
    }
    const ngx_int_t rc = ngx_http_discard_request_body(&r);
    if (rc != NGX_OK) {
        return rc;
    }
    worker()->announces().add(r, *request, update_of(*request, *peer));
    return NGX_DONE;
}

ngx_int_t scrape(ngx_http_request_t& r)
{
    const auto hashes = bittorrent::parse_scrape(query(r));
    if (!hashes) {
        return answer_failure(r, hashes.error(), false);
    }
    std::vector<bittorrent::ScrapedSwarm> swarms;
    for (const InfoHash& hash : *hashes) {
        if (tracked(r, hash)) {
            swarms.push_back({hash, counters_with_gateway(r, *worker(), hash)});
        }
    }
    const auto interval = static_cast<std::uint32_t>(location_conf(r).min_announce_interval);
    return respond(r, NGX_HTTP_OK, "text/plain",
                   bittorrent::encode_scrape(std::move(swarms), interval));
}

// Trackers live at any path that ends in announce or scrape: the location decides.
ngx_int_t serve(ngx_http_request_t& r, ngx_int_t (*handler)(ngx_http_request_t&))
{
    constexpr ngx_uint_t methods = NGX_HTTP_GET | NGX_HTTP_HEAD;
    if ((r.method & methods) == 0) {
        return r.method == NGX_HTTP_OPTIONS ? answer_preflight(r) : refuse_method(r, methods);
    }
    if (worker() == nullptr || worker()->swarm() == nullptr) {
        return answer_failure(r, "the tracker is not ready", false);
    }
    return handler(r);
}

}  // namespace

ngx_int_t serve_announce(ngx_http_request_t& r)
{
    return serve(r, announce);
}

ngx_int_t serve_scrape(ngx_http_request_t& r)
{
    return serve(r, scrape);
}

}  // namespace btgw::ngx
