// What one worker process owns: opened after fork, closed when the worker ends.
#pragma once

#include "access.hpp"
#include "conf.hpp"
#include "engine_link.hpp"
#include "leases.hpp"
#include "ngx.hpp"
#include "shared/store/index.hpp"
#include "shared/swarm/swarm_store.hpp"

#include <memory>
#include <optional>
#include <random>
#include <string>

namespace btgw::ngx {

class AnnounceQueue;

class Worker {
public:
    Worker(ngx_cycle_t& cycle, const MainConf& conf);
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    ~Worker();

    // Null while the index cannot be opened: before the engine's first start, say.
    const store::Index* index() { return index_ ? &*index_ : nullptr; }
    // Null while it cannot be opened.
    swarm::SwarmStore* swarm() { return swarm_ ? &*swarm_ : nullptr; }
    EngineLink& engine() { return engine_; }
    Leases& leases() { return leases_; }
    TokenCache& tokens() { return tokens_; }
    AnnounceQueue& announces() { return *announces_; }
    std::minstd_rand& random() { return random_; }
    const std::string& storage() const { return storage_; }
    // Seconds after its last announce for which a peer is kept.
    std::uint32_t peer_lifetime() const { return peer_lifetime_; }

    // Once a second: opens what could not be opened, clears dead readers, expires peers.
    void tick();

private:
    void open_stores();
    template <class Open>
    void open_or_complain(bool quiet, Open open);

    std::string storage_;
    std::uint32_t peer_lifetime_;
    ngx_log_t* log_;
    std::optional<store::Index> index_;
    std::optional<swarm::SwarmStore> swarm_;
    EngineLink engine_;
    Leases leases_;
    TokenCache tokens_;
    std::minstd_rand random_;
    std::unique_ptr<AnnounceQueue> announces_;
    ngx_event_t timer_{};
    unsigned ticks_ = 0;
    bool complained_ = false;
};

// The process's worker; null where the module is loaded but no storage is configured, and in
// processes that are not workers.
Worker* worker();

ngx_int_t start_worker(ngx_cycle_t* cycle);
void stop_worker(ngx_cycle_t* cycle);

}  // namespace btgw::ngx
