// The operations of the store writer against a real index and real files: publish, share, delete,
// bring back, and do it again when the transaction has to.
#include "engine/batch_commit.hpp"
#include "engine/commit_content.hpp"
#include "engine/put_torrent.hpp"
#include "engine/reap_doomed.hpp"
#include "engine/remove_owner.hpp"
#include "engine/store_writer.hpp"
#include "engine/sweep_orphan.hpp"
#include "shared/digest.hpp"
#include "temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <fstream>

using namespace btgw;
using namespace btgw::engine;

namespace {

constexpr std::uint64_t now = 1'700'000'000;

PublicKey key(std::uint8_t byte)
{
    PublicKey out;
    out.bytes.fill(byte);
    return out;
}

const PublicKey alice = key(0xa1);
const PublicKey bob = key(0xb0);

store::IndexOptions options_for(const std::filesystem::path& storage, std::size_t map_size)
{
    store::make_directories(storage);
    store::IndexOptions out;
    out.directory = storage / "index";
    out.map_size = map_size;
    return out;
}

struct Storage {
    explicit Storage(std::size_t map_size = std::size_t{1} << 30)
        : index(store::Index::open_writer(options_for(directory.path(), map_size)))
    {
    }

    // ---- uploads ----

    void write(const std::string& file, std::string_view bytes) const
    {
        std::ofstream(directory.path() / file) << bytes;
    }

    NewContent blob(const std::string& upload, const std::string& bytes) const
    {
        write(store::spool_path(upload), bytes);
        auto out = content(upload, bytes);
        out.kind = store::Kind::blob;
        return out;
    }

    // Each part stands for a chunk: what matters here is names, not lengths.
    NewContent chunked(const std::string& upload, const std::vector<std::string>& parts) const
    {
        std::string all;
        auto out = content(upload, "");
        out.kind = store::Kind::chunked;
        for (std::uint32_t i = 0; i < parts.size(); ++i) {
            write(store::spool_chunk_path(upload, i), parts[i]);
            out.chunks.push_back(
                bittorrent::hash_piece(as_bytes(parts[i]), store::chunk_length, false));
            all += parts[i];
        }
        out.hash = sha256(as_bytes(all));
        out.size = (parts.size() - 1) * std::uint64_t{store::chunk_length} + parts.back().size();
        const auto name = torrent_name(out.name, out.hash);
        out.torrent = make_torrent_records({name, out.size, store::chunk_length, &out.chunks});
        return out;
    }

    static NewContent content(const std::string& upload, const std::string& bytes)
    {
        NewContent out;
        out.upload = upload;
        out.hash = sha256(as_bytes(bytes));
        out.size = bytes.size();
        out.media_type = "text/plain";
        out.name = "name of " + upload;
        out.owner = alice;
        out.now = now;
        return out;
    }

    // ---- operations, alone in their batch unless queued ----

    using Committed = tl::expected<CommitResult, wire::Refused>;
    using Removed = tl::expected<RemoveResult, wire::Refused>;

    Committed commit(NewContent what)
    {
        Committed out;
        queue(std::move(what), out);
        run();
        return out;
    }

    void queue(NewContent what, Committed& result)
    {
        batch.push_back(std::make_unique<CommitContent>(
            std::move(what), [&result](Committed answer) { result = std::move(answer); }));
    }

    Removed remove(const Sha256& hash, const PublicKey& owner)
    {
        Removed out;
        queue_remove(hash, owner, out);
        run();
        return out;
    }

    void queue_remove(const Sha256& hash, const PublicKey& owner, Removed& result)
    {
        batch.push_back(std::make_unique<RemoveOwner>(
            hash, owner, [&result](Removed answer) { result = std::move(answer); }));
    }

    bool reap(const Sha256& hash)
    {
        bool out = false;
        batch.push_back(std::make_unique<ReapDoomed>(
            hash, FileDescriptor{},
            [&out](const tl::expected<ReapResult, wire::Refused>& r) { out = r && r->reaped; }));
        run();
        return out;
    }

    void run()
    {
        FileBatch files(directory.path(), cache, true);
        commit_batch(index, files, batch);
        batch.clear();
    }

    // ---- what is there ----

    [[nodiscard]] bool has(const std::string& file) const
    {
        return std::filesystem::exists(directory.path() / file);
    }

