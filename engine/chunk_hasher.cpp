#include "chunk_hasher.hpp"

namespace btgw::engine {

ChunkHasher::ChunkHasher(asio::io_context& io, asio::thread_pool& pool,
                         std::filesystem::path storage)
    : io_(io), pool_(pool), storage_(std::move(storage))
{
}

void ChunkHasher::chunk_written(const std::string& upload, std::uint32_t index)
{
    if (!is_upload_id(upload) || waiting_ >= max_waiting || remembered_ >= max_remembered) {
        return;
    }
    auto& state = uploads_[upload];
    state.last_news = std::chrono::steady_clock::now();
    if (!state.finish && !state.hashes.contains(index) && state.running.insert(index).second) {
        hash_early(upload, index);
    }
}

void ChunkHasher::forget(const std::string& upload)
{
    if (const auto it = uploads_.find(upload); it != uploads_.end() && !it->second.finish) {
        erase(it);
    }
}

void ChunkHasher::forget_silent(std::chrono::steady_clock::time_point now)
{
    for (auto it = uploads_.begin(); it != uploads_.end();) {
        const auto next = std::next(it);
        if (!it->second.finish && now - it->second.last_news > max_silence) {
            erase(it);
        }
        it = next;
    }
}

void ChunkHasher::finish(const std::string& upload, std::uint64_t size, OnHashes done)
{
    auto& state = uploads_[upload];
    if (state.finish) {
        asio::post(io_, [done = std::move(done)] {
            done(tl::make_unexpected(wire::Refused{409, "this upload is being committed"}));
        });
        return;
    }
    state.finish = Finish{size, std::move(done), {}};
    for (std::uint32_t i = 0; i < chunk_count(size); ++i) {
        if (!state.hashes.contains(i) && state.running.insert(i).second) {
            hash_finally(upload, i, size);
        }
    }
    if (state.running.empty()) {
        asio::post(io_, [this, upload] {
            if (const auto it = uploads_.find(upload); it != uploads_.end()) {
                complete(it);
            }
        });
    }
}

// A chunk that is alone or short is not hashed early: what its hash is depends on the whole.
void ChunkHasher::hash_early(const std::string& upload, std::uint32_t index)
{
    ++waiting_;
    asio::post(pool_, [this, upload, index] {
        auto hashed = hash_spool_chunk(storage_, upload, index, store::chunk_length, false);
        asio::post(io_, [this, upload, index, hashed = std::move(hashed)] {
            --waiting_;
            on_hashed_early(upload, index, hashed);
        });
    });
}

void ChunkHasher::hash_finally(const std::string& upload, std::uint32_t index, std::uint64_t size)
{
    const auto rest = size - std::uint64_t{index} * store::chunk_length;
    const auto length =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(rest, store::chunk_length));
    const bool only_piece = size <= store::chunk_length;
    asio::post(pool_, [this, upload, index, length, only_piece] {
        auto hashed = hash_spool_chunk(storage_, upload, index, length, only_piece);
        asio::post(io_, [this, upload, index, hashed = std::move(hashed)] {
            on_hashed_finally(upload, index, hashed);
        });
    });
}

void ChunkHasher::on_hashed_early(const std::string& upload, std::uint32_t index,
                                  const Hashed& hashed)
{
    const auto it = uploads_.find(upload);
    if (it == uploads_.end()) {
        return;
    }
    auto& state = it->second;
    state.running.erase(index);
    if (hashed) {
        remembered_ += state.hashes.emplace(index, *hashed).second ? 1 : 0;
    }
    if (!state.finish) {
        return;
    }
    if (!hashed && index < chunk_count(state.finish->size)) {
        state.running.insert(index);  // news of it came too early, or it is the short last one
        hash_finally(upload, index, state.finish->size);
    } else if (state.running.empty()) {
        complete(it);
    }
}

void ChunkHasher::on_hashed_finally(const std::string& upload, std::uint32_t index,
                                    const Hashed& hashed)
{
    const auto it = uploads_.find(upload);
    if (it == uploads_.end()) {
        return;
    }
    auto& state = it->second;
    state.running.erase(index);
    if (hashed) {
        remembered_ += state.hashes.emplace(index, *hashed).second ? 1 : 0;
    } else {
        state.finish->refusal = hashed.error();
    }
    if (state.running.empty()) {
        complete(it);
    }
}

void ChunkHasher::complete(Uploads::iterator it)
{
    const auto finish = std::move(*it->second.finish);
    const auto hashes = std::move(it->second.hashes);
    remembered_ -= hashes.size();
    uploads_.erase(it);
    if (finish.refusal) {
        finish.done(tl::make_unexpected(*finish.refusal));
        return;
    }
    std::vector<store::PieceHashes> out;
    for (const auto& [index, hash] : hashes) {
        if (index < chunk_count(finish.size)) {
            out.push_back(hash);
        }
    }
    finish.done(std::move(out));
}

void ChunkHasher::erase(Uploads::iterator it)
{
    remembered_ -= it->second.hashes.size();
    uploads_.erase(it);
}

}  // namespace btgw::engine
