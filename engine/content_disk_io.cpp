#include "content_disk_io.hpp"

#include "asio.hpp"

#include <libtorrent/disk_buffer_holder.hpp>
#include <libtorrent/file_storage.hpp>
#include <libtorrent/hasher.hpp>
#include <libtorrent/peer_request.hpp>

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>
#include <vector>

namespace btgw::engine {

namespace {

namespace lt = libtorrent;

// Traps, all of libtorrent 2.0: every async_* is called on the network thread, which must not
// block; every handler must run there, later, and not inside the call. The span given to async_hash
// points into its handler, so the handler is moved and never copied. Buffers may be freed after
// abort().
class ContentDiskIo final : public lt::disk_interface, public lt::buffer_allocator_interface {
public:
    ContentDiskIo(lt::io_context& io, const store::Index& index, const ContentReader& reader,
                  unsigned threads)
        : io_(io), index_(index), reader_(reader), pool_(threads)
    {
    }
    ContentDiskIo(const ContentDiskIo&) = delete;
    ContentDiskIo& operator=(const ContentDiskIo&) = delete;
    ~ContentDiskIo() override { abort(true); }

    lt::storage_holder new_torrent(const lt::storage_params& params,
                                   const std::shared_ptr<void>& torrent) override;
    void remove_torrent(lt::storage_index_t storage) override;

    void async_read(lt::storage_index_t storage, const lt::peer_request& request,
                    std::function<void(lt::disk_buffer_holder, const lt::storage_error&)> handler,
                    lt::disk_job_flags_t flags) override;
    bool async_write(lt::storage_index_t storage, const lt::peer_request& request,
                     const char* buffer, std::shared_ptr<lt::disk_observer> observer,
                     std::function<void(const lt::storage_error&)> handler,
                     lt::disk_job_flags_t flags) override;
    void async_hash(
        lt::storage_index_t storage, lt::piece_index_t piece, lt::span<lt::sha256_hash> v2,
        lt::disk_job_flags_t flags,
        std::function<void(lt::piece_index_t, const lt::sha1_hash&, const lt::storage_error&)>
            handler) override;
    void async_hash2(
        lt::storage_index_t storage, lt::piece_index_t piece, int offset,
        lt::disk_job_flags_t flags,
        std::function<void(lt::piece_index_t, const lt::sha256_hash&, const lt::storage_error&)>
            handler) override;

    void async_move_storage(
        lt::storage_index_t storage, std::string path, lt::move_flags_t flags,
        std::function<void(lt::status_t, const std::string&, const lt::storage_error&)> handler)
        override;
    void async_release_files(lt::storage_index_t storage, std::function<void()> handler) override;
    void async_check_files(
        lt::storage_index_t storage, const lt::add_torrent_params* resume_data,
        lt::aux::vector<std::string, lt::file_index_t> links,
        std::function<void(lt::status_t, const lt::storage_error&)> handler) override;
    void async_stop_torrent(lt::storage_index_t storage, std::function<void()> handler) override;
    void async_rename_file(
        lt::storage_index_t storage, lt::file_index_t index, std::string name,
        std::function<void(const std::string&, lt::file_index_t, const lt::storage_error&)> handler)
        override;
    void async_delete_files(lt::storage_index_t storage, lt::remove_flags_t options,
                            std::function<void(const lt::storage_error&)> handler) override;
    void async_set_file_priority(
        lt::storage_index_t storage,
        lt::aux::vector<lt::download_priority_t, lt::file_index_t> priorities,
        std::function<void(const lt::storage_error&,
                           lt::aux::vector<lt::download_priority_t, lt::file_index_t>)>
            handler) override;
    void async_clear_piece(lt::storage_index_t storage, lt::piece_index_t index,
                           std::function<void(lt::piece_index_t)> handler) override;

    void update_stats_counters(lt::counters&) const override {}
    std::vector<lt::open_file_state> get_status(lt::storage_index_t) const override { return {}; }
    void abort(bool wait) override;
    void submit_jobs() override {}
    void settings_updated() override {}

