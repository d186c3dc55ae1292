#include "put_torrent.hpp"

#include "refusal.hpp"

namespace btgw::engine {

PutTorrent::PutTorrent(NewTorrent torrent, Answer answer)
    : AnsweredOperation(std::move(answer)), torrent_(std::move(torrent))
{
}

void PutTorrent::apply(store::WriteTxn& txn, FileBatch&)
{
    auto content = txn.view().content(torrent_.content);
    if (!content) {
        throw Refusal({404, "not found"});
    }
    if (content->has_torrent) {
        return;
    }
    // Copies: what the record points to dies with the first change.
    const std::string media_type(content->media_type);
    const std::string name(content->name);
    const std::string inline_bytes(as_chars(content->inline_bytes));
    content->media_type = media_type;
    content->name = name;
    content->inline_bytes = as_bytes(inline_bytes);
    content->has_torrent = true;
    content->v1 = torrent_.records.ids.v1;
    content->v2 = torrent_.records.ids.v2;
    txn.put_content(torrent_.content, *content);
    txn.put_layout(torrent_.content, torrent_.piece_length, torrent_.pieces);
    put_torrent_records(txn, torrent_.content, torrent_.records);
}

}  // namespace btgw::engine
