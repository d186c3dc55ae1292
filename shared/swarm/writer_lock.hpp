// One writer at a time, and nobody waits: a robust process-shared mutex in a small mapped file,
// taken before LMDB's own, which is then always free. A process that dies with it loses it.
//
// The same file says what LMDB cannot: whether the environment has been replaced by a new one (its
// generation), and whether what lies on disk can be trusted. The data is not synced, so after a
// crash of the machine (another boot, and nobody had closed it last) it may be torn.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

namespace btgw::swarm {

// Serialises processes that open or replace the files of a directory; waits while another does.
class DirectoryLock {
public:
    explicit DirectoryLock(const std::filesystem::path& directory);
    ~DirectoryLock();
    DirectoryLock(const DirectoryLock&) = delete;
    DirectoryLock& operator=(const DirectoryLock&) = delete;

private:
    int descriptor_;
};

class WriterLock {
public:
    // Under a DirectoryLock. Creates the file where it is missing. Throws std::system_error.
    explicit WriterLock(const std::filesystem::path& file);
    ~WriterLock();
    WriterLock(const WriterLock&) = delete;
    WriterLock& operator=(const WriterLock&) = delete;

    // False when what the last users left may be torn.
    [[nodiscard]] bool trusted() const { return trusted_; }

    bool try_lock();
    void unlock();

    [[nodiscard]] std::uint64_t generation() const;
    void next_generation();  // while locked

    // True when no other process uses the file any more. None may come before this object goes.
    [[nodiscard]] bool is_last() const;
    // The data has been synced: it can be trusted after the machine went down.
    void mark_clean();

private:
    struct Shared;

    void take_over();
    void join();

    int descriptor_ = -1;
    Shared* shared_ = nullptr;
    bool trusted_ = true;
};

}  // namespace btgw::swarm