    void free_disk_buffer(char* buffer) override { delete[] buffer; }

private:
    // One torrent: which content it is, and how libtorrent cuts it. Copied into jobs, so that a job
    // may outlive the torrent.
    struct Torrent {
        Sha256 content;
        std::uint64_t size = 0;  // bytes of the content; 0: the index does not know it any more
        // With the pad file that libtorrent adds to v2 torrents: peers ask for its zeros, too.
        std::uint64_t padded_size = 0;
        std::uint32_t piece_length = 0;

        [[nodiscard]] std::uint64_t start_of(lt::piece_index_t piece) const
        {
            return static_cast<std::uint64_t>(static_cast<int>(piece)) * piece_length;
        }
        [[nodiscard]] std::size_t length_of(lt::piece_index_t piece, std::uint64_t end) const
        {
            const auto start = start_of(piece);
            return start >= end ? 0 : std::min<std::uint64_t>(piece_length, end - start);
        }
        std::error_code read(const ContentReader& reader, std::uint64_t offset, std::span<char> out,
                             ContentReader::Mode mode) const
        {
            const auto rest = size - std::min(offset, size);
            const auto real = out.first(std::min<std::uint64_t>(out.size(), rest));
            std::fill(out.begin() + static_cast<std::ptrdiff_t>(real.size()), out.end(), '\0');
            if (size == 0 || offset + out.size() > padded_size) {
                return std::make_error_code(std::errc::io_error);
            }
            return reader.read(content, offset, real, mode);
        }
    };

    // Runs `job` in the pool, and the function that it returns on the network thread. libtorrent's
    // loop ends when it has nothing to do, so each job holds it.
    template <class Job>
    void in_pool(Job job)
    {
        asio::post(pool_, [io = &io_, work = asio::make_work_guard(io_),
                           job = std::move(job)]() mutable { asio::post(*io, job()); });
    }

    const Torrent& torrent(lt::storage_index_t storage) const
    {
        return torrents_[static_cast<std::uint32_t>(storage)];
    }

