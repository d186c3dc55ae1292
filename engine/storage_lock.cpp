#include "storage_lock.hpp"

#include "../shared/store/content_files.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

namespace btgw::engine {

StorageLock::StorageLock(const std::filesystem::path& storage)
{
    try {
        store::make_directories(storage);
    } catch (const std::filesystem::filesystem_error& e) {
        throw std::runtime_error("storage.path: " + std::string(e.what()) +
                                 "; it must exist, and belong to the user that the engine runs as");
    }
    const auto path = storage / "engine" / "lock";
    lock_ = FileDescriptor(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!lock_) {
        throw std::runtime_error("cannot open " + path.string() + ": " + std::strerror(errno));
    }
    if (flock(lock_.get(), LOCK_EX | LOCK_NB) != 0) {
        throw std::runtime_error("another engine uses " + storage.string() +
                                 "; stop it, or give each its own storage.path");
    }
}

}  // namespace btgw::engine
