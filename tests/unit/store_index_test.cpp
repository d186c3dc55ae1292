#include "child_process.hpp"
#include "shared/digest.hpp"
#include "shared/hex.hpp"
#include "shared/store/index.hpp"
#include "shared/store/lmdb.hpp"
#include "temporary_directory.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/stat.h>

#include <array>
#include <atomic>
#include <chrono>
#include <random>
#include <set>
#include <stdexcept>
#include <thread>

using namespace btgw;
using namespace btgw::store;
using test::ChildProcess;
using test::Pipe;
using test::TemporaryDirectory;

namespace {

constexpr std::size_t tiny_map = 64 << 10;  // bytes: full after a few dozen contents

template <class T>
T filled(std::uint8_t byte)
{
    T out;
    out.bytes.fill(byte);
    return out;
}

Sha256 hash_of(std::uint32_t number)
{
    return sha256(as_bytes(std::to_string(number)));
}

const PublicKey alice = filled<PublicKey>(0xa1);
const PublicKey bob = filled<PublicKey>(0xb0);

// Content that is recognised by its bytes: 3000 times the low byte of its number.
void put_numbered(WriteTxn& txn, std::uint32_t number)
{
    const std::string bytes(3000, static_cast<char>(number));
    Content record;
    record.kind = Kind::in_index;
    record.size = bytes.size();
    record.created = number;
    record.media_type = "application/octet-stream";
    record.inline_bytes = as_bytes(bytes);
    txn.put_content(hash_of(number), record);
    txn.put_owner({alice, number, hash_of(number)}, {"name " + std::to_string(number)});
}

bool is_numbered(const Snapshot& snapshot, std::uint32_t number)
{
    const auto record = snapshot.content(hash_of(number));
    return record && record->created == number && record->size == 3000 &&
           as_chars(record->inline_bytes) == std::string(3000, static_cast<char>(number)) &&
           snapshot.owned(hash_of(number), alice) == number;
}

struct Fixture {
    TemporaryDirectory directory;
    IndexOptions options{directory.path() / "index", std::size_t{1} << 30, 64, true};
};

// Writes into a table behind the index's back.
void put_raw(const IndexOptions& options, const char* table, ByteView key, std::string_view value)
{
    const auto env = lmdb::create_env();
    lmdb::check(mdb_env_set_maxdbs(env.get(), 16), "maxdbs");
    lmdb::check(mdb_env_open(env.get(), options.directory.c_str(), 0, 0660), "open");
    auto txn = lmdb::begin(env.get(), 0);
    MDB_dbi dbi = 0;
    lmdb::check(mdb_dbi_open(txn.get(), table, 0, &dbi), "dbi");
    lmdb::put(txn.get(), dbi, key, as_bytes(value));
    lmdb::commit(std::move(txn));
}

template <class Function>
std::string message_of(Function run)
{
    try {
        run();
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "nothing was thrown";
}

bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

std::vector<std::string> names(const std::optional<std::vector<Listed>>& page)
{
    std::vector<std::string> out;
    for (const auto& row : page.value()) {
        out.push_back(row.name);
    }
    return out;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(store_index, Fixture)

BOOST_AUTO_TEST_CASE(what_is_written_is_read_after_reopening)
{
    const std::vector<PieceHashes> pieces{{filled<PieceRoot>(1), filled<Sha1>(2)}};
    {
        auto index = Index::open_writer(options);
        index.write([&](WriteTxn& txn) {
            put_numbered(txn, 7);
            txn.put_layout(hash_of(7), chunk_length, pieces);
            txn.put_chunk(pieces[0].root, {100, 2});
            txn.put_metainfo(hash_of(7), as_bytes("4:infode"));
            txn.put_doomed(hash_of(8));
        });
    }
    const auto index = Index::open_reader(options);
    const auto snapshot = index.snapshot();
    BOOST_TEST(is_numbered(snapshot, 7));
    BOOST_TEST((snapshot.layout(hash_of(7))->at(0) == pieces[0]));
    BOOST_TEST(snapshot.chunk(pieces[0].root)->references == 2U);
    BOOST_TEST(as_chars(snapshot.metainfo(hash_of(7)).value()) == "4:infode");
    BOOST_TEST(snapshot.doomed(hash_of(8)));
    BOOST_TEST((snapshot.all_doomed() == std::vector{hash_of(8)}));
    BOOST_TEST(snapshot.content_count() == 1U);
    BOOST_TEST(snapshot.has_owner(hash_of(7)));
}

BOOST_AUTO_TEST_CASE(what_is_not_there_is_nothing)
{
    const auto index = Index::open_writer(options);
    const auto snapshot = index.snapshot();
    BOOST_TEST(!snapshot.content(hash_of(1)));
    BOOST_TEST(!snapshot.layout(hash_of(1)));
    BOOST_TEST(!snapshot.chunk(filled<PieceRoot>(1)));
    BOOST_TEST(!snapshot.metainfo(hash_of(1)));
    BOOST_TEST(!snapshot.torrent(filled<InfoHash>(1)));
    BOOST_TEST(!snapshot.torrent(filled<InfoHashV2>(1)));
    BOOST_TEST(!snapshot.owned(hash_of(1), alice));
    BOOST_TEST(!snapshot.has_owner(hash_of(1)));
    BOOST_TEST(!snapshot.doomed(hash_of(1)));
    BOOST_TEST(snapshot.all_doomed().empty());
    BOOST_TEST(snapshot.list(alice, std::nullopt, 10)->empty());
    BOOST_TEST(snapshot.contents_after(std::nullopt, 10).empty());
}

BOOST_AUTO_TEST_CASE(what_is_erased_is_gone_and_erasing_twice_is_no_error)
{
    auto index = Index::open_writer(options);
    index.write([&](WriteTxn& txn) {
        put_numbered(txn, 7);
        txn.put_layout(hash_of(7), chunk_length, {});
        txn.put_chunk(filled<PieceRoot>(1), {});
        txn.put_metainfo(hash_of(7), as_bytes("x"));
        txn.put_torrent(filled<InfoHash>(1).view(), {hash_of(7), TorrentFormat::v1});
        txn.put_doomed(hash_of(7));
    });
    for (int i = 0; i < 2; ++i) {
        index.write([&](WriteTxn& txn) {
            txn.erase_content(hash_of(7));
            txn.erase_layout(hash_of(7));
            txn.erase_chunk(filled<PieceRoot>(1));
            txn.erase_metainfo(hash_of(7));
            txn.erase_torrent(filled<InfoHash>(1).view());
            txn.erase_owner({alice, 7, hash_of(7)});
            txn.erase_doomed(hash_of(7));
        });
    }
    const auto snapshot = index.snapshot();
    BOOST_TEST(!snapshot.content(hash_of(7)));
    BOOST_TEST(!snapshot.layout(hash_of(7)));
    BOOST_TEST(!snapshot.chunk(filled<PieceRoot>(1)));
    BOOST_TEST(!snapshot.metainfo(hash_of(7)));
    BOOST_TEST(!snapshot.torrent(filled<InfoHash>(1)));
    BOOST_TEST(!snapshot.has_owner(hash_of(7)));
    BOOST_TEST(!snapshot.doomed(hash_of(7)));
    BOOST_TEST(snapshot.list(alice, std::nullopt, 10)->empty());
}

BOOST_AUTO_TEST_CASE(a_change_that_throws_leaves_nothing)
{
    auto index = Index::open_writer(options);
    BOOST_CHECK_THROW(index.write([](WriteTxn& txn) {
        put_numbered(txn, 1);
        throw std::runtime_error("no");
    }),
                      std::runtime_error);
    BOOST_TEST(index.snapshot().content_count() == 0U);
    index.write([](WriteTxn& txn) { put_numbered(txn, 2); });
    BOOST_TEST(is_numbered(index.snapshot(), 2));
}

BOOST_AUTO_TEST_CASE(a_write_transaction_sees_its_own_changes)
{
    auto index = Index::open_writer(options);
    index.write([&](WriteTxn& txn) {
        put_numbered(txn, 1);
        BOOST_TEST(is_numbered(txn.view(), 1));
        BOOST_TEST(!index.snapshot().content(hash_of(1)));
        txn.erase_content(hash_of(1));
        BOOST_TEST(!txn.view().content(hash_of(1)));
    });
}

BOOST_AUTO_TEST_CASE(a_snapshot_does_not_see_later_changes)
{
    auto index = Index::open_writer(options);
    const auto before = index.snapshot();
    index.write([](WriteTxn& txn) { put_numbered(txn, 1); });
    BOOST_TEST(!before.content(hash_of(1)));
    BOOST_TEST(is_numbered(index.snapshot(), 1));
}

BOOST_AUTO_TEST_CASE(a_truncated_info_hash_finds_v1_and_v2_torrents)  // BEP 52
{
    auto index = Index::open_writer(options);
    const auto v1 = filled<InfoHash>(0x11);
    const auto v2 = filled<InfoHashV2>(0x22);
    auto other = v2;
    other.bytes.back() = 0;
    index.write([&](WriteTxn& txn) {
        txn.put_torrent(v1.view(), {hash_of(1), TorrentFormat::v1});
        txn.put_torrent(v2.view(), {hash_of(2), TorrentFormat::v2});
        BOOST_CHECK_THROW(txn.put_torrent(as_bytes("short"), {}), std::invalid_argument);
    });
    const auto snapshot = index.snapshot();
    BOOST_TEST((snapshot.torrent(v1)->content == hash_of(1)));
    BOOST_TEST((snapshot.torrent(v1)->format == TorrentFormat::v1));
    BOOST_TEST((snapshot.torrent(truncated(v2))->content == hash_of(2)));
    BOOST_TEST((snapshot.torrent(v2)->format == TorrentFormat::v2));
    BOOST_TEST(!snapshot.torrent(other));
    for (const std::uint8_t byte :
         std::array<std::uint8_t, 6>{0x00, 0x10, 0x12, 0x21, 0x23, 0xff}) {
        BOOST_TEST(!snapshot.torrent(filled<InfoHash>(byte)));
    }
}

BOOST_AUTO_TEST_CASE(listings_are_newest_first_and_paged_by_hash)  // BUD-12
{
    auto index = Index::open_writer(options);
    index.write([](WriteTxn& txn) {
        for (std::uint8_t i = 1; i <= 4; ++i) {  // 2 and 3 came in the same second
            const std::uint64_t second = i == 3 ? 2 : i;
            txn.put_owner({alice, second, filled<Sha256>(i)}, {std::to_string(i)});
        }
        txn.put_owner({bob, 9, filled<Sha256>(2)}, {"bob's"});
        txn.put_owner({filled<PublicKey>(0xff), 1, filled<Sha256>(2)}, {"last key"});
    });
    const auto snapshot = index.snapshot();
    using Names = std::vector<std::string>;
    BOOST_TEST(names(snapshot.list(alice, std::nullopt, 10)) == (Names{"4", "3", "2", "1"}));
    BOOST_TEST(names(snapshot.list(alice, std::nullopt, 3)) == (Names{"4", "3", "2"}));
    BOOST_TEST(names(snapshot.list(alice, filled<Sha256>(3), 1)) == (Names{"2"}));
    BOOST_TEST(names(snapshot.list(alice, filled<Sha256>(2), 10)) == (Names{"1"}));
    BOOST_TEST(names(snapshot.list(alice, filled<Sha256>(1), 10)) == Names{});
    BOOST_TEST(names(snapshot.list(bob, std::nullopt, 10)) == (Names{"bob's"}));
    BOOST_TEST(names(snapshot.list(filled<PublicKey>(0xff), std::nullopt, 10)) ==
               (Names{"last key"}));
    BOOST_TEST(!snapshot.list(bob, filled<Sha256>(1), 10));
    BOOST_TEST(snapshot.list(alice, std::nullopt, 0)->empty());
}

BOOST_AUTO_TEST_CASE(a_content_stands_once_in_an_owners_listing)
{
    auto index = Index::open_writer(options);
    index.write([](WriteTxn& txn) { txn.put_owner({alice, 1, hash_of(1)}, {"old"}); });
    index.write([](WriteTxn& txn) { txn.put_owner({alice, 5, hash_of(1)}, {"new"}); });
    const auto page = index.snapshot().list(alice, std::nullopt, 10);
    BOOST_REQUIRE(page->size() == 1);
    BOOST_TEST(page->front().uploaded == 5U);
    BOOST_TEST(page->front().name == "new");
}

BOOST_AUTO_TEST_CASE(contents_are_scanned_in_slices)
{
    auto index = Index::open_writer(options);
    std::set<Sha256> expected;
    index.write([&](WriteTxn& txn) {
        for (std::uint32_t i = 0; i < 50; ++i) {
            put_numbered(txn, i);
            expected.insert(hash_of(i));
        }
    });
    const auto snapshot = index.snapshot();
    std::vector<Sha256> seen;
    std::optional<Sha256> after;
    for (auto slice = snapshot.contents_after(after, 7); !slice.empty();
         slice = snapshot.contents_after(after, 7)) {
        seen.insert(seen.end(), slice.begin(), slice.end());
        after = seen.back();
    }
    BOOST_TEST((seen == std::vector(expected.begin(), expected.end())));
}

BOOST_AUTO_TEST_CASE(the_map_grows_from_a_tiny_one)
{
    options.map_size = tiny_map;
    auto index = Index::open_writer(options);
    unsigned runs = 0;
    for (std::uint32_t i = 0; i < 300; i += 3) {
        index.write([&](WriteTxn& txn) {
            ++runs;
            for (std::uint32_t j = i; j < i + 3; ++j) {
                put_numbered(txn, j);
            }
        });
    }
    BOOST_TEST(runs > 100U);  // some ran again
    const auto snapshot = index.snapshot();
    for (std::uint32_t i = 0; i < 300; ++i) {
        BOOST_TEST(is_numbered(snapshot, i));
    }
}

BOOST_AUTO_TEST_CASE(readers_in_another_process_follow_a_grown_map)
{
    constexpr std::uint32_t count = 400;
    options.map_size = tiny_map;
    Pipe start;
    Pipe news;
    ChildProcess reader([&] {
        start.receive<char>();
        const auto index = Index::open_reader(options);
        news.send('r');
        for (std::uint32_t seen = 0; seen < count;) {
            const auto snapshot = index.snapshot();
            while (seen < count && is_numbered(snapshot, seen)) {
                ++seen;
            }
            if (snapshot.content_count() != seen) {
                throw std::runtime_error("a snapshot is not consistent");
            }
        }
    });
    auto index = Index::open_writer(options);
    start.send('s');
    news.receive<char>();
    for (std::uint32_t i = 0; i < count; ++i) {
        index.write([&](WriteTxn& txn) { put_numbered(txn, i); });
    }
    BOOST_TEST(reader.wait());
}

BOOST_AUTO_TEST_CASE(threads_read_while_the_map_grows)
{
    constexpr std::uint32_t count = 300;
    options.map_size = tiny_map;
    auto index = Index::open_writer(options);
    std::atomic<bool> done = false;
    std::atomic<int> failures = 0;
    std::vector<std::thread> readers;
    for (int i = 0; i < 3; ++i) {
        readers.emplace_back([&] {
            while (!done) {
                // Nested, as by a handler that looks one thing up while it holds another.
                const auto outer = index.snapshot();
                const auto inner = index.snapshot();
                for (const auto* view : {&outer, &inner}) {
                    const auto all = view->contents_after(std::nullopt, count + 1);
                    failures += all.size() == view->content_count() ? 0 : 1;
                }
            }
        });
    }
    for (std::uint32_t i = 0; i < count; ++i) {
        index.write([&](WriteTxn& txn) { put_numbered(txn, i); });
    }
    done = true;
    for (auto& reader : readers) {
        reader.join();
    }
    BOOST_TEST(failures == 0);
    BOOST_TEST(index.snapshot().content_count() == count);
}

BOOST_AUTO_TEST_CASE(another_format_is_refused_with_advice)
{
    Index::open_writer(options);
    put_raw(options, "meta", as_bytes("format"), std::string_view("\0\0\0\7", 4));
    for (const auto& message : {message_of([&] { Index::open_writer(options); }),
                                message_of([&] { Index::open_reader(options); })}) {
        BOOST_TEST(contains(message, "has format 7"));
        BOOST_TEST(contains(message, "run the release that wrote it"));
        BOOST_TEST(contains(message, options.directory.string()));
    }
}

BOOST_AUTO_TEST_CASE(a_reader_does_not_create_an_index)
{
    BOOST_TEST(contains(message_of([&] { Index::open_reader(options); }), "start the engine"));
    std::filesystem::create_directories(options.directory);
    BOOST_TEST(contains(message_of([&] { Index::open_reader(options); }), "start the engine"));
    BOOST_TEST(std::filesystem::is_empty(options.directory));
}

BOOST_AUTO_TEST_CASE(a_reader_does_not_write)
{
    Index::open_writer(options);
    auto index = Index::open_reader(options);
    BOOST_CHECK_THROW(index.write([](WriteTxn& txn) { put_numbered(txn, 1); }), std::logic_error);
}

BOOST_AUTO_TEST_CASE(a_damaged_record_names_its_table_and_key)
{
    Index::open_writer(options);
    put_raw(options, "content", hash_of(1).view(), "garbage");
    const auto index = Index::open_reader(options);
    const auto message = message_of([&] { (void)index.snapshot().content(hash_of(1)); });
    BOOST_TEST(contains(message, "table content"));
    BOOST_TEST(contains(message, to_hex(hash_of(1))));
}

BOOST_AUTO_TEST_CASE(the_group_may_write_the_files_whatever_the_umask)
{
    const auto before = umask(077);
    Index::open_writer(options);
    umask(before);
    for (const char* file : {"data.mdb", "lock.mdb"}) {
        struct stat info {};
        BOOST_REQUIRE(stat((options.directory / file).c_str(), &info) == 0);
        BOOST_TEST((info.st_mode & ALLPERMS) == 0660U);
    }
    struct stat info {};
    BOOST_REQUIRE(stat(options.directory.c_str(), &info) == 0);
    BOOST_TEST((info.st_mode & ALLPERMS) == 02770U);
}

BOOST_AUTO_TEST_CASE(relaxed_durability_reads_what_it_wrote)
{
    options.durable = false;
    auto index = Index::open_writer(options);
    index.write([](WriteTxn& txn) { put_numbered(txn, 1); });
    BOOST_TEST(is_numbered(index.snapshot(), 1));
}

BOOST_AUTO_TEST_CASE(slots_of_killed_readers_are_freed)
{
    Index::open_writer(options);
    Pipe news;
    ChildProcess reader([&] {
        const auto index = Index::open_reader(options);
        const auto snapshot = index.snapshot();
        news.send('r');
        pause();
    });
    news.receive<char>();
    const auto index = Index::open_reader(options);
    BOOST_TEST(index.clear_dead_readers() == 0);
    reader.kill_now();
    BOOST_TEST(index.clear_dead_readers() == 1);
}

BOOST_AUTO_TEST_CASE(a_full_table_of_dead_readers_stops_nobody)
{
    options.max_readers = 4;
    Index::open_writer(options);
    Pipe start;
    Pipe news;
    ChildProcess reader([&] {
        start.receive<char>();
        const auto index = Index::open_reader(options);
        std::vector<Snapshot> all;
        for (unsigned i = 0; i < options.max_readers; ++i) {
            all.push_back(index.snapshot());
        }
        news.send('r');
        pause();
    });
    const auto index = Index::open_reader(options);
    start.send('s');
    news.receive<char>();
    BOOST_TEST(contains(message_of([&] { (void)index.snapshot(); }), "MDB_READERS_FULL"));
    reader.kill_now();
    BOOST_TEST(index.snapshot().content_count() == 0U);
}

BOOST_AUTO_TEST_CASE(a_writer_killed_at_any_point_loses_nothing_that_it_reported)
{
    options.map_size = tiny_map;
    std::minstd_rand random(1);
    std::uint32_t next = 0;
    for (int round = 0; round < 12; ++round) {
        Pipe committed;
        ChildProcess writer([&] {
            auto index = Index::open_writer(options);
            for (std::uint32_t i = next;; ++i) {
                index.write([&](WriteTxn& txn) { put_numbered(txn, i); });
                committed.send(i);
            }
        });
        committed.close_writer();
        next = committed.receive<std::uint32_t>().value() + 1;
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 30000));
        writer.kill_now();
        while (const auto number = committed.receive<std::uint32_t>()) {
            next = *number + 1;
        }
        const auto index = Index::open_writer(options);
        const auto snapshot = index.snapshot();
        for (std::uint32_t i = 0; i < next; ++i) {
            BOOST_REQUIRE(is_numbered(snapshot, i));
        }
        const auto count = snapshot.content_count();
        BOOST_TEST(count <= next + 1);  // one may have been committed and not reported
        BOOST_TEST(snapshot.contents_after(std::nullopt, count + 1).size() == count);
        BOOST_TEST(snapshot.list(alice, std::nullopt, count + 1)->size() == count);
    }
}

BOOST_AUTO_TEST_SUITE_END()
