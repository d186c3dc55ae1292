// What an announce gets: counters, a sample of peers, and the gateway itself as a seed.
#pragma once

#include "ngx.hpp"
#include "shared/bittorrent/announce.hpp"
#include "shared/swarm/swarm_store.hpp"

namespace btgw::ngx {

class Worker;

// Sends the answer; returns what to finalise the request with.
ngx_int_t answer_announce(ngx_http_request_t& r, Worker& worker,
                          const bittorrent::AnnounceRequest& announce, const swarm::Update& update);

// The swarm's counters, with the gateway counted among the seeds where it is one.
bittorrent::Counters counters_with_gateway(ngx_http_request_t& r, Worker& worker,
                                           const InfoHash& info_hash);

// Failures go out with status 200, since clients read the body of nothing else (BEP 3). `for_good`:
// the client need not come again (BEP 31).
ngx_int_t answer_failure(ngx_http_request_t& r, std::string_view reason, bool for_good);

}  // namespace btgw::ngx
