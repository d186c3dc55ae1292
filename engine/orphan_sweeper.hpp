// Removes what crashes leave behind: abandoned uploads, and files that no index entry names. A
// thread of its own, at a low rate.
#pragma once

#include "store_writer.hpp"
#include "sweep_orphan.hpp"

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

namespace btgw::engine {

class OrphanSweeper {
public:
    static constexpr std::chrono::minutes spool_interval{10};
    static constexpr std::chrono::hours store_interval{24};
    static constexpr std::size_t files_per_step = 200;
    static constexpr std::chrono::milliseconds step_pause{50};

    OrphanSweeper(const store::Index& index, StoreWriter& writer, std::filesystem::path storage);
    ~OrphanSweeper();

    void start();
    void stop();

private:
    using Clock = std::chrono::steady_clock;

    void run();
    void sweep_uploads(bool at_start) const;
    void sweep_store();
    void sweep_directory(const std::filesystem::path& directory, Orphan::Place place);
    void check(std::vector<Orphan>& candidates);
    [[nodiscard]] static bool is_known(const store::Snapshot& snapshot, const Orphan& file);
    bool sleep(Clock::duration duration);  // false: stop

    const store::Index& index_;
    StoreWriter& writer_;
    const std::filesystem::path storage_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace btgw::engine
