// Announces of one turn of the event loop share a write transaction. A worker never waits for
// another's lock: what it cannot write now is written a moment later, and answered from what is
// there.
#pragma once

#include "ngx.hpp"
#include "shared/bittorrent/announce.hpp"
#include "shared/swarm/swarm_store.hpp"

#include <cstdint>
#include <vector>

namespace btgw::ngx {

class Worker;

class AnnounceQueue {
public:
    AnnounceQueue(Worker& worker, ngx_cycle_t& cycle);
    AnnounceQueue(const AnnounceQueue&) = delete;
    AnnounceQueue& operator=(const AnnounceQueue&) = delete;
    ~AnnounceQueue();

    // Takes the request over: it is answered before the event loop's turn ends.
    void add(ngx_http_request_t& r, const bittorrent::AnnounceRequest& announce,
             const swarm::Update& update);

    struct Entry;

private:
    static void on_posted(ngx_event_t& event);
    static void on_retry(ngx_event_t& event);
    void flush();
    void write();
    bool try_write();
    void answer_all();

    Worker& worker_;
    ngx_event_t posted_{};
    ngx_event_t retry_{};
    std::vector<Entry*> waiting_;         // to be answered in this turn
    std::vector<swarm::Update> updates_;  // not written yet
};

}  // namespace btgw::ngx
