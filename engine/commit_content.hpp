// Makes an upload part of the store: a new content, content brought back, or one more owner.
#pragma once

#include "store_operation.hpp"
#include "torrent_records.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace btgw::engine {

// An upload whose bytes have been checked.
struct NewContent {
    std::string upload;  // names its spool files; unused when kind is in_index
    Sha256 hash;
    std::uint64_t size = 0;  // bytes
    store::Kind kind = store::Kind::blob;
    std::string media_type;
    std::string name;
    PublicKey owner = store::anonymous;
    std::uint64_t now = 0;                   // Unix seconds
    std::string inline_bytes;                // kind in_index
    std::vector<store::PieceHashes> chunks;  // kind chunked, as is the next
    TorrentRecords torrent;
    bool synced = false;  // the spool files are on disk already
};

struct CommitResult {
    bool existed = false;        // the content was there
    std::uint64_t uploaded = 0;  // Unix seconds: by this owner
    bool torrent_made = false;   // there is a torrent to seed that was not there before
};

class CommitContent : public AnsweredOperation<CommitResult> {
public:
    CommitContent(NewContent content, Answer answer);

    [[nodiscard]] std::size_t weight() const override;
    [[nodiscard]] std::vector<std::string> unsynced_files() const override;
    void apply(store::WriteTxn& txn, FileBatch& files) override;
    void abandon(FileBatch& files) override;

private:
    [[nodiscard]] std::vector<std::string> spool_files() const;
    void store_new(store::WriteTxn& txn, FileBatch& files) const;
    void store_chunks(store::WriteTxn& txn, FileBatch& files) const;
    void revive(store::WriteTxn& txn, FileBatch& files) const;
    void drop_spool_files(FileBatch& files) const;
    void claim(store::WriteTxn& txn);
    [[nodiscard]] store::Content record() const;

    NewContent content_;
};

}  // namespace btgw::engine
