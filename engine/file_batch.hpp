// What one batch of the store writer does to files: uploads come into place by rename inside the
// transaction, and what the index does not know afterwards goes. Every call may be repeated,
// because the transaction may run again. Paths are relative to the storage directory.
#pragma once

#include "../shared/store/content_files.hpp"
#include "../shared/store/index.hpp"
#include "file_cache.hpp"

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace btgw::engine {

class FileBatch {
public:
    // `durable`: whether anything is synced at all.
    FileBatch(std::filesystem::path storage, FileCache& cache, bool durable);

    // ---- before the transaction: file data to disk; throws Refusal ----
    // Starting the write-back of all files first lets the disk work on them side by side.
    void start_sync(const std::string& file) const;
    void finish_sync(const std::string& file) const;

    // ---- inside the transaction; throw Refusal ----
    void publish_blob(const std::string& spool_file, const Sha256& hash);
    void publish_chunk(const std::string& spool_file, const PieceRoot& root);
    [[nodiscard]] bool has_blob_file(const Sha256& hash) const;
    [[nodiscard]] bool has_chunk_file(const PieceRoot& root) const;
    void create_lease(const Sha256& hash);
    // Renames and new files become durable with their directories.
    void sync_directories();

    // ---- noted inside the transaction, done by clean_up() ----
    void drop_spool_file(std::string file);
    void release_blob(const Sha256& hash) { blobs_.insert(hash); }
    void release_chunk(const PieceRoot& root) { chunks_.insert(root); }
    void release_lease(const Sha256& hash) { leases_.insert(hash); }

    // After the transaction: unlinks what was published or released and has no entry in the index,
    // and dropped spool files. Never throws for a file; what stays behind is swept later.
    void clean_up(const store::Index& index);

private:
    void publish(const std::string& spool_file, const std::string& file);
    void make_parents(const std::string& file);
    [[nodiscard]] std::vector<std::string> unknown_files(const store::Snapshot& now) const;
    [[nodiscard]] bool exists(const std::string& file) const;

    std::filesystem::path storage_;
    FileCache& cache_;
    bool durable_;
    std::set<std::string> changed_directories_;
    std::vector<std::string> dropped_;
    std::set<Sha256> blobs_;
    std::set<PieceRoot> chunks_;
    std::set<Sha256> leases_;
};

}  // namespace btgw::engine
