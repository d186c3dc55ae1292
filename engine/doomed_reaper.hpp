// Waits until nobody sends doomed content any more, and has its chunks removed then. Runs on the
// io_context's thread.
#pragma once

#include "asio.hpp"
#include "file_descriptor.hpp"
#include "periodic_timer.hpp"
#include "store_writer.hpp"

#include <filesystem>
#include <set>

namespace btgw::engine {

class DoomedReaper {
public:
    DoomedReaper(asio::io_context& io, const store::Index& index, StoreWriter& writer,
                 std::filesystem::path storage);

    void start();
    void stop();

    // Looks at once, not only when the next second comes.
    void check();

private:
    // False while a worker sends the content.
    bool lock_lease(const Sha256& hash, FileDescriptor& lease) const;
    void reap(const Sha256& hash, FileDescriptor lease);

    asio::io_context& io_;
    const store::Index& index_;
    StoreWriter& writer_;
    const std::filesystem::path storage_;
    PeriodicTimer timer_;
    std::set<Sha256> in_progress_;
};

}  // namespace btgw::engine
