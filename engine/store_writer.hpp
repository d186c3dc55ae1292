// The one thread that changes the store. While it commits a batch, the next one collects: that is
// the group commit.
#pragma once

#include "file_cache.hpp"
#include "store_operation.hpp"

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <thread>

namespace btgw::engine {

class StoreWriter {
public:
    static constexpr std::size_t max_batch = 512;           // operations
    static constexpr std::size_t max_batch_weight = 32768;  // entries of the index, about

    StoreWriter(store::Index& index, FileCache& cache, std::filesystem::path storage, bool durable);
    ~StoreWriter();

    void start();
    // Carries out what waits, and joins the thread. Nothing may be submitted afterwards.
    void stop();

    // For any thread. The operation's answer comes on the writer's thread.
    void submit(std::unique_ptr<StoreOperation> operation);

private:
    void run();
    StoreOperations next_batch();  // waits; empty: stop

    store::Index& index_;
    FileCache& cache_;
    const std::filesystem::path storage_;
    const bool durable_;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::unique_ptr<StoreOperation>> waiting_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace btgw::engine
