#include "spool_file.hpp"

#include "content_files.hpp"
#include "records.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace btgw::store {

namespace {

constexpr mode_t file_mode = 0660;  // the engine may run as another user of the same group

std::error_code last_error()
{
    return {errno, std::generic_category()};
}

std::error_code write_all(int descriptor, ByteView bytes)
{
    while (!bytes.empty()) {
        const ssize_t n = ::write(descriptor, bytes.data(), bytes.size());
        if (n < 0) {
            if (errno == EINTR) {
                continue;
            }
            return last_error();
        }
        bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return {};
}

// Copies `length` bytes from one file's position to the other's, inside the kernel.
std::error_code copy_range(int from, int to, std::uint64_t length)
{
    while (length > 0) {
        const ssize_t n = copy_file_range(from, nullptr, to, nullptr, length, 0);
        if (n < 0) {
            if (errno == EINTR) {
                continue;
            }
            return last_error();
        }
        if (n == 0) {
            return std::make_error_code(std::errc::io_error);
        }
        length -= static_cast<std::uint64_t>(n);
    }
    return {};
}

// A descriptor that is closed at the end of the scope.
class Descriptor {
public:
    Descriptor(const std::string& path, int flags) : value_(open(path.c_str(), flags | O_CLOEXEC))
    {
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor()
    {
        if (value_ >= 0) {
            close(value_);
        }
    }
    [[nodiscard]] int get() const { return value_; }

private:
    int value_;
};

}  // namespace

SpoolFile::SpoolFile(SpoolTarget target)
    : target_(std::move(target)),
      chunked_(target_.expected_size != 0 && target_.expected_size >= target_.chunk_threshold)
{
}

SpoolFile::~SpoolFile()
{
    close_current();
}

std::string SpoolFile::absolute(const std::string& relative_path) const
{
    return target_.storage + '/' + relative_path;
}

std::uint32_t SpoolFile::chunk_files() const
{
    return static_cast<std::uint32_t>((size_ + chunk_length - 1) / chunk_length);
}

std::uint32_t SpoolFile::complete_chunks() const
{
    return chunked_ ? static_cast<std::uint32_t>(size_ / chunk_length) : 0;
}

void SpoolFile::close_current()
{
    if (descriptor_ >= 0) {
        close(descriptor_);
        descriptor_ = -1;
    }
}

std::error_code SpoolFile::open_next(const std::string& relative_path)
{
    close_current();
    descriptor_ =
        open(absolute(relative_path).c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, file_mode);
    if (descriptor_ < 0) {
        return last_error();
    }
    // Whatever the umask. It fails only where the file belongs to somebody else, which it does not.
    return fchmod(descriptor_, file_mode) == 0 ? std::error_code{} : last_error();
}

std::error_code SpoolFile::write(ByteView bytes)
{
    hasher_.update(bytes);
    if (!chunked_ && size_ + bytes.size() >= target_.chunk_threshold) {
        if (const auto error = split()) {
            return error;
        }
    }
    return append(bytes);
}

std::error_code SpoolFile::append(ByteView bytes)
{
    if (chunked_) {
        return append_chunked(bytes);
    }
    if (descriptor_ < 0) {
        if (const auto error = open_next(spool_path(target_.upload))) {
            return error;
        }
    }
    size_ += bytes.size();
    return write_all(descriptor_, bytes);
}

std::error_code SpoolFile::append_chunked(ByteView bytes)
{
    while (!bytes.empty()) {
        const std::uint64_t filled = size_ % chunk_length;
        if (filled == 0) {
            const auto index = static_cast<std::uint32_t>(size_ / chunk_length);
            if (const auto error = open_next(spool_chunk_path(target_.upload, index))) {
                return error;
            }
        }
        const std::size_t n = std::min<std::uint64_t>(bytes.size(), chunk_length - filled);
        if (const auto error = write_all(descriptor_, bytes.first(n))) {
            return error;
        }
        size_ += n;
        bytes = bytes.subspan(n);
    }
    return {};
}

std::error_code SpoolFile::split()
{
    chunked_ = true;
    const std::uint64_t length = size_;
    if (length == 0) {
        return {};
    }
    close_current();
    const std::string whole = absolute(spool_path(target_.upload));
    const Descriptor from(whole, O_RDONLY);
    if (from.get() < 0) {
        return last_error();
    }
    for (std::uint64_t done = 0; done < length; done += chunk_length) {
        const auto index = static_cast<std::uint32_t>(done / chunk_length);
        if (const auto error = open_next(spool_chunk_path(target_.upload, index))) {
            return error;
        }
        const std::uint64_t n = std::min<std::uint64_t>(chunk_length, length - done);
        if (const auto error = copy_range(from.get(), descriptor_, n)) {
            return error;
        }
    }
    return unlink(whole.c_str()) == 0 ? std::error_code{} : last_error();
}

std::error_code SpoolFile::join()
{
    const std::uint32_t files = chunk_files();
    if (const auto error = open_next(spool_path(target_.upload))) {
        return error;
    }
    for (std::uint32_t i = 0; i < files; ++i) {
        const std::string path = absolute(spool_chunk_path(target_.upload, i));
        const Descriptor from(path, O_RDONLY);
        if (from.get() < 0) {
            return last_error();
        }
        const std::uint64_t done = std::uint64_t{i} * chunk_length;
        if (const auto error = copy_range(from.get(), descriptor_,
                                          std::min<std::uint64_t>(chunk_length, size_ - done))) {
            return error;
        }
        unlink(path.c_str());
    }
    chunked_ = false;
    return {};
}

std::error_code SpoolFile::finish()
{
    if (chunked_ && size_ < target_.chunk_threshold) {
        if (const auto error = join()) {
            return error;
        }
    }
    close_current();
    return {};
}

void SpoolFile::remove()
{
    close_current();
    unlink(absolute(spool_path(target_.upload)).c_str());
    for (std::uint32_t i = 0; i <= chunk_files(); ++i) {
        unlink(absolute(spool_chunk_path(target_.upload, i)).c_str());
    }
}

}  // namespace btgw::store
