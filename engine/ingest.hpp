// From the spool into the store, and out of it: checks uploads, has them hashed and committed,
// removes owners' claims, and tells the seeding what came and went. Runs on the io_context's
// thread.
#pragma once

#include "asio.hpp"
#include "chunk_hasher.hpp"
#include "commit_content.hpp"
#include "doomed_reaper.hpp"
#include "store_writer.hpp"
#include "torrent_session.hpp"

#include <filesystem>
#include <functional>
#include <memory>

namespace btgw::engine {

// Sends a reply to who asked; called on the io_context's thread.
using ReplyTo = std::function<void(wire::Reply)>;

class Ingest {
public:
    // Commits at a time; what exceeds it is refused with 503.
    static constexpr std::size_t max_in_progress = 8192;

    struct Collaborators {
        asio::io_context& io;
        asio::thread_pool& pool;
        ChunkHasher& chunk_hasher;
        StoreWriter& writer;
        TorrentSession& torrents;
        DoomedReaper& reaper;
    };

    // `durable`: chunks are synced before they are handed to the writer.
    Ingest(Collaborators with, std::filesystem::path storage, bool durable);

    void commit(wire::CommitUpload message, ReplyTo reply);
    void remove(const wire::DeleteContent& message, ReplyTo reply);

private:
    struct Job {
        wire::CommitUpload message;
        ReplyTo reply;
        NewContent content;
    };
    using JobRef = std::shared_ptr<Job>;

    void hash_chunks(const JobRef& job);
    void prepare(const JobRef& job);
    [[nodiscard]] tl::expected<void, wire::Refused> check_and_complete(Job& job) const;
    [[nodiscard]] tl::expected<void, wire::Refused> complete_chunked(Job& job) const;
    void submit(const JobRef& job);
    void refuse(const JobRef& job, wire::Refused reason);
    void on_committed(const JobRef& job, tl::expected<CommitResult, wire::Refused> result);

    Collaborators with_;
    const std::filesystem::path storage_;
    const bool durable_;
    std::size_t in_progress_ = 0;
};

}  // namespace btgw::engine
