#include "content_reader.hpp"

#include "../shared/store/content_files.hpp"

#include <sys/uio.h>

#include <algorithm>
#include <cerrno>

namespace btgw::engine {

ContentReader::ContentReader(const store::Index& index, FileCache& files)
    : index_(index), files_(files)
{
}

std::error_code ContentReader::read(const Sha256& content, std::uint64_t offset,
                                    std::span<char> out, Mode mode) const
{
    while (!out.empty()) {
        Place place;
        if (const auto error = find(content, offset, out, place)) {
            return error;
        }
        if (!place.path.empty()) {
            if (const auto error = read_file(place, out.data(), mode)) {
                return error;
            }
        }
        out = out.subspan(place.length);
        offset += place.length;
    }
    return {};
}

// The snapshot ends before any file is read: a reader that waits for the disk would pin pages.
std::error_code ContentReader::find(const Sha256& content, std::uint64_t offset,
                                    std::span<char> out, Place& place) const
{
    const auto snapshot = index_.snapshot();
    const auto record = snapshot.content(content);
    if (!record) {
        return std::make_error_code(std::errc::no_such_file_or_directory);
    }
    if (offset > record->size || out.size() > record->size - offset) {
        return std::make_error_code(std::errc::io_error);
    }
    place.length = out.size();
    if (record->kind == store::Kind::in_index) {
        std::copy_n(record->inline_bytes.begin() + static_cast<std::ptrdiff_t>(offset), out.size(),
                    out.begin());
        return {};
    }
    place.offset = offset;
    if (record->kind == store::Kind::blob) {
        place.path = store::blob_path(content);
        return {};
    }
    const auto layout = snapshot.layout(content);
    const auto index = offset / store::chunk_length;
    if (!layout || index >= layout->size()) {
        return std::make_error_code(std::errc::no_such_file_or_directory);
    }
    place.path = store::chunk_path(layout->at(index).root);
    place.offset = offset % store::chunk_length;
    place.length =
        std::min<std::size_t>(out.size(), store::chunk_length - std::size_t{place.offset});
    return {};
}

std::error_code ContentReader::read_file(const Place& place, char* out, Mode mode) const
{
    const auto file = mode == Mode::wait ? files_.open(place.path) : files_.find(place.path);
    if (!file) {
        return mode == Mode::wait ? std::error_code(errno, std::system_category())
                                  : std::make_error_code(std::errc::resource_unavailable_try_again);
    }
    for (std::size_t done = 0; done < place.length;) {
        const iovec part{out + done, place.length - done};
        const ssize_t n = preadv2(file->get(), &part, 1, static_cast<off_t>(place.offset + done),
                                  mode == Mode::wait ? 0 : RWF_NOWAIT);
        if (n > 0) {
            done += static_cast<std::size_t>(n);
        } else if (n == 0) {
            return std::make_error_code(std::errc::io_error);
        } else if (mode == Mode::only_cached) {
            // Also what a file system says that does not know RWF_NOWAIT.
            return std::make_error_code(std::errc::resource_unavailable_try_again);
        } else if (errno != EINTR) {
            return {errno, std::system_category()};
        }
    }
    return {};
}

}  // namespace btgw::engine
