#include "remove_owner.hpp"

#include "refusal.hpp"

namespace btgw::engine {

namespace {

// All four info-hashes of a content: the hybrid's are not in its record, but follow from its
// layout.
TorrentIds torrent_ids(const store::Snapshot& view, const Sha256& hash,
                       const store::Content& content)
{
    const auto layout = view.layout(hash);
    if (!layout) {
        return {content.v1, content.v2, {}, {}};
    }
    const auto pieces = pieces_of(*layout);
    const auto name = torrent_name(content.name, hash);
    return make_torrent_ids({name, content.size, layout->piece_length, &pieces});
}

}  // namespace

RemoveOwner::RemoveOwner(const Sha256& hash, const PublicKey& owner, Answer answer)
    : AnsweredOperation(std::move(answer)), hash_(hash), owner_(owner)
{
}

void RemoveOwner::apply(store::WriteTxn& txn, FileBatch& files)
{
    result_ = {};
    if (!txn.view().content(hash_)) {
        throw Refusal({404, "not found"});
    }
    const auto uploaded = txn.view().owned(hash_, owner_);
    if (!uploaded) {
        throw Refusal({403, "this content is not yours"});
    }
    txn.erase_owner({owner_, *uploaded, hash_});
    if (!txn.view().has_owner(hash_)) {
        result_.last_owner = true;
        remove_content(txn, files);
    }
}

// Chunked content is doomed: downloads in flight go on, for which layout and chunks stay a while.
void RemoveOwner::remove_content(store::WriteTxn& txn, FileBatch& files)
{
    const auto content = txn.view().content(hash_).value();
    const auto kind = content.kind;  // the record dies with the first change
    if (kind == store::Kind::blob) {
        files.release_blob(hash_);
    }
    if (content.has_torrent) {
        result_.torrent = torrent_ids(txn.view(), hash_, content);
        erase_torrent_records(txn, hash_, *result_.torrent);
    }
    txn.erase_content(hash_);
    if (kind == store::Kind::chunked) {
        txn.put_doomed(hash_);
    } else {
        txn.erase_layout(hash_);
    }
}

}  // namespace btgw::engine
