// Adds the torrent of a blob, made on demand.
#pragma once

#include "store_operation.hpp"
#include "torrent_records.hpp"

namespace btgw::engine {

struct NewTorrent {
    Sha256 content;
    std::uint32_t piece_length = 0;  // bytes
    std::vector<store::PieceHashes> pieces;
    TorrentRecords records;
};

struct PutTorrentResult {};

// Refused with 404 when the content is gone by now. Nothing changes when it has a torrent.
class PutTorrent : public AnsweredOperation<PutTorrentResult> {
public:
    PutTorrent(NewTorrent torrent, Answer answer);

    [[nodiscard]] std::size_t weight() const override { return 8; }
    void apply(store::WriteTxn& txn, FileBatch& files) override;

private:
    NewTorrent torrent_;
};

}  // namespace btgw::engine