    [[nodiscard]] std::size_t count(const std::string& top) const
    {
        std::size_t out = 0;
        for (const auto& e :
             std::filesystem::recursive_directory_iterator(directory.path() / top)) {
            out += e.is_regular_file() ? 1 : 0;
        }
        return out;
    }

    [[nodiscard]] std::uint32_t references(const std::string& part) const
    {
        const auto root = bittorrent::hash_piece(as_bytes(part), store::chunk_length, false).root;
        const auto chunk = index.snapshot().chunk(root);
        return chunk ? chunk->references : 0;
    }

    test::TemporaryDirectory directory;
    store::Index index;
    FileCache cache{directory.path(), 16};
    StoreOperations batch;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(engine_store_writer, Storage)

BOOST_AUTO_TEST_CASE(a_blob_is_published_and_listed)
{
    const auto what = blob("1", "hello");
    const auto result = commit(what);
    BOOST_TEST(!result->existed);
    BOOST_TEST(result->uploaded == now);
    BOOST_TEST(!result->torrent_made);
    BOOST_TEST(has(store::blob_path(what.hash)));
    BOOST_TEST(count("spool") == 0u);
    const auto snapshot = index.snapshot();
    BOOST_TEST(snapshot.content(what.hash)->name == "name of 1");
    BOOST_TEST(snapshot.owned(what.hash, alice).value() == now);
}

BOOST_AUTO_TEST_CASE(inline_content_lies_in_the_index)
{
    auto what = content("1", "tiny");
    what.kind = store::Kind::in_index;
    what.inline_bytes = "tiny";
    BOOST_TEST(commit(what).has_value());
    BOOST_TEST(as_chars(index.snapshot().content(what.hash)->inline_bytes) == "tiny");
    BOOST_TEST(remove(what.hash, alice)->last_owner);
    BOOST_TEST(!index.snapshot().content(what.hash));
}

BOOST_AUTO_TEST_CASE(the_same_upload_again_changes_nothing_and_leaves_no_spool_file)
{
    commit(blob("1", "hello"));
    auto again = blob("2", "hello");
    again.now = now + 5;
    const auto result = commit(again);
    BOOST_TEST(result->existed);
    BOOST_TEST(result->uploaded == now);
    BOOST_TEST(count("spool") == 0u);
    BOOST_TEST(index.snapshot().list(alice, {}, 10)->size() == 1u);
}

BOOST_AUTO_TEST_CASE(content_lives_while_it_has_an_owner)
{
    const auto what = blob("1", "hello");
    commit(what);
    auto second = blob("2", "hello");
    second.owner = bob;
    second.now = now + 5;
    BOOST_TEST(commit(second)->uploaded == now + 5);
    BOOST_TEST(!remove(what.hash, alice)->last_owner);
    BOOST_TEST(has(store::blob_path(what.hash)));
    BOOST_TEST(remove(what.hash, alice).error().status == 403);
    BOOST_TEST(remove(what.hash, bob)->last_owner);
    BOOST_TEST(!has(store::blob_path(what.hash)));
    BOOST_TEST(remove(what.hash, bob).error().status == 404);
}

BOOST_AUTO_TEST_CASE(equal_chunks_are_stored_once_and_counted)
{
    const auto what = chunked("1", {"a", "b", "a", "tail"});
    BOOST_TEST(commit(what)->torrent_made);
    BOOST_TEST(count("chunks") == 3u);
    BOOST_TEST(count("spool") == 0u);
    BOOST_TEST(references("a") == 2u);
    BOOST_TEST(has(store::lease_path(what.hash)));
    const auto snapshot = index.snapshot();
    BOOST_TEST(snapshot.layout(what.hash)->size() == 4u);
    BOOST_TEST(snapshot.chunk(what.chunks[3].root)->length == 4u);
    BOOST_CHECK(snapshot.torrent(what.torrent.ids.v1)->content == what.hash);
    BOOST_CHECK(snapshot.torrent(what.torrent.ids.hybrid_v2)->format ==
                store::TorrentFormat::hybrid);
    BOOST_TEST(as_chars(*snapshot.metainfo(what.hash)) == what.torrent.metainfo);
}

BOOST_AUTO_TEST_CASE(deleting_one_content_keeps_the_chunks_of_another)
{
    const auto first = chunked("1", {"a", "b"});
    const auto second = chunked("2", {"b", "c"});
    commit(first);
    commit(second);
    const auto removed = remove(first.hash, alice);
    BOOST_TEST(removed->last_owner);
    BOOST_CHECK(removed->torrent->hybrid_v2 == first.torrent.ids.hybrid_v2);
    BOOST_TEST(reap(first.hash));
    BOOST_TEST(count("chunks") == 2u);
    BOOST_TEST(references("a") == 0u);
    BOOST_TEST(references("b") == 1u);
    BOOST_TEST(!has(store::lease_path(first.hash)));
    BOOST_TEST(has(store::lease_path(second.hash)));
}

BOOST_AUTO_TEST_CASE(doomed_content_is_gone_at_once_but_for_layout_and_chunks)
{
    const auto what = chunked("1", {"a", "b"});
    commit(what);
    remove(what.hash, alice);
    const auto snapshot = index.snapshot();
    BOOST_TEST(snapshot.doomed(what.hash));
    BOOST_TEST(!snapshot.content(what.hash));
    BOOST_TEST(!snapshot.metainfo(what.hash));
    BOOST_TEST(!snapshot.torrent(what.torrent.ids.v1));
    BOOST_TEST(!snapshot.torrent(what.torrent.ids.v2));
    BOOST_TEST(!snapshot.torrent(what.torrent.ids.hybrid_v1));
    BOOST_TEST(!snapshot.torrent(what.torrent.ids.hybrid_v2));
    BOOST_TEST(snapshot.layout(what.hash)->size() == 2u);
    BOOST_TEST(count("chunks") == 2u);
}

BOOST_AUTO_TEST_CASE(doomed_content_that_is_uploaded_again_comes_back)
{
    const auto what = chunked("1", {"a", "b"});
    commit(what);
    remove(what.hash, alice);
    const auto again = chunked("2", {"a", "b"});
    const auto result = commit(again);
    BOOST_TEST(!result->existed);
    BOOST_TEST(result->torrent_made);
    BOOST_TEST(!reap(what.hash));
    BOOST_TEST(count("chunks") == 2u);
    BOOST_TEST(count("spool") == 0u);
    BOOST_TEST(references("a") == 1u);
    const auto snapshot = index.snapshot();
    BOOST_TEST(!snapshot.doomed(what.hash));
    BOOST_CHECK(snapshot.content(what.hash)->v1 == again.torrent.ids.v1);
    BOOST_TEST(as_chars(*snapshot.metainfo(what.hash)) == again.torrent.metainfo);
}

BOOST_AUTO_TEST_CASE(a_chunk_released_and_wanted_in_one_batch_stays)
{
    const auto first = chunked("1", {"a", "b"});
    commit(first);
    remove(first.hash, alice);
    Committed result;
    batch.push_back(std::make_unique<ReapDoomed>(first.hash, FileDescriptor{}, [](const auto&) {}));
    queue(chunked("2", {"a", "c"}), result);
    run();
    BOOST_TEST(result.has_value());
    BOOST_TEST(references("a") == 1u);
    BOOST_TEST(count("chunks") == 2u);
}

BOOST_AUTO_TEST_CASE(one_refused_operation_does_not_spoil_its_batch)
{
    const auto broken = chunked("1", {"a", "b", "c"});
    std::filesystem::remove(directory.path() / store::spool_chunk_path("1", 1));
    auto lost = blob("2", "lost");
    std::filesystem::remove(directory.path() / store::spool_path("2"));
    const auto good = blob("3", "good");
    Committed results[3];
    queue(broken, results[0]);
    queue(lost, results[1]);
    queue(good, results[2]);
    run();
    BOOST_TEST(results[0].error().status == 500);
    BOOST_TEST(results[1].error().status == 500);
    BOOST_TEST(results[2].has_value());
    BOOST_TEST(count("chunks") == 0u);
    BOOST_TEST(count("spool") == 0u);
    BOOST_TEST(!index.snapshot().content(broken.hash));
}

BOOST_AUTO_TEST_CASE(the_same_content_twice_in_one_batch_is_stored_once)
{
    Committed results[2];
    queue(chunked("1", {"a", "b"}), results[0]);
    queue(chunked("2", {"a", "b"}), results[1]);
    run();
    BOOST_TEST(!results[0]->existed);
    BOOST_TEST(results[1]->existed);
    BOOST_TEST(references("a") == 1u);
    BOOST_TEST(count("chunks") == 2u);
    BOOST_TEST(count("spool") == 0u);
}

BOOST_AUTO_TEST_CASE(a_lost_file_comes_back_with_the_next_upload)
{
    const auto what = blob("1", "hello");
    const auto large = chunked("2", {"a", "b"});
    commit(what);
    commit(large);
    std::filesystem::remove(directory.path() / store::blob_path(what.hash));
    std::filesystem::remove(directory.path() / store::chunk_path(large.chunks[0].root));
    commit(blob("3", "hello"));
    commit(chunked("4", {"a", "c"}));
    BOOST_TEST(has(store::blob_path(what.hash)));
    BOOST_TEST(has(store::chunk_path(large.chunks[0].root)));
    BOOST_TEST(references("a") == 2u);
}

BOOST_AUTO_TEST_CASE(a_blob_gets_its_torrent_once)
{
    const auto what = blob("1", "hello");
    commit(what);
    NewTorrent torrent;
    torrent.content = what.hash;
    torrent.piece_length = 16384;
    torrent.pieces = {bittorrent::hash_piece(as_bytes("hello"), 16384, true)};
    torrent.records = make_torrent_records({"name of 1", 5, 16384, &torrent.pieces});
    for (int i = 0; i < 2; ++i) {
        bool made = false;
        batch.push_back(std::make_unique<PutTorrent>(
            torrent, [&made](const auto& result) { made = result.has_value(); }));
        run();
        BOOST_TEST(made);
    }
    BOOST_TEST(index.snapshot().content(what.hash)->has_torrent);
    BOOST_TEST(index.snapshot().content(what.hash)->media_type == "text/plain");
    BOOST_CHECK(remove(what.hash, alice)->torrent->hybrid_v2 == torrent.records.ids.hybrid_v2);
    const auto snapshot = index.snapshot();
    BOOST_TEST(!snapshot.layout(what.hash));
    BOOST_TEST(!snapshot.torrent(torrent.records.ids.hybrid_v1));
}

BOOST_AUTO_TEST_CASE(only_files_without_an_entry_are_swept)
{
    const auto kept = blob("1", "kept");
    commit(kept);
    Sha256 orphan;
    orphan.bytes.fill(7);
    std::filesystem::create_directories(directory.path() / "blobs/07/07");
    write(store::blob_path(orphan), "x");
    batch.push_back(std::make_unique<SweepOrphans>(
        std::vector<Orphan>{{Orphan::Place::blobs, orphan}, {Orphan::Place::blobs, kept.hash}}));
    run();
    BOOST_TEST(!has(store::blob_path(orphan)));
    BOOST_TEST(has(store::blob_path(kept.hash)));
}

BOOST_AUTO_TEST_CASE(a_batch_that_outgrows_the_map_runs_again)
{
    Storage small(64 << 10);
    std::vector<Committed> results(100);
    for (std::size_t i = 0; i < results.size(); ++i) {
        const auto upload = std::to_string(i);
        auto what = small.chunked(upload, {"shared", "part " + upload});
        small.queue(std::move(what), results[i]);
    }
    small.run();
    for (const auto& result : results) {
        BOOST_TEST(result.has_value());
        BOOST_TEST(!result->existed);
    }
    BOOST_TEST(small.references("shared") == 100u);
    BOOST_TEST(small.count("chunks") == 101u);
    BOOST_TEST(small.count("spool") == 0u);
    BOOST_TEST(small.index.snapshot().content_count() == 100u);
}

BOOST_AUTO_TEST_CASE(the_thread_answers_all_that_was_submitted_before_it_stops)
{
    StoreWriter writer(index, cache, directory.path(), true);
    std::atomic<int> answered = 0;
    writer.start();
    for (int i = 0; i < 1000; ++i) {
        auto what = content(std::to_string(i), std::to_string(i));
        what.kind = store::Kind::in_index;
        what.inline_bytes = std::to_string(i);
        writer.submit(std::make_unique<CommitContent>(
            std::move(what), [&answered](const auto& result) { answered += result ? 1 : 0; }));
    }
    writer.stop();
    BOOST_TEST(answered == 1000);
    BOOST_TEST(index.snapshot().content_count() == 1000u);
}

BOOST_AUTO_TEST_SUITE_END()
