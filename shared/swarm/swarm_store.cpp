#include "swarm_store.hpp"

#include "environment.hpp"
#include "expiry_scan.hpp"
#include "peer_sampler.hpp"
#include "swarm_writer.hpp"
#include "writer_lock.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <functional>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace btgw::swarm {

namespace {

constexpr mode_t directory_mode = S_ISGID | S_IRWXU | S_IRWXG;
constexpr std::chrono::seconds open_patience{5};  // for another process's transaction

void make_directory(const std::filesystem::path& directory)
{
    if (std::filesystem::create_directories(directory) &&
        chmod(directory.c_str(), directory_mode) != 0) {
        throw std::system_error(errno, std::generic_category(), "chmod " + directory.string());
    }
}

class Unlock {
public:
    explicit Unlock(WriterLock& lock) : lock_(lock) {}
    ~Unlock() { lock_.unlock(); }
    Unlock(const Unlock&) = delete;
    Unlock& operator=(const Unlock&) = delete;

private:
    WriterLock& lock_;
};

}  // namespace

struct SwarmStore::Core {
    explicit Core(const SwarmOptions& given);
    ~Core();
    Core(const Core&) = delete;
    Core& operator=(const Core&) = delete;

    // False when another process is writing. What LMDB refuses, a full map above all, is answered
    // by starting anew and running `run` again.
    bool change(std::size_t updates, const std::function<void(SwarmWriter&)>& run);
    // Damage gives T{}: the next change repairs it.
    template <class T, class Read>
    T read(Read run);
    int clear_dead_readers();

    ScanPosition scan;

private:
    void lock_patiently();
    // These are for the holder of the lock.
    void open();
    void start_anew();
    void follow();
    void run_once(std::size_t updates, const std::function<void(SwarmWriter&)>& run);

    SwarmOptions options_;
    WriterLock lock_;
    std::unique_ptr<Environment> environment_;  // null after a failure to open
    std::uint64_t generation_ = 0;
    bool damaged_ = false;
};

SwarmStore::Core::Core(const SwarmOptions& given)
    : options_(given), lock_(given.directory / "writer.lock")
{
    lock_patiently();
    const Unlock unlock(lock_);
    if (!lock_.trusted()) {
        start_anew();
        return;
    }
    try {
        open();
    } catch (const lmdb::Error&) {
        start_anew();
    } catch (const Unusable&) {
        start_anew();
    }
}

SwarmStore::Core::~Core()
{
    if (environment_ && lock_.is_last() && mdb_env_sync(environment_->env(), 1) == MDB_SUCCESS) {
        lock_.mark_clean();
    }
}

void SwarmStore::Core::lock_patiently()
{
    const auto deadline = std::chrono::steady_clock::now() + open_patience;
    while (!lock_.try_lock()) {
        if (std::chrono::steady_clock::now() > deadline) {
            throw std::runtime_error("another process does not let go of " +
                                     options_.directory.string());
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

void SwarmStore::Core::open()
{
    environment_.reset();  // LMDB forbids a second environment of the same files in a process
    scan = {};
    generation_ = lock_.generation();
    environment_ = std::make_unique<Environment>(options_);
}

void SwarmStore::Core::start_anew()
{
    environment_.reset();
    Environment::remove_files(options_.directory);
    lock_.next_generation();
    open();
    damaged_ = false;
}

// When another process has started anew, the files that are open here have no name any more.
void SwarmStore::Core::follow()
{
    if (!environment_ || generation_ != lock_.generation()) {
        open();
    }
}

bool SwarmStore::Core::change(std::size_t updates, const std::function<void(SwarmWriter&)>& run)
{
    if (!lock_.try_lock()) {
        return false;
    }
    const Unlock unlock(lock_);
    follow();
    try {
        if (!damaged_) {
            run_once(updates, run);
            return true;
        }
    } catch (const lmdb::Error&) {
        damaged_ = true;
    }
    start_anew();
    run_once(updates, run);
    return true;
}

void SwarmStore::Core::run_once(std::size_t updates, const std::function<void(SwarmWriter&)>& run)
{
    auto txn = environment_->begin_write(updates);
    {
        SwarmWriter writer(*environment_, txn.get());
        run(writer);
    }  // LMDB wants cursors closed before the commit
    lmdb::commit(std::move(txn));
}

template <class T, class Read>
T SwarmStore::Core::read(Read run)
{
    if ((!environment_ || generation_ != lock_.generation()) && lock_.try_lock()) {
        const Unlock unlock(lock_);
        follow();
    }
    if (!environment_ || damaged_) {
        return T{};
    }
    try {
        const Environment::Reading reading(*environment_);
        return run(reading, *environment_);
    } catch (const lmdb::Error& error) {
        if (error.code() == MDB_READERS_FULL) {
            throw;
        }
        damaged_ = true;
        return T{};
    }
}

int SwarmStore::Core::clear_dead_readers()
{
    int dead = 0;
    if (environment_) {
        lmdb::check(mdb_reader_check(environment_->env(), &dead), "mdb_reader_check");
    }
    return dead;
}

SwarmStore::SwarmStore(const SwarmOptions& options)
{
    make_directory(options.directory);
    const DirectoryLock opening(options.directory);
    core_ = std::make_unique<Core>(options);
}

SwarmStore::SwarmStore(SwarmStore&&) noexcept = default;
SwarmStore& SwarmStore::operator=(SwarmStore&&) noexcept = default;
SwarmStore::~SwarmStore() = default;

bool SwarmStore::write(std::span<const Update> updates, std::uint32_t now)
{
    return core_->change(updates.size(), [&](SwarmWriter& writer) {
        for (const auto& update : updates) {
            writer.apply(update, now);
        }
    });
}

Sample SwarmStore::sample(const Query& query, std::uint32_t now, std::uint32_t max_age,
                          std::minstd_rand& random) const
{
    const std::uint32_t oldest = now > max_age ? now - max_age : 0;
    return core_->read<Sample>([&](const auto& reading, const Environment& environment) {
        return Sample{load_counters(reading.txn(), environment.swarms(), query.info_hash),
                      sample_peers(reading, query, oldest, random)};
    });
}

Counters SwarmStore::counters(const InfoHash& info_hash) const
{
    return core_->read<Counters>([&](const auto& reading, const Environment& environment) {
        return load_counters(reading.txn(), environment.swarms(), info_hash);
    });
}

bool SwarmStore::expire(std::uint32_t before, std::size_t limit)
{
    const auto old = core_->read<OldPeers>([&](const auto& reading, const Environment&) {
        return find_old_peers(reading, core_->scan, before, limit);
    });
    const auto remove_old = [&](SwarmWriter& writer) {
        for (const auto& peer : old.found) {
            writer.expire(peer.info_hash, peer.endpoint, before);
        }
    };
    if (!old.found.empty() && !core_->change(old.found.size(), remove_old)) {
        return false;
    }
    core_->scan = old.next;
    return true;
}

int SwarmStore::clear_dead_readers() const
{
    return core_->clear_dead_readers();
}

}  // namespace btgw::swarm
