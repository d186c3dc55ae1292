#include "orphan_sweeper.hpp"

#include "../shared/hex.hpp"
#include "spool_sweep.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace btgw::engine {

namespace fs = std::filesystem;

OrphanSweeper::OrphanSweeper(const store::Index& index, StoreWriter& writer, fs::path storage)
    : index_(index), writer_(writer), storage_(std::move(storage))
{
}

OrphanSweeper::~OrphanSweeper()
{
    stop();
}

void OrphanSweeper::start()
{
    thread_ = std::thread([this] { run(); });
}

void OrphanSweeper::stop()
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

void OrphanSweeper::run()
{
    sweep_uploads(true);
    sweep_store();
    auto next_store_sweep = Clock::now() + store_interval;
    while (sleep(spool_interval)) {
        sweep_uploads(false);
        if (Clock::now() >= next_store_sweep) {
            sweep_store();
            next_store_sweep = Clock::now() + store_interval;
        }
    }
}

void OrphanSweeper::sweep_uploads(bool at_start) const
{
    const auto removed =
        sweep_spool(storage_ / "spool", at_start, std::chrono::system_clock::now());
    if (removed > 0) {
        spdlog::info("removed {} files of abandoned uploads", removed);
    }
}

void OrphanSweeper::sweep_store()
{
    try {
        sweep_directory(storage_ / "blobs", Orphan::Place::blobs);
        sweep_directory(storage_ / "chunks", Orphan::Place::chunks);
        sweep_directory(storage_ / "leases", Orphan::Place::leases);
    } catch (const std::exception& e) {
        spdlog::error("sweeping ended early: {}", e.what());
    }
}

void OrphanSweeper::sweep_directory(const fs::path& directory, Orphan::Place place)
{
    std::vector<Orphan> files;
    const auto options = fs::directory_options::skip_permission_denied;
    for (const auto& entry : fs::recursive_directory_iterator(directory, options)) {
        const auto name = from_hex<Sha256>(entry.path().filename().string());
        if (!name) {
            continue;
        }
        files.push_back({place, *name});
        if (files.size() >= files_per_step) {
            check(files);
            if (!sleep(step_pause)) {
                return;
            }
        }
    }
    check(files);
}

// A file that is being published right now looks like an orphan: the writer thread looks again.
void OrphanSweeper::check(std::vector<Orphan>& candidates)
{
    {
        const auto snapshot = index_.snapshot();
        std::erase_if(candidates, [&](const Orphan& file) { return is_known(snapshot, file); });
    }
    if (!candidates.empty()) {
        spdlog::info("removing up to {} files that the index does not know", candidates.size());
        writer_.submit(std::make_unique<SweepOrphans>(std::exchange(candidates, {})));
    }
}

bool OrphanSweeper::is_known(const store::Snapshot& snapshot, const Orphan& file)
{
    const Sha256 hash{file.name};
    switch (file.place) {
        case Orphan::Place::blobs: {
            const auto content = snapshot.content(hash);
            return content && content->kind == store::Kind::blob;
        }
        case Orphan::Place::chunks:
            return snapshot.chunk(PieceRoot{file.name}).has_value();
        case Orphan::Place::leases:
            break;
    }
    return snapshot.content(hash) || snapshot.doomed(hash);
}

bool OrphanSweeper::sleep(Clock::duration duration)
{
    std::unique_lock lock(mutex_);
    return !changed_.wait_for(lock, duration, [this] { return stopping_; });
}

}  // namespace btgw::engine
