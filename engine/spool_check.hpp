// Whether what lies in spool/ is what a worker's message says. Blocking: for the pool.
#pragma once

#include "../shared/store/records.hpp"
#include "../shared/wire/messages.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace btgw::engine {

// 16 hexadecimal digits: safe as a part of a path.
bool is_upload_id(std::string_view text);

// What can be refused without a look at the disk; nothing when all is well.
std::optional<wire::Refused> implausible(const wire::CommitUpload& message);

// Files that content of this size has in the shape `chunks`.
std::uint32_t chunk_count(std::uint64_t size);

// The single file of an upload exists and has this size.
tl::expected<void, wire::Refused> check_spool_file(const std::filesystem::path& storage,
                                                   const std::string& upload, std::uint64_t size);

// There is no chunk after the last one that `size` asks for.
tl::expected<void, wire::Refused> check_no_chunk_after(const std::filesystem::path& storage,
                                                       const std::string& upload,
                                                       std::uint64_t size);

// Hashes one chunk, which must have exactly `length` bytes, and starts its way to the disk.
tl::expected<store::PieceHashes, wire::Refused> hash_spool_chunk(
    const std::filesystem::path& storage, const std::string& upload, std::uint32_t index,
    std::uint32_t length, bool only_piece);

// Waits until the chunks are on disk.
tl::expected<void, wire::Refused> sync_spool_chunks(const std::filesystem::path& storage,
                                                    const std::string& upload, std::uint32_t count);

// The first bytes of an upload, for its media type; fewer when there are fewer.
std::string first_bytes(const std::filesystem::path& storage, const wire::CommitUpload& message);

// Removes what an upload has in spool/: the single file, so many chunks, and those that follow them
// without a gap.
void remove_upload(const std::filesystem::path& storage, const std::string& upload,
                   std::uint32_t chunks);

}  // namespace btgw::engine
