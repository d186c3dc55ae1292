// Reads bytes of stored content, however it is kept: index, blob or chunks. For any thread.
#pragma once

#include "../shared/store/index.hpp"
#include "file_cache.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <system_error>

namespace btgw::engine {

class ContentReader {
public:
    enum class Mode {
        wait,         // open files and wait for the disk
        only_cached,  // only from open files and the page cache
    };

    ContentReader(const store::Index& index, FileCache& files);

    // Fills `out` from `offset` on. no_such_file_or_directory when the content or a file of it is
    // not there, io_error when it is shorter than that; in mode only_cached
    // resource_unavailable_try_again when it would have to wait.
    std::error_code read(const Sha256& content, std::uint64_t offset, std::span<char> out,
                         Mode mode) const;

private:
    struct Place {
        std::string path;  // empty: the bytes were in the index, and are in `out` already
        std::uint64_t offset = 0;
        std::size_t length = 0;  // bytes that this place holds of what is wanted
    };

    std::error_code find(const Sha256& content, std::uint64_t offset, std::span<char> out,
                         Place& place) const;
    std::error_code read_file(const Place& place, char* out, Mode mode) const;

    const store::Index& index_;
    FileCache& files_;
};

}  // namespace btgw::engine
