// Hashes the chunks of uploads: while they arrive, as far as news of them comes, and the rest at
// the end. Runs on the io_context's thread, hashes in the pool.
#pragma once

#include "asio.hpp"
#include "spool_check.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace btgw::engine {

class ChunkHasher {
public:
    using Hashes = tl::expected<std::vector<store::PieceHashes>, wire::Refused>;
    using OnHashes = std::function<void(Hashes)>;

    static constexpr std::size_t max_waiting = 256;          // news in the pool's queue
    static constexpr std::size_t max_remembered = 1u << 20;  // hashes of uploads in progress
    static constexpr std::chrono::hours max_silence{1};      // of an upload, before it is forgotten

    ChunkHasher(asio::io_context& io, asio::thread_pool& pool, std::filesystem::path storage);

    // News that a full chunk lies in the spool. What exceeds the bounds above is hashed at the end.
    void chunk_written(const std::string& upload, std::uint32_t index);

    void forget(const std::string& upload);
    void forget_silent(std::chrono::steady_clock::time_point now);

    // The hashes of all chunks in order, once each; `done` is called later on the io_context's
    // thread.
    void finish(const std::string& upload, std::uint64_t size, OnHashes done);

private:
    struct Finish {
        std::uint64_t size = 0;
        OnHashes done;
        std::optional<wire::Refused> refusal;
    };
    struct Upload {
        std::map<std::uint32_t, store::PieceHashes> hashes;
        std::set<std::uint32_t> running;
        std::chrono::steady_clock::time_point last_news;
        std::optional<Finish> finish;
    };
    using Uploads = std::unordered_map<std::string, Upload>;
    using Hashed = tl::expected<store::PieceHashes, wire::Refused>;

    void hash_early(const std::string& upload, std::uint32_t index);
    void hash_finally(const std::string& upload, std::uint32_t index, std::uint64_t size);
    void on_hashed_early(const std::string& upload, std::uint32_t index, const Hashed& hashed);
    void on_hashed_finally(const std::string& upload, std::uint32_t index, const Hashed& hashed);
    void complete(Uploads::iterator it);
    void erase(Uploads::iterator it);

    asio::io_context& io_;
    asio::thread_pool& pool_;
    const std::filesystem::path storage_;
    Uploads uploads_;
    std::size_t waiting_ = 0;
    std::size_t remembered_ = 0;
};

}  // namespace btgw::engine
