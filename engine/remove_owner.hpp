// Takes one owner's claim away, and the content with the last claim (BUD-12).
#pragma once

#include "store_operation.hpp"
#include "torrent_records.hpp"

#include <optional>

namespace btgw::engine {

struct RemoveResult {
    bool last_owner = false;
    std::optional<TorrentIds> torrent;  // of the content that is gone, where it had one
};

// Refused with 404 when there is no such content, with 403 when it is not this owner's.
class RemoveOwner : public AnsweredOperation<RemoveResult> {
public:
    RemoveOwner(const Sha256& hash, const PublicKey& owner, Answer answer);

    void apply(store::WriteTxn& txn, FileBatch& files) override;

private:
    void remove_content(store::WriteTxn& txn, FileBatch& files);

    Sha256 hash_;
    PublicKey owner_;
};

}  // namespace btgw::engine
