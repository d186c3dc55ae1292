// An upload on its way into spool/, in its final shape: one file for a blob, 2 MiB files for
// chunked content, hashed as it is written. Blocking: for a thread pool. One thread at a time.
#pragma once

#include "../bytes.hpp"
#include "../digest.hpp"

#include <cstdint>
#include <string>
#include <system_error>
#include <vector>

namespace btgw::store {

struct SpoolTarget {
    std::string storage;                // directory
    std::string upload;                 // id (content_files.hpp)
    std::uint64_t chunk_threshold = 0;  // bytes: content of so many or more is chunked
    std::uint64_t expected_size = 0;    // bytes, 0 when not known: which shape to begin with
};

class SpoolFile {
public:
    explicit SpoolFile(SpoolTarget target);
    SpoolFile(const SpoolFile&) = delete;
    SpoolFile& operator=(const SpoolFile&) = delete;
    ~SpoolFile();  // closes; what lies in spool/ stays

    // Appends. An upload of unknown size begins as one file, and is split into chunks when it
    // reaches the threshold: its first bytes, up to the threshold, are then copied once inside the
    // kernel.
    std::error_code write(ByteView bytes);

    // Ends the upload: the shape is now right for the size. (One that was expected to be larger is
    // joined into one file.)
    std::error_code finish();

    [[nodiscard]] Sha256 hash() { return hasher_.finish(); }  // after finish(), once
    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] bool chunked() const { return chunked_; }
    // Chunks whose file is complete; indices from 0 to this, excluded.
    [[nodiscard]] std::uint32_t complete_chunks() const;

    // Removes all that this upload has in spool/. Errors are ignored: the engine sweeps.
    void remove();

private:
    std::error_code append(ByteView bytes);
    std::error_code append_chunked(ByteView bytes);
    std::error_code open_next(const std::string& relative_path);
    void close_current();
    std::error_code split();
    std::error_code join();
    [[nodiscard]] std::string absolute(const std::string& relative_path) const;
    [[nodiscard]] std::uint32_t chunk_files() const;

    SpoolTarget target_;
    Sha256Hasher hasher_;
    std::uint64_t size_ = 0;
    bool chunked_;
    int descriptor_ = -1;
};

}  // namespace btgw::store
