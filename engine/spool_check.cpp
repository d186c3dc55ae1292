#include "spool_check.hpp"

#include "../shared/store/content_files.hpp"
#include "file_descriptor.hpp"
#include "refusal.hpp"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

namespace btgw::engine {

namespace {

constexpr std::uint64_t max_size = std::uint64_t{1} << 42;  // bytes: keeps the layout below 110 MB
constexpr std::size_t first_bytes_size = 64u << 10;         // enough for tar and ISO 9660

FileDescriptor open_file(const std::filesystem::path& path)
{
    return FileDescriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
}

tl::unexpected<wire::Refused> refuse_missing(const std::string& file)
{
    const int error = errno;
    spdlog::warn("cannot read {}: {}", file, std::strerror(error));
    return tl::make_unexpected(refusal_for(error, "the upload is not in the spool"));
}

// 400, since the worker counts what it writes: the bytes on disk are not those that it hashed.
tl::expected<FileDescriptor, wire::Refused> open_exactly(const std::filesystem::path& storage,
                                                         const std::string& file,
                                                         std::uint64_t size)
{
    auto fd = open_file(storage / file);
    struct stat facts {};
    if (!fd || fstat(fd.get(), &facts) != 0) {
        return refuse_missing(file);
    }
    if (!S_ISREG(facts.st_mode) || static_cast<std::uint64_t>(facts.st_size) != size) {
        return tl::make_unexpected(
            wire::Refused{400, "the upload does not have the announced size"});
    }
    return fd;
}

// False with errno set; a file that is shorter gives errno 0.
bool read_all(int fd, std::span<std::uint8_t> out)
{
    for (std::size_t done = 0; done < out.size();) {
        const ssize_t n = pread(fd, out.data() + done, out.size() - done, static_cast<off_t>(done));
        if (n == 0) {
            errno = 0;
            return false;
        }
        if (n > 0) {
            done += static_cast<std::size_t>(n);
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

}  // namespace

bool is_upload_id(std::string_view text)
{
    return text.size() == 16 &&
           text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

std::optional<wire::Refused> implausible(const wire::CommitUpload& message)
{
    if (!is_upload_id(message.upload)) {
        return wire::Refused{400, "not an upload id"};
    }
    if (message.size > max_size) {
        return wire::Refused{413, "the content is too large"};
    }
    const bool in_message = message.shape == wire::Shape::in_message;
    if (in_message ? message.payload.size() != message.size || message.size > store::inline_limit
                   : !message.payload.empty()) {
        return wire::Refused{400, "the upload does not have the announced size"};
    }
    if (message.shape == wire::Shape::chunks && message.size == 0) {
        return wire::Refused{400, "empty content has no chunks"};
    }
    return std::nullopt;
}

std::uint32_t chunk_count(std::uint64_t size)
{
    return static_cast<std::uint32_t>((size + store::chunk_length - 1) / store::chunk_length);
}

tl::expected<void, wire::Refused> check_spool_file(const std::filesystem::path& storage,
                                                   const std::string& upload, std::uint64_t size)
{
    return open_exactly(storage, store::spool_path(upload), size).map([](const auto&) {});
}

tl::expected<void, wire::Refused> check_no_chunk_after(const std::filesystem::path& storage,
                                                       const std::string& upload,
                                                       std::uint64_t size)
{
    const auto next = storage / store::spool_chunk_path(upload, chunk_count(size));
    if (access(next.c_str(), F_OK) == 0) {
        return tl::make_unexpected(
            wire::Refused{400, "the upload does not have the announced size"});
    }
    return {};
}

tl::expected<store::PieceHashes, wire::Refused> hash_spool_chunk(
    const std::filesystem::path& storage, const std::string& upload, std::uint32_t index,
    std::uint32_t length, bool only_piece)
{
    const auto file = store::spool_chunk_path(upload, index);
    const auto fd = open_exactly(storage, file, length);
    if (!fd) {
        return tl::make_unexpected(fd.error());
    }
    // Read and not mapped: a mapped file that shrinks kills the process.
    thread_local std::vector<std::uint8_t> buffer(store::chunk_length);
    const auto bytes = std::span(buffer).first(length);
    if (!read_all(fd->get(), bytes)) {
        return refuse_missing(file);
    }
    sync_file_range(fd->get(), 0, 0, SYNC_FILE_RANGE_WRITE);
    return bittorrent::hash_piece(bytes, store::chunk_length, only_piece);
}

tl::expected<void, wire::Refused> sync_spool_chunks(const std::filesystem::path& storage,
                                                    const std::string& upload, std::uint32_t count)
{
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto file = store::spool_chunk_path(upload, i);
        const auto fd = open_file(storage / file);
        if (!fd || fdatasync(fd.get()) != 0) {
            return refuse_missing(file);
        }
    }
    return {};
}

std::string first_bytes(const std::filesystem::path& storage, const wire::CommitUpload& message)
{
    if (message.shape == wire::Shape::in_message) {
        return message.payload;
    }
    const auto fd = open_file(storage / (message.shape == wire::Shape::file
                                             ? store::spool_path(message.upload)
                                             : store::spool_chunk_path(message.upload, 0)));
    std::string out(first_bytes_size, '\0');
    const ssize_t n = fd ? pread(fd.get(), out.data(), out.size(), 0) : 0;
    out.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return out;
}

void remove_upload(const std::filesystem::path& storage, const std::string& upload,
                   std::uint32_t chunks)
{
    unlink((storage / store::spool_path(upload)).c_str());
    for (std::uint32_t i = 0;; ++i) {
        const bool removed = unlink((storage / store::spool_chunk_path(upload, i)).c_str()) == 0;
        if (!removed && i >= chunks) {
            return;
        }
    }
}

}  // namespace btgw::engine
