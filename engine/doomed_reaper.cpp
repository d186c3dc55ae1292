#include "doomed_reaper.hpp"

#include "../shared/hex.hpp"
#include "../shared/store/content_files.hpp"
#include "reap_doomed.hpp"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/file.h>

#include <cerrno>
#include <cstring>

namespace btgw::engine {

DoomedReaper::DoomedReaper(asio::io_context& io, const store::Index& index, StoreWriter& writer,
                           std::filesystem::path storage)
    : io_(io),
      index_(index),
      writer_(writer),
      storage_(std::move(storage)),
      timer_(io, std::chrono::seconds(1), [this] { check(); })
{
}

void DoomedReaper::start()
{
    check();
    timer_.start();
}

void DoomedReaper::stop()
{
    timer_.stop();
}

void DoomedReaper::check()
{
    for (const auto& hash : index_.snapshot().all_doomed()) {
        FileDescriptor lease;
        if (!in_progress_.contains(hash) && lock_lease(hash, lease)) {
            reap(hash, std::move(lease));
        }
    }
}

bool DoomedReaper::lock_lease(const Sha256& hash, FileDescriptor& lease) const
{
    const auto path = storage_ / store::lease_path(hash);
    lease = FileDescriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!lease) {
        return errno == ENOENT;
    }
    if (flock(lease.get(), LOCK_EX | LOCK_NB) == 0) {
        return true;
    }
    if (errno != EWOULDBLOCK) {
        spdlog::warn("cannot lock the lease of {}: {}", to_hex(hash), std::strerror(errno));
    }
    return false;
}

void DoomedReaper::reap(const Sha256& hash, FileDescriptor lease)
{
    in_progress_.insert(hash);
    writer_.submit(std::make_unique<ReapDoomed>(
        hash, std::move(lease),
        [this, hash](const tl::expected<ReapResult, wire::Refused>& result) {
            const bool reaped = result && result->reaped;
            asio::post(io_, [this, hash, reaped] {
                in_progress_.erase(hash);
                if (reaped) {
                    spdlog::debug("chunks of {} removed", to_hex(hash));
                }
            });
        }));
}

}  // namespace btgw::engine
