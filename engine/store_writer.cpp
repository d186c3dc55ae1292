#include "store_writer.hpp"

#include "batch_commit.hpp"

#include <spdlog/spdlog.h>

namespace btgw::engine {

StoreWriter::StoreWriter(store::Index& index, FileCache& cache, std::filesystem::path storage,
                         bool durable)
    : index_(index), cache_(cache), storage_(std::move(storage)), durable_(durable)
{
}

StoreWriter::~StoreWriter()
{
    stop();
}

void StoreWriter::start()
{
    thread_ = std::thread([this] { run(); });
}

void StoreWriter::stop()
{
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable()) {
        thread_.join();
    }
}

void StoreWriter::submit(std::unique_ptr<StoreOperation> operation)
{
    {
        const std::lock_guard lock(mutex_);
        waiting_.push_back(std::move(operation));
    }
    changed_.notify_one();
}

void StoreWriter::run()
{
    for (auto batch = next_batch(); !batch.empty(); batch = next_batch()) {
        FileBatch files(storage_, cache_, durable_);
        commit_batch(index_, files, batch);
        spdlog::debug("committed {} operations", batch.size());
    }
}

StoreOperations StoreWriter::next_batch()
{
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    StoreOperations batch;
    for (std::size_t weight = 0; !waiting_.empty() && batch.size() < max_batch;) {
        weight += waiting_.front()->weight();
        if (!batch.empty() && weight > max_batch_weight) {
            break;
        }
        batch.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
    }
    return batch;
}

}  // namespace btgw::engine
