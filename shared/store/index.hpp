// The index: an LMDB environment that the engine writes and nginx workers read (keys.hpp lists its
// tables). Opened after fork, never before; closed by the destructor.
//
// Threads: one Index may be used by many threads; a Snapshot or WriteTxn by the thread that has it.
// A Snapshot must not outlive the handler that took it: a pinned reader stops page reuse, and the
// map cannot grow in a process that holds one. Nor may a thread hold one while it calls
// Index::write.
//
// Errors of the file system (ENOSPC, EIO, EACCES) are std::system_error; a damaged record is a
// std::runtime_error that names its table and key.
#pragma once

#include "../bytes.hpp"
#include "keys.hpp"
#include "records.hpp"

#include <lmdb.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace btgw::store {

struct IndexOptions {
    std::filesystem::path directory;               // holds data.mdb and lock.mdb
    std::size_t map_size = std::size_t{64} << 30;  // bytes of address space; the file is sparse
    unsigned max_readers = 1024;  // slots: workers (old ones too) and engine threads
    bool durable = true;  // false: commits are not synced ("durability: relaxed"); writer only
};

struct TorrentRef {
    Sha256 content;
    TorrentFormat format = TorrentFormat::v1;
};

struct Listed {
    Sha256 content;
    std::uint64_t uploaded = 0;  // Unix seconds, by this owner
    std::string name;            // as this owner called it
};

class IndexCore;  // environment and table handles; index.cpp

// One consistent view of the index. Views inside returned records die with it.
class Snapshot {
public:
    Snapshot(Snapshot&& other) noexcept;
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;
    Snapshot& operator=(Snapshot&&) = delete;
    ~Snapshot();

    [[nodiscard]] std::optional<Content> content(const Sha256& hash) const;
    [[nodiscard]] std::optional<Layout> layout(const Sha256& hash) const;
    [[nodiscard]] std::optional<Chunk> chunk(const PieceRoot& root) const;
    [[nodiscard]] std::optional<ByteView> metainfo(const Sha256& hash) const;
    // v1, or v2 truncated to its first 20 bytes.
    [[nodiscard]] std::optional<TorrentRef> torrent(const InfoHash& hash) const;
    [[nodiscard]] std::optional<TorrentRef> torrent(const InfoHashV2& hash) const;
    // When this owner uploaded the content, in Unix seconds; nothing when it is not theirs.
    [[nodiscard]] std::optional<std::uint64_t> owned(const Sha256& hash,
                                                     const PublicKey& owner) const;
    [[nodiscard]] bool has_owner(const Sha256& hash) const;
    [[nodiscard]] bool doomed(const Sha256& hash) const;
    [[nodiscard]] std::vector<Sha256> all_doomed() const;

    // Newest first, at most `limit`, starting after `cursor` (excluded). Equal seconds are ordered
    // by hash, so pages neither skip nor repeat (BUD-12). Nothing when the cursor is not the
    // owner's.
    [[nodiscard]] std::optional<std::vector<Listed>> list(const PublicKey& owner,
                                                          const std::optional<Sha256>& cursor,
                                                          std::size_t limit) const;

    // Contents in hash order, starting after `after`; at most `limit`. For scans in slices.
    [[nodiscard]] std::vector<Sha256> contents_after(const std::optional<Sha256>& after,
                                                     std::size_t limit) const;
    [[nodiscard]] std::uint64_t content_count() const;

private:
    friend class Index;
    friend class WriteTxn;
    Snapshot(IndexCore& core, MDB_txn* txn, bool borrowed);

    IndexCore* core_;
    MDB_txn* txn_;   // null once moved from
    bool borrowed_;  // the transaction belongs to a WriteTxn
};

class WriteTxn {
public:
    // What the transaction sees: the last commit and its own changes.
    [[nodiscard]] const Snapshot& view() const { return view_; }

    void put_content(const Sha256& hash, const Content& record);
    void erase_content(const Sha256& hash);
    void put_layout(const Sha256& hash, std::uint32_t piece_length,
                    const std::vector<PieceHashes>& entries);
    void erase_layout(const Sha256& hash);
    void put_chunk(const PieceRoot& root, const Chunk& record);
    void erase_chunk(const PieceRoot& root);
    void put_metainfo(const Sha256& hash, ByteView bytes);
    void erase_metainfo(const Sha256& hash);
    void put_torrent(ByteView info_hash, const TorrentRef& ref);  // 20 or 32 bytes
    void erase_torrent(ByteView info_hash);
    void put_owner(const OwnerKeyParts& key, const Ownership& record);  // `owner` and `owned`
    void erase_owner(const OwnerKeyParts& key);
    void put_doomed(const Sha256& hash);
    void erase_doomed(const Sha256& hash);

private:
    friend class Index;
    WriteTxn(IndexCore& core, MDB_txn* txn);

    IndexCore* core_;
    MDB_txn* txn_;
    Snapshot view_;
};

class Index {
public:
    // Creates what is missing, and checks the format version. Throws std::runtime_error with a
    // message that says what to do (another format, no permission).
    static Index open_writer(const IndexOptions& options);
    // Read-only; the environment must exist. Needs write permission on lock.mdb all the same.
    static Index open_reader(const IndexOptions& options);

    Index(Index&&) noexcept;
    Index& operator=(Index&&) noexcept;
    ~Index();

    // Follows a map that another process has grown. Throws std::runtime_error when no reader slot
    // is free or the environment cannot be read.
    [[nodiscard]] Snapshot snapshot() const;

    // Runs `change` in a write transaction and commits it durably (synced before this returns).
    // When the map is full it is doubled and `change` runs again from the start, so `change` must
    // be repeatable. When `change` throws nothing is written. Writer only.
    //
    // Growing waits a few seconds for this process's snapshots to end, and throws
    // std::runtime_error when they do not.
    void write(const std::function<void(WriteTxn&)>& change);

    // Frees the reader slots of processes that have died; returns how many.
    int clear_dead_readers() const;  // NOLINT(modernize-use-nodiscard): the number is for logs

private:
    explicit Index(std::unique_ptr<IndexCore> core);
    std::unique_ptr<IndexCore> core_;
};

}  // namespace btgw::store
