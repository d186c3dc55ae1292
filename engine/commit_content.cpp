#include "commit_content.hpp"

#include <map>

namespace btgw::engine {

namespace {

struct ChunkUse {
    std::uint32_t count = 0;
    std::uint32_t length = 0;
};

std::uint32_t chunk_length_at(std::uint64_t size, std::size_t index)
{
    const auto rest = size - std::uint64_t{index} * store::chunk_length;
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(rest, store::chunk_length));
}

}  // namespace

CommitContent::CommitContent(NewContent content, Answer answer)
    : AnsweredOperation(std::move(answer)), content_(std::move(content))
{
}

std::size_t CommitContent::weight() const
{
    return 1 + content_.chunks.size();
}

std::vector<std::string> CommitContent::unsynced_files() const
{
    return content_.synced ? std::vector<std::string>{} : spool_files();
}

std::vector<std::string> CommitContent::spool_files() const
{
    std::vector<std::string> out;
    if (content_.kind == store::Kind::blob) {
        out.push_back(store::spool_path(content_.upload));
    }
    for (std::uint32_t i = 0; i < content_.chunks.size(); ++i) {
        out.push_back(store::spool_chunk_path(content_.upload, i));
    }
    return out;
}

void CommitContent::apply(store::WriteTxn& txn, FileBatch& files)
{
    result_ = {};
    if (const auto known = txn.view().content(content_.hash)) {
        result_.existed = true;
        // A blob whose file was lost gets it back.
        if (known->kind == store::Kind::blob && content_.kind == store::Kind::blob &&
            !files.has_blob_file(content_.hash)) {
            files.publish_blob(store::spool_path(content_.upload), content_.hash);
        }
        drop_spool_files(files);
    } else if (txn.view().doomed(content_.hash) && txn.view().layout(content_.hash)) {
        revive(txn, files);
        result_.torrent_made = true;
    } else {
        store_new(txn, files);
        result_.torrent_made = content_.kind == store::Kind::chunked;
    }
    claim(txn);
}

void CommitContent::abandon(FileBatch& files)
{
    drop_spool_files(files);
}

store::Content CommitContent::record() const
{
    store::Content out;
    out.kind = content_.kind;
    out.size = content_.size;
    out.created = content_.now;
    out.media_type = content_.media_type;
    out.name = content_.name;
    out.inline_bytes = as_bytes(content_.inline_bytes);
    return out;
}

void CommitContent::store_new(store::WriteTxn& txn, FileBatch& files) const
{
    auto content = record();
    if (content_.kind == store::Kind::blob) {
        files.publish_blob(store::spool_path(content_.upload), content_.hash);
    }
    if (content_.kind == store::Kind::chunked) {
        store_chunks(txn, files);
        content.has_torrent = true;
        content.v1 = content_.torrent.ids.v1;
        content.v2 = content_.torrent.ids.v2;
        put_torrent_records(txn, content_.hash, content_.torrent);
        txn.put_layout(content_.hash, store::chunk_length, content_.chunks);
    }
    txn.put_content(content_.hash, content);
}

// Each chunk exists once, however often this content or others name it.
void CommitContent::store_chunks(store::WriteTxn& txn, FileBatch& files) const
{
    std::map<PieceRoot, ChunkUse> uses;
    for (std::size_t i = 0; i < content_.chunks.size(); ++i) {
        const auto& root = content_.chunks[i].root;
        const auto spool_file =
            store::spool_chunk_path(content_.upload, static_cast<std::uint32_t>(i));
        auto& use = uses[root];
        const bool kept = use.count > 0 || (txn.view().chunk(root) && files.has_chunk_file(root));
        if (kept) {
            files.drop_spool_file(spool_file);
        } else {
            files.publish_chunk(spool_file, root);
        }
        ++use.count;
        use.length = chunk_length_at(content_.size, i);
    }
    files.create_lease(content_.hash);
    for (const auto& [root, use] : uses) {
        const auto known = txn.view().chunk(root);
        txn.put_chunk(root, {use.length, (known ? known->references : 0) + use.count});
    }
}

// Content whose last owner had gone, and whose chunks are still there.
void CommitContent::revive(store::WriteTxn& txn, FileBatch& files) const
{
    files.create_lease(content_.hash);
    const auto layout = txn.view().layout(content_.hash).value();
    const auto pieces = pieces_of(layout);
    const auto name = torrent_name(content_.name, content_.hash);
    const auto torrent = make_torrent_records({name, content_.size, layout.piece_length, &pieces});
    auto content = record();
    content.kind = store::Kind::chunked;
    content.inline_bytes = {};
    content.has_torrent = true;
    content.v1 = torrent.ids.v1;
    content.v2 = torrent.ids.v2;
    txn.put_content(content_.hash, content);
    put_torrent_records(txn, content_.hash, torrent);
    txn.erase_doomed(content_.hash);
    drop_spool_files(files);
}

void CommitContent::drop_spool_files(FileBatch& files) const
{
    for (auto& file : spool_files()) {
        files.drop_spool_file(std::move(file));
    }
}

void CommitContent::claim(store::WriteTxn& txn)
{
    if (const auto uploaded = txn.view().owned(content_.hash, content_.owner)) {
        result_.uploaded = *uploaded;
        return;
    }
    txn.put_owner({content_.owner, content_.now, content_.hash}, {content_.name});
    result_.uploaded = content_.now;
}

}  // namespace btgw::engine