    lt::io_context& io_;
    const store::Index& index_;
    const ContentReader& reader_;
    std::vector<Torrent> torrents_;
    std::vector<lt::storage_index_t> free_;
    asio::thread_pool pool_;
    bool aborted_ = false;
};

lt::storage_error storage_error(const std::error_code& error, lt::operation_t operation)
{
    lt::storage_error out;
    if (error) {
        out.ec = {error.value(), lt::generic_category()};
        out.file(lt::file_index_t{0});
        out.operation = operation;
    }
    return out;
}

lt::storage_error unsupported(lt::operation_t operation)
{
    return storage_error(std::make_error_code(std::errc::operation_not_supported), operation);
}

// The info-hash that libtorrent gives is the truncated v2 one where there is one, else v1; the
// index knows both kinds.
lt::storage_holder ContentDiskIo::new_torrent(const lt::storage_params& params,
                                              const std::shared_ptr<void>&)
{
    Torrent added;
    added.piece_length = static_cast<std::uint32_t>(params.files.piece_length());
    const auto snapshot = index_.snapshot();
    const auto hash = from_bytes<InfoHash>(as_bytes({params.info_hash.data(), InfoHash::size}));
    if (const auto ref = snapshot.torrent(*hash)) {
        if (const auto content = snapshot.content(ref->content)) {
            added.content = ref->content;
            added.size = content->size;
            added.padded_size = static_cast<std::uint64_t>(params.files.total_size());
        }
    }
    if (free_.empty()) {
        torrents_.push_back(added);
        return {lt::storage_index_t(static_cast<std::uint32_t>(torrents_.size() - 1)), *this};
    }
    const auto slot = free_.back();
    free_.pop_back();
    torrents_[static_cast<std::uint32_t>(slot)] = added;
    return {slot, *this};
}

void ContentDiskIo::remove_torrent(lt::storage_index_t storage)
{
    torrents_[static_cast<std::uint32_t>(storage)] = {};
    free_.push_back(storage);
}

void ContentDiskIo::async_read(
    lt::storage_index_t storage, const lt::peer_request& request,
    std::function<void(lt::disk_buffer_holder, const lt::storage_error&)> handler,
    lt::disk_job_flags_t)
{
    const auto from = torrent(storage);
    const auto offset = from.start_of(request.piece) + static_cast<std::uint64_t>(request.start);
    const auto length = static_cast<std::size_t>(request.length);
    lt::disk_buffer_holder buffer(*this, new char[length], request.length);
    const auto cached = aborted_ ? std::make_error_code(std::errc::operation_canceled)
                                 : from.read(reader_, offset, {buffer.data(), length},
                                             ContentReader::Mode::only_cached);
    if (cached != std::errc::resource_unavailable_try_again) {
        asio::post(io_, [handler = std::move(handler), buffer = std::move(buffer),
                         error = storage_error(cached, lt::operation_t::file_read)]() mutable {
            handler(std::move(buffer), error);
        });
        return;
    }
    in_pool([reader = &reader_, from, offset, length, buffer = std::move(buffer),
             handler = std::move(handler)]() mutable {
        const auto error =
            from.read(*reader, offset, {buffer.data(), length}, ContentReader::Mode::wait);
        return [handler = std::move(handler), buffer = std::move(buffer),
                error = storage_error(error, lt::operation_t::file_read)]() mutable {
            handler(std::move(buffer), error);
        };
    });
}

bool ContentDiskIo::async_write(lt::storage_index_t, const lt::peer_request&, const char*,
                                std::shared_ptr<lt::disk_observer>,
                                std::function<void(const lt::storage_error&)> handler,
                                lt::disk_job_flags_t)
{
    asio::post(
        io_, [handler = std::move(handler)] { handler(unsupported(lt::operation_t::file_write)); });
    return false;
}

// SHA-1 goes over the padding, the hashes of v2 blocks end with the content.
void hash_bytes(lt::span<const char> padded, std::ptrdiff_t length, bool v1, lt::sha1_hash& sha1,
                lt::span<lt::sha256_hash> blocks)
{
    if (v1) {
        sha1 = lt::hasher(padded).final();
    }
    for (std::ptrdiff_t i = 0; i < blocks.size(); ++i) {
        const auto start = std::min<std::ptrdiff_t>(i * lt::default_block_size, length);
        const auto block = std::min<std::ptrdiff_t>(lt::default_block_size, length - start);
        blocks[i] = lt::hasher256(padded.subspan(start, block)).final();
    }
}

void ContentDiskIo::async_hash(
    lt::storage_index_t storage, lt::piece_index_t piece, lt::span<lt::sha256_hash> v2,
    lt::disk_job_flags_t flags,
    std::function<void(lt::piece_index_t, const lt::sha1_hash&, const lt::storage_error&)> handler)
{
    if (aborted_) {
        asio::post(io_, [handler = std::move(handler), piece] {
            handler(piece, {},
                    storage_error(std::make_error_code(std::errc::operation_canceled),
                                  lt::operation_t::file_read));
        });
        return;
    }
    const bool v1 = static_cast<bool>(flags & lt::disk_interface::v1_hash);
    in_pool([reader = &reader_, torrent = torrent(storage), piece, v2, v1,
             handler = std::move(handler)]() mutable {
        std::vector<char> bytes(torrent.length_of(piece, torrent.padded_size));
        const auto error =
            torrent.read(*reader, torrent.start_of(piece), bytes, ContentReader::Mode::wait);
        lt::sha1_hash sha1;
        if (!error) {
            const auto length = torrent.length_of(piece, torrent.size);
            hash_bytes(bytes, static_cast<std::ptrdiff_t>(length), v1, sha1, v2);
        }
        return [handler = std::move(handler), piece, sha1,
                error = storage_error(error, lt::operation_t::file_read)] {
            handler(piece, sha1, error);
        };
    });
}

void ContentDiskIo::async_hash2(
    lt::storage_index_t storage, lt::piece_index_t piece, int offset, lt::disk_job_flags_t,
    std::function<void(lt::piece_index_t, const lt::sha256_hash&, const lt::storage_error&)>
        handler)
{
    if (aborted_) {
        asio::post(io_, [handler = std::move(handler), piece] {
            handler(piece, {},
                    storage_error(std::make_error_code(std::errc::operation_canceled),
                                  lt::operation_t::file_read));
        });
        return;
    }
    in_pool([reader = &reader_, torrent = torrent(storage), piece,
             offset = static_cast<std::size_t>(offset), handler = std::move(handler)]() mutable {
        const auto length = torrent.length_of(piece, torrent.size);
        const auto rest = length - std::min(offset, length);
        std::vector<char> bytes(std::min<std::size_t>(rest, lt::default_block_size));
        const auto error = torrent.read(*reader, torrent.start_of(piece) + offset, bytes,
                                        ContentReader::Mode::wait);
        const auto hash = error ? lt::sha256_hash() : lt::hasher256(bytes).final();
        return [handler = std::move(handler), piece, hash,
                error = storage_error(error, lt::operation_t::file_read)] {
            handler(piece, hash, error);
        };
    });
}

void ContentDiskIo::async_move_storage(
    lt::storage_index_t, std::string path, lt::move_flags_t,
    std::function<void(lt::status_t, const std::string&, const lt::storage_error&)> handler)
{
    asio::post(io_, [handler = std::move(handler), path = std::move(path)] {
        handler(lt::status_t::fatal_disk_error, path, unsupported(lt::operation_t::file_rename));
    });
}

// Open files belong to the cache, not to torrents.
void ContentDiskIo::async_release_files(lt::storage_index_t, std::function<void()> handler)
{
    if (handler) {
        asio::post(io_, std::move(handler));
    }
}

void ContentDiskIo::async_check_files(
    lt::storage_index_t, const lt::add_torrent_params*,
    lt::aux::vector<std::string, lt::file_index_t>,
    std::function<void(lt::status_t, const lt::storage_error&)> handler)
{
    asio::post(io_, [handler = std::move(handler)] { handler(lt::status_t::no_error, {}); });
}

void ContentDiskIo::async_stop_torrent(lt::storage_index_t, std::function<void()> handler)
{
    if (handler) {
        asio::post(io_, std::move(handler));
    }
}

void ContentDiskIo::async_rename_file(
    lt::storage_index_t, lt::file_index_t index, std::string name,
    std::function<void(const std::string&, lt::file_index_t, const lt::storage_error&)> handler)
{
    asio::post(io_, [handler = std::move(handler), index, name = std::move(name)] {
        handler(name, index, unsupported(lt::operation_t::file_rename));
    });
}

void ContentDiskIo::async_delete_files(lt::storage_index_t, lt::remove_flags_t,
                                       std::function<void(const lt::storage_error&)> handler)
{
    asio::post(io_, [handler = std::move(handler)] {
        handler(unsupported(lt::operation_t::file_remove));
    });
}

void ContentDiskIo::async_set_file_priority(
    lt::storage_index_t, lt::aux::vector<lt::download_priority_t, lt::file_index_t> priorities,
    std::function<void(const lt::storage_error&,
                       lt::aux::vector<lt::download_priority_t, lt::file_index_t>)>
        handler)
{
    asio::post(io_, [handler = std::move(handler), priorities = std::move(priorities)]() mutable {
        handler({}, std::move(priorities));
    });
}

void ContentDiskIo::async_clear_piece(lt::storage_index_t, lt::piece_index_t index,
                                      std::function<void(lt::piece_index_t)> handler)
{
    asio::post(io_, [handler = std::move(handler), index] { handler(index); });
}

// Jobs that run or wait are short reads: they are let finish, and hand their handlers back.
void ContentDiskIo::abort(bool wait)
{
    aborted_ = true;
    if (wait) {
        pool_.join();
    }
}

}  // namespace

std::unique_ptr<lt::disk_interface> make_content_disk_io(lt::io_context& io,
                                                         const store::Index& index,
                                                         const ContentReader& reader,
                                                         unsigned threads)
{
    return std::make_unique<ContentDiskIo>(io, index, reader, threads);
}

}  // namespace btgw::engine
