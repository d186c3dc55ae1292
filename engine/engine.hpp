// The whole engine: its components in the order in which they depend on each other.
#pragma once

#include "asio.hpp"
#include "blob_torrents.hpp"
#include "chunk_hasher.hpp"
#include "config.hpp"
#include "content_reader.hpp"
#include "control_server.hpp"
#include "doomed_reaper.hpp"
#include "file_cache.hpp"
#include "ingest.hpp"
#include "orphan_sweeper.hpp"
#include "periodic_timer.hpp"
#include "storage_lock.hpp"
#include "store_writer.hpp"
#include "torrent_session.hpp"

namespace btgw::engine {

class Engine {
public:
    // Throws std::runtime_error when the storage cannot be used.
    explicit Engine(const Config& config);

    // Returns after SIGTERM or SIGINT. Throws when a component cannot start.
    void run();

private:
    void start();
    void stop();
    void keep_house();
    void log_ready() const;

    const Config config_;
    asio::io_context io_{1};
    asio::signal_set signals_;
    StorageLock storage_lock_;
    store::Index index_;
    FileCache files_;
    asio::thread_pool pool_;
    ContentReader reader_;
    StoreWriter writer_;
    TorrentSession torrents_;
    DoomedReaper reaper_;
    ChunkHasher chunk_hasher_;
    Ingest ingest_;
    BlobTorrents blob_torrents_;
    ControlServer control_server_;
    OrphanSweeper sweeper_;
    PeriodicTimer housekeeping_;
};

}  // namespace btgw::engine
