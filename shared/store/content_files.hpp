// Where content lies on disk, below the storage directory:
//
//   blobs/ab/cd/<sha256>       whole blobs
//   chunks/ab/cd/<piece root>  2 MiB chunks of chunked content
//   spool/<upload>             an upload in progress that is one file
//   spool/<upload>.<n>         an upload in progress in chunks; n counts from 0 in six digits or
//   more leases/ab/<sha256>         empty; a worker that sends chunked content holds flock(LOCK_SH)
//   on it,
//                              the engine takes LOCK_EX before it unlinks chunks of deleted content
//
// ab and cd are the first two bytes of the name. Files in blobs/ and chunks/ are immutable: they
// come into being by rename from spool/ and are never opened for writing again.
#pragma once

#include "../bytes.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace btgw::store {

// Paths relative to the storage directory.
std::string blob_path(const Sha256& hash);
std::string chunk_path(const PieceRoot& root);
std::string lease_path(const Sha256& hash);
std::string spool_path(std::string_view upload);
std::string spool_chunk_path(std::string_view upload, std::uint32_t index);

// Makes the fixed directories (index, swarm, blobs, chunks, spool, leases, cache, engine) where
// they are missing. Throws std::filesystem::filesystem_error.
void make_directories(const std::filesystem::path& storage);

}  // namespace btgw::store
