#include "worker.hpp"

#include "announce_queue.hpp"
#include "c_boundary.hpp"
#include "ngx_str.hpp"

#include <memory>

namespace btgw::ngx {

namespace {

constexpr ngx_msec_t tick_interval = 1000;  // milliseconds
constexpr unsigned reader_check_ticks = 5;  // dead readers pin pages: look often
constexpr std::size_t expiry_slice = 2000;  // peers looked at in one tick

std::unique_ptr<Worker> current;  // one per process

void on_tick(ngx_event_t& event)
{
    ngx_add_timer(&event, tick_interval);
    static_cast<Worker*>(event.data)->tick();
}

bool serves_requests()
{
    return ngx_process == NGX_PROCESS_WORKER || ngx_process == NGX_PROCESS_SINGLE;
}

}  // namespace

Worker::Worker(ngx_cycle_t& cycle, const MainConf& conf)
    : storage_(view(conf.storage)),
      peer_lifetime_(static_cast<std::uint32_t>(conf.peer_lifetime)),
      log_(cycle.log),
      engine_(cycle, std::string{view(conf.engine)}),
      leases_(storage_),
      random_(static_cast<std::minstd_rand::result_type>(ngx_pid ^ ngx_time())),
      announces_(std::make_unique<AnnounceQueue>(*this, cycle))
{
    open_stores();
    timer_.data = this;
    timer_.handler = worker_event<on_tick>;
    timer_.log = log_;
    timer_.cancelable = 1;  // must not hold up a graceful shutdown
    ngx_add_timer(&timer_, tick_interval);
}

Worker::~Worker()
{
    if (timer_.timer_set) {
        ngx_del_timer(&timer_);
    }
}

void Worker::open_stores()
{
    const bool quiet = complained_;
    complained_ = false;
    open_or_complain(quiet, [this] {
        if (!index_) {
            store::IndexOptions options;
            options.directory = storage_ + "/index";
            index_ = store::Index::open_reader(options);
            index_->clear_dead_readers();
        }
    });
    open_or_complain(quiet, [this] {
        if (!swarm_) {
            swarm::SwarmOptions options;
            options.directory = storage_ + "/swarm";
            swarm_.emplace(options);
            swarm_->clear_dead_readers();
        }
    });
}

// Once, and not every second, while something cannot be opened.
template <class Open>
void Worker::open_or_complain(bool quiet, Open open)
{
    try {
        open();
    } catch (const std::exception& e) {
        complained_ = true;
        if (!quiet) {
            ngx_log_error(NGX_LOG_ERR, log_, 0,
                          "bittorrent gateway: storage \"%s\" is not ready: %s", storage_.c_str(),
                          e.what());
        }
    }
}

void Worker::tick()
{
    ++ticks_;
    engine_.tick();
    if (!index_ || !swarm_) {
        open_stores();
    }
    if (ticks_ % reader_check_ticks == 0) {
        if (index_) {
            index_->clear_dead_readers();
        }
        if (swarm_) {
            swarm_->clear_dead_readers();
        }
    }
    if (swarm_ && ngx_worker == 0) {
        const auto now = static_cast<std::uint32_t>(ngx_time());
        swarm_->expire(now - peer_lifetime_, expiry_slice);
    }
}

Worker* worker()
{
    return current.get();
}

ngx_int_t start_worker(ngx_cycle_t* cycle)
{
    const MainConf* conf = main_conf(*cycle);
    if (!serves_requests() || conf == nullptr || conf->storage.len == 0) {
        return NGX_OK;
    }
    try {
        current = std::make_unique<Worker>(*cycle, *conf);
    } catch (...) {
        // A worker that fails here is not respawned and leaves the port hanging: it stays, and
        // answers 503.
        log_exception(cycle->log);
    }
    return NGX_OK;
}

void stop_worker(ngx_cycle_t*)
{
    current.reset();
}

}  // namespace btgw::ngx
