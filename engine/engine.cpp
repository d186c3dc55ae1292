#include "engine.hpp"

#include "service_notify.hpp"

#include <spdlog/spdlog.h>

#include <csignal>
#include <thread>

namespace btgw::engine {

namespace {

constexpr std::chrono::seconds housekeeping_interval{10};

store::IndexOptions index_options(const StorageConfig& config)
{
    store::IndexOptions out;
    out.directory = config.path / "index";
    out.map_size = config.map_size;
    out.max_readers = config.max_readers;
    out.durable = config.durability == Durability::full;
    return out;
}

std::size_t pool_size(const StorageConfig& config)
{
    const auto processors = std::max(1u, std::thread::hardware_concurrency());
    return config.hash_threads == 0 ? processors : config.hash_threads;
}

}  // namespace

Engine::Engine(const Config& config)
    : config_(config),
      signals_(io_, SIGTERM, SIGINT),
      storage_lock_(config.storage.path),
      index_(store::Index::open_writer(index_options(config.storage))),
      files_(config.storage.path, config.torrent.open_files),
      pool_(pool_size(config.storage)),
      reader_(index_, files_),
      writer_(index_, files_, config.storage.path, config.storage.durability == Durability::full),
      torrents_({io_, pool_, index_, reader_}, config.torrent, config.dht),
      reaper_(io_, index_, writer_, config.storage.path),
      chunk_hasher_(io_, pool_, config.storage.path),
      ingest_({io_, pool_, chunk_hasher_, writer_, torrents_, reaper_}, config.storage.path,
              config.storage.durability == Durability::full),
      blob_torrents_({io_, pool_, index_, reader_, writer_, torrents_}),
      control_server_({io_, chunk_hasher_, ingest_, blob_torrents_, torrents_}, config.gateway),
      sweeper_(index_, writer_, config.storage.path),
      housekeeping_(io_, housekeeping_interval, [this] { keep_house(); })
{
}

void Engine::run()
{
    signals_.async_wait([this](const boost::system::error_code& error, int signal) {
        if (!error) {
            spdlog::info("stopping after signal {}", signal);
            stop();
        }
    });
    start();
    io_.run();
    spdlog::info("stopped");
}

void Engine::start()
{
    index_.clear_dead_readers();
    writer_.start();
    torrents_.start();
    reaper_.start();
    control_server_.start();
    sweeper_.start();
    housekeeping_.start();
    log_ready();
    notify_service("READY=1");
}

// Requests that are in the writer's hands are answered; those whose bytes are still being checked
// are not, and their workers answer 503 after their deadline.
void Engine::stop()
{
    notify_service("STOPPING=1");
    housekeeping_.stop();
    sweeper_.stop();
    control_server_.stop_reading();
    reaper_.stop();
    pool_.stop();
    pool_.join();
    writer_.stop();
    io_.poll();  // the replies of the last batch
    control_server_.stop();
    torrents_.stop();
    io_.stop();
}

void Engine::keep_house()
{
    if (const int dead = index_.clear_dead_readers(); dead > 0) {
        spdlog::info("freed the index slots of {} dead readers", dead);
    }
    chunk_hasher_.forget_silent(std::chrono::steady_clock::now());
}

void Engine::log_ready() const
{
    spdlog::info("ready: endpoint {}, peer port {}, {} contents", config_.gateway.endpoint,
                 torrents_.peer_port(), index_.snapshot().content_count());
}

}  // namespace btgw::engine
