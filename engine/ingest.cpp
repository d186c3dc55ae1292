#include "ingest.hpp"

#include "../shared/hex.hpp"
#include "../shared/http/file_name.hpp"
#include "../shared/http/media_type.hpp"
#include "media_type_of.hpp"
#include "remove_owner.hpp"

#include <spdlog/spdlog.h>

#include <ctime>

namespace btgw::engine {

namespace {

store::Kind kind_of(wire::Shape shape)
{
    switch (shape) {
        case wire::Shape::in_message:
            return store::Kind::in_index;
        case wire::Shape::file:
            return store::Kind::blob;
        case wire::Shape::chunks:
            break;
    }
    return store::Kind::chunked;
}

NewContent content_of(wire::CommitUpload& message)
{
    NewContent out;
    out.upload = message.upload;
    out.hash = message.hash;
    out.size = message.size;
    out.kind = kind_of(message.shape);
    out.media_type = http::normalized_media_type(message.media_type);
    out.name = http::sanitized_file_name(message.name);
    out.owner = message.owner.value_or(store::anonymous);
    out.now = static_cast<std::uint64_t>(std::time(nullptr));
    return out;
}

}  // namespace

Ingest::Ingest(Collaborators with, std::filesystem::path storage, bool durable)
    : with_(with), storage_(std::move(storage)), durable_(durable)
{
}

void Ingest::commit(wire::CommitUpload message, ReplyTo reply)
{
    auto job = std::make_shared<Job>();
    job->message = std::move(message);
    job->reply = std::move(reply);
    ++in_progress_;
    if (in_progress_ > max_in_progress) {
        refuse(job, {503, "the engine is busy"});
    } else if (auto refusal = implausible(job->message)) {
        job->message.size = 0;  // not to be believed
        refuse(job, std::move(*refusal));
    } else {
        job->content = content_of(job->message);
        job->message.shape == wire::Shape::chunks ? hash_chunks(job) : prepare(job);
    }
}

void Ingest::hash_chunks(const JobRef& job)
{
    with_.chunk_hasher.finish(job->message.upload, job->message.size,
                              [this, job](ChunkHasher::Hashes hashes) {
                                  if (!hashes) {
                                      refuse(job, std::move(hashes.error()));
                                      return;
                                  }
                                  job->content.chunks = std::move(*hashes);
                                  prepare(job);
                              });
}

void Ingest::prepare(const JobRef& job)
{
    const bool needs_disk = job->message.shape != wire::Shape::in_message;
    if (!needs_disk && !job->content.media_type.empty()) {
        job->content.inline_bytes = std::move(job->message.payload);
        submit(job);
        return;
    }
    asio::post(with_.pool, [this, job] {
        auto checked = check_and_complete(*job);
        if (checked) {
            submit(job);
        } else {
            asio::post(with_.io, [this, job, reason = std::move(checked.error())]() mutable {
                refuse(job, std::move(reason));
            });
        }
    });
}

// In the pool.
tl::expected<void, wire::Refused> Ingest::check_and_complete(Job& job) const
{
    const auto& message = job.message;
    auto& content = job.content;
    if (message.shape == wire::Shape::file) {
        if (auto checked = check_spool_file(storage_, message.upload, message.size); !checked) {
            return checked;
        }
    }
    if (content.media_type.empty()) {
        content.media_type = media_type_of(as_bytes(first_bytes(storage_, message)));
    }
    if (message.shape == wire::Shape::chunks) {
        return complete_chunked(job);
    }
    if (message.shape == wire::Shape::in_message) {
        content.inline_bytes = message.payload;
    }
    return {};
}

// Large content is synced here, so that the writer's batch does not wait for its disk time.
tl::expected<void, wire::Refused> Ingest::complete_chunked(Job& job) const
{
    auto& content = job.content;
    const auto count = static_cast<std::uint32_t>(content.chunks.size());
    if (auto checked = check_no_chunk_after(storage_, content.upload, content.size); !checked) {
        return checked;
    }
    const auto name = torrent_name(content.name, content.hash);
    content.torrent =
        make_torrent_records({name, content.size, store::chunk_length, &content.chunks});
    if (durable_) {
        if (auto synced = sync_spool_chunks(storage_, content.upload, count); !synced) {
            return synced;
        }
    }
    content.synced = true;
    return {};
}

// For any thread.
void Ingest::submit(const JobRef& job)
{
    with_.writer.submit(std::make_unique<CommitContent>(
        std::move(job->content), [this, job](tl::expected<CommitResult, wire::Refused> result) {
            asio::post(with_.io, [this, job, result = std::move(result)]() mutable {
                on_committed(job, std::move(result));
            });
        }));
}

void Ingest::refuse(const JobRef& job, wire::Refused reason)
{
    --in_progress_;
    spdlog::info("upload {} of {} refused: {} {}", job->message.upload, to_hex(job->message.hash),
                 reason.status, reason.reason);
    if (!is_upload_id(job->message.upload)) {
        job->reply(std::move(reason));
        return;
    }
    with_.chunk_hasher.forget(job->message.upload);
    asio::post(with_.pool, [this, job, reason = std::move(reason)]() mutable {
        const auto& message = job->message;
        remove_upload(storage_, message.upload,
                      message.shape == wire::Shape::chunks ? chunk_count(message.size) : 0);
        asio::post(with_.io, [job, reason = std::move(reason)] { job->reply(reason); });
    });
}

void Ingest::on_committed(const JobRef& job, tl::expected<CommitResult, wire::Refused> result)
{
    const auto& hash = job->message.hash;
    --in_progress_;
    if (!result) {
        spdlog::warn("content {} refused: {} {}", to_hex(hash), result.error().status,
                     result.error().reason);
        job->reply(std::move(result.error()));
        return;
    }
    job->reply(wire::Committed{result->existed, result->uploaded});
    spdlog::debug("content {} committed{}", to_hex(hash), result->existed ? ", was there" : "");
    if (result->torrent_made) {
        with_.torrents.seed(hash);
    }
}

void Ingest::remove(const wire::DeleteContent& message, ReplyTo reply)
{
    const auto hash = message.hash;
    const auto on_removed = [this, hash, reply = std::move(reply)](
                                const tl::expected<RemoveResult, wire::Refused>& result) {
        if (!result) {
            reply(result.error());
            return;
        }
        reply(wire::Deleted{result->last_owner});
        if (result->torrent) {
            with_.torrents.remove(hash, *result->torrent);
        }
        with_.reaper.check();
    };
    with_.writer.submit(std::make_unique<RemoveOwner>(
        hash, message.owner, [this, on_removed](tl::expected<RemoveResult, wire::Refused> result) {
            asio::post(with_.io, [on_removed, result = std::move(result)] { on_removed(result); });
        }));
}

}  // namespace btgw::engine
