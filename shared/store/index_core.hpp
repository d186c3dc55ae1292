// What the classes of index.hpp share: environment, table handles, and the read transactions that
// are kept for reuse. Private to the store.
//
// Taking a snapshot costs a renewed transaction (no allocation, no lock of another process). LMDB
// allows the map to change its size only while this process has no transaction open, so live
// snapshots are counted: a resize waits for them, and new ones wait for the resize, both for a
// bounded time, since a thread that holds a snapshot and takes another must not wait for itself.
#pragma once

#include "index.hpp"
#include "lmdb.hpp"

#include <array>
#include <condition_variable>
#include <mutex>
#include <vector>

namespace btgw::store {

enum class Table : std::size_t {
    meta,
    content,
    layout,
    chunk,
    infohash,
    metainfo,
    owner,
    owned,
    doomed,
};

// In the order of Table.
inline constexpr std::array table_names{
    "meta", "content", "layout", "chunk", "infohash", "metainfo", "owner", "owned", "doomed",
};

class IndexCore {
public:
    IndexCore(IndexOptions options, bool writer);
    ~IndexCore();
    IndexCore(const IndexCore&) = delete;
    IndexCore& operator=(const IndexCore&) = delete;

    [[nodiscard]] MDB_env* env() const { return env_.get(); }
    [[nodiscard]] MDB_dbi table(Table which) const { return tables_[std::size_t(which)]; }
    [[nodiscard]] bool writer() const { return writer_; }

    // A running read transaction, to be given back by end_read.
    MDB_txn* begin_read();
    void end_read(MDB_txn* txn);

    // Runs `change` once; false when the map was too small for it.
    [[nodiscard]] bool try_write(const std::function<void(MDB_txn*)>& change) const;
    void double_map();

    std::mutex write_mutex;  // one Index::write at a time

private:
    void open_environment();
    void open_tables();
    void check_format(MDB_txn* txn);
    // Null after which the caller tries again: the map was too small, or dead readers held slots.
    MDB_txn* try_begin_read(bool last_try);
    int renew_or_begin(MDB_txn*& txn) const;
    // Waits for live snapshots, then calls mdb_env_set_mapsize(size); 0 follows another process.
    void resize(std::size_t size);

    const IndexOptions options_;
    const bool writer_;
    lmdb::Env env_;
    std::array<MDB_dbi, table_names.size()> tables_{};

    std::mutex mutex_;  // guards what follows
    std::condition_variable changed_;
    std::vector<MDB_txn*> idle_;  // reset, each with its reader slot
    unsigned live_ = 0;           // snapshots
    unsigned resizers_ = 0;       // threads that wait for them to end
};

}  // namespace btgw::store
