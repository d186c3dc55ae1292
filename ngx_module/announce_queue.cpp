#include "announce_queue.hpp"

#include "announce_answer.hpp"
#include "c_boundary.hpp"
#include "ngx_pool.hpp"
#include "worker.hpp"

#include <algorithm>
#include <utility>

namespace btgw::ngx {

namespace {

constexpr ngx_msec_t retry_interval = 1;       // milliseconds
constexpr std::size_t most_unwritten = 16384;  // updates: beyond it the oldest are dropped

}  // namespace

struct AnnounceQueue::Entry {
    ngx_http_request_t* request;
    bittorrent::AnnounceRequest announce;
    swarm::Update update;
};

AnnounceQueue::AnnounceQueue(Worker& worker, ngx_cycle_t& cycle) : worker_(worker)
{
    posted_.data = this;
    posted_.log = cycle.log;
    posted_.handler = worker_event<&AnnounceQueue::on_posted>;
    retry_.data = this;
    retry_.log = cycle.log;
    retry_.handler = worker_event<&AnnounceQueue::on_retry>;
    retry_.cancelable = 1;
}

AnnounceQueue::~AnnounceQueue()
{
    if (retry_.timer_set) {
        ngx_del_timer(&retry_);
    }
    if (posted_.posted) {
        ngx_delete_posted_event(&posted_);
    }
}

void AnnounceQueue::add(ngx_http_request_t& r, const bittorrent::AnnounceRequest& announce,
                        const swarm::Update& update)
{
    auto& entry = make_in_pool<Entry>(*r.pool, &r, announce, update);
    ++r.main->count;
    waiting_.push_back(&entry);
    updates_.push_back(update);
    ngx_post_event(&posted_, &ngx_posted_events);
}

void AnnounceQueue::on_posted(ngx_event_t& event)
{
    static_cast<AnnounceQueue*>(event.data)->flush();
}

void AnnounceQueue::on_retry(ngx_event_t& event)
{
    static_cast<AnnounceQueue*>(event.data)->write();
}

void AnnounceQueue::flush()
{
    write();
    answer_all();
}

// False: another process is writing. What cannot be written at all (a full disk) is dropped: the
// peers will announce again.
bool AnnounceQueue::try_write()
{
    try {
        return worker_.swarm()->write(updates_, static_cast<std::uint32_t>(ngx_time()));
    } catch (...) {
        log_exception(posted_.log);
        return true;
    }
}

void AnnounceQueue::write()
{
    if (updates_.empty()) {
        return;
    }
    if (try_write()) {
        updates_.clear();
        return;
    }
    if (updates_.size() > most_unwritten) {
        const auto surplus = static_cast<std::ptrdiff_t>(updates_.size() - most_unwritten);
        updates_.erase(updates_.begin(), updates_.begin() + surplus);
    }
    if (!retry_.timer_set) {
        ngx_add_timer(&retry_, retry_interval);
    }
}

void AnnounceQueue::answer_all()
{
    // Requests are answered in the turn in which they came: none can be freed before.
    for (Entry* entry : std::exchange(waiting_, {})) {
        ngx_http_request_t& r = *entry->request;
        ngx_connection_t* connection = r.connection;
        ngx_int_t rc = NGX_HTTP_INTERNAL_SERVER_ERROR;
        try {
            rc = answer_announce(r, worker_, entry->announce, entry->update);
        } catch (...) {
            log_exception(connection->log);
        }
        ngx_http_finalize_request(&r, rc);
        ngx_http_run_posted_requests(connection);
    }
}

}  // namespace btgw::ngx
