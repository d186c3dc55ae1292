#include "child_process.hpp"
#include "shared/big_endian.hpp"
#include "shared/store/lmdb.hpp"
#include "shared/swarm/swarm_store.hpp"
#include "shared/swarm/writer_lock.hpp"
#include "temporary_directory.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/stat.h>

#include <chrono>
#include <fstream>
#include <map>
#include <ostream>
#include <set>
#include <stdexcept>
#include <thread>

namespace btgw::bittorrent {

std::ostream& operator<<(std::ostream& out, const Counters& counters)
{
    return out << counters.complete << " seeds, " << counters.incomplete << " leechers ("
               << counters.paused << " paused), " << counters.downloaded << " downloaded";
}

}  // namespace btgw::bittorrent

using namespace btgw;
using namespace btgw::swarm;
using test::ChildProcess;
using test::Pipe;
using test::TemporaryDirectory;

namespace {

constexpr std::uint32_t start = 1'700'000'000;  // Unix seconds
constexpr std::uint32_t all = 1'000'000;        // as `want`: every peer of the swarms here
constexpr std::uint32_t max_age = 3600;

InfoHash hash_of(std::uint32_t number)
{
    InfoHash out;
    out.bytes.fill(0x5a);
    store_be(number, out.bytes.data() + 16);
    return out;
}

Endpoint endpoint(std::uint32_t number, bool v6 = false, std::uint16_t port = 6881)
{
    Endpoint out;
    out.v6 = v6;
    out.address.fill(0);
    store_be(number, out.address.data());
    out.port = port;
    return out;
}

Update leecher(std::uint32_t number, std::uint32_t swarm = 1)
{
    Update out;
    out.info_hash = hash_of(swarm);
    out.peer = endpoint(number);
    return out;
}

Update seed(std::uint32_t number, std::uint32_t swarm = 1)
{
    auto out = leecher(number, swarm);
    out.seed = true;
    return out;
}

Update completed(Update update)
{
    update.seed = update.completed = true;
    return update;
}

Update stopped(Update update)
{
    update.stopped = true;
    return update;
}

Update paused(Update update)
{
    update.paused = true;
    return update;
}

Counters counted(std::uint32_t complete, std::uint32_t incomplete, std::uint32_t downloaded,
                 std::uint32_t paused = 0)
{
    return {complete, incomplete, downloaded, paused};
}

// Other processes hold the lock for moments only.
void write(SwarmStore& store, const std::vector<Update>& updates, std::uint32_t now = start)
{
    while (!store.write(updates, now)) {
        std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
}

struct Fixture {
    TemporaryDirectory directory;
    SwarmOptions options{directory.path() / "swarm", std::size_t{256} << 20, 64};
    std::minstd_rand random{42};

    std::set<Endpoint> ask(const SwarmStore& store, std::uint32_t swarm = 1, bool seeds_too = true,
                           std::uint32_t want = all, std::uint32_t now = start)
    {
        const auto sample =
            store.sample({hash_of(swarm), endpoint(0), seeds_too, want}, now, max_age, random);
        std::set<Endpoint> out;
        for (const auto& peer : sample.peers) {
            BOOST_TEST(out.insert(peer.endpoint).second, "a peer was given twice");
        }
        return out;
    }
};

// ---- The slow, obvious model ----

struct ModelPeer {
    bool seed = false;
    bool paused = false;
    bool counted = false;
    std::uint32_t seen = 0;
};

struct Model {
    std::map<InfoHash, std::map<Endpoint, ModelPeer>> swarms;
    std::map<InfoHash, std::uint32_t> downloaded;

    void write(const Update& update, std::uint32_t now)
    {
        auto& peers = swarms[update.info_hash];
        const auto known = peers.find(update.peer);
        const bool seed_now = update.seed || (update.completed && !update.stopped);
        if (known != peers.end() && seed_now && !known->second.seed && !known->second.counted) {
            ++downloaded[update.info_hash];
            known->second.counted = true;
        }
        if (update.stopped) {
            peers.erase(update.peer);
            return;
        }
        const bool was_counted = known != peers.end() ? known->second.counted : update.completed;
        peers[update.peer] = {seed_now, update.paused && !seed_now, was_counted, now};
    }

    void expire(std::uint32_t before)
    {
        for (auto& [hash, peers] : swarms) {
            std::erase_if(peers, [&](const auto& entry) { return entry.second.seen < before; });
        }
    }

    Counters counters(const InfoHash& hash)
    {
        Counters out;
        out.downloaded = downloaded[hash];
        for (const auto& [peer, state] : swarms[hash]) {
            ++(state.seed ? out.complete : out.incomplete);
            out.paused += state.paused ? 1 : 0;
        }
        return out;
    }

    std::set<Endpoint> reachable(const InfoHash& hash, bool seeds_too, std::uint32_t oldest)
    {
        std::set<Endpoint> out;
        for (const auto& [peer, state] : swarms[hash]) {
            if (peer.port > 1 && state.seen >= oldest && (seeds_too || !state.seed)) {
                out.insert(peer);
            }
        }
        return out;
    }
};

// From a few swarms and many endpoints, so that peers come back in every state.
Update random_update(std::minstd_rand& random, std::uint32_t swarms, std::uint32_t peers)
{
    Update out;
    out.info_hash = hash_of(static_cast<std::uint32_t>(random() % swarms));
    const auto number = 1 + static_cast<std::uint32_t>(random() % peers);
    const auto port = static_cast<std::uint16_t>(number % 20 == 0 ? number % 3 : 6881);
    out.peer = endpoint(number, random() % 4 == 0, port);
    out.seed = random() % 3 == 0;
    out.paused = random() % 8 == 0;
    out.stopped = random() % 5 == 0;
    out.completed = random() % 6 == 0;
    return out;
}

// What the store says of a swarm must add up, whoever wrote it.
void check_adds_up(Fixture& fixture, const SwarmStore& store, std::uint32_t swarm)
{
    const auto counters = store.counters(hash_of(swarm));
    BOOST_TEST(fixture.ask(store, swarm).size() == counters.complete + counters.incomplete);
    BOOST_TEST(fixture.ask(store, swarm, false).size() == counters.incomplete);
}

void patch(const std::filesystem::path& file, std::streamoff offset, std::string_view bytes)
{
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(offset);
    stream.write(bytes.data(), std::streamsize(bytes.size()));
    BOOST_REQUIRE(stream.good());
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(swarm_swarm_store, Fixture)

// ---- Counting ----

BOOST_AUTO_TEST_CASE(seeds_leechers_and_partial_seeds_are_counted)  // BEP 21, 48
{
    SwarmStore store(options);
    write(store, {seed(1), leecher(2), paused(leecher(3)), paused(seed(4))});
    BOOST_TEST(store.counters(hash_of(1)) == counted(2, 2, 0, 1));
    BOOST_TEST(store.counters(hash_of(2)) == counted(0, 0, 0));
}

BOOST_AUTO_TEST_CASE(announcing_again_counts_once)
{
    SwarmStore store(options);
    write(store, {seed(1), seed(1), leecher(2), leecher(2)});
    write(store, {seed(1), leecher(2)});
    BOOST_TEST(store.counters(hash_of(1)) == counted(1, 1, 0));
}

BOOST_AUTO_TEST_CASE(a_download_is_counted_once_a_peer)
{
    SwarmStore store(options);
    write(store, {leecher(1), completed(leecher(1)), completed(leecher(1))});
    BOOST_TEST(store.counters(hash_of(1)) == counted(1, 0, 1));
    write(store, {leecher(1), completed(leecher(1))});  // checked its files, and completed again
    BOOST_TEST(store.counters(hash_of(1)) == counted(1, 0, 1));
}

BOOST_AUTO_TEST_CASE(a_leecher_that_comes_back_as_a_seed_has_downloaded)  // aria2, rtorrent
{
    SwarmStore store(options);
    write(store, {leecher(1), seed(1), leecher(2), stopped(seed(2))});
    BOOST_TEST(store.counters(hash_of(1)) == counted(1, 0, 2));
}

BOOST_AUTO_TEST_CASE(completed_from_an_unknown_peer_makes_a_seed_and_counts_no_download)
{
    SwarmStore store(options);
    write(store, {completed(leecher(1))});
    BOOST_TEST(store.counters(hash_of(1)) == counted(1, 0, 0));
}

BOOST_AUTO_TEST_CASE(stopping_follows_what_is_stored_not_what_is_said)  // WebTorrent: left=16384
{
    SwarmStore store(options);
    write(store, {seed(1), leecher(2)});
    write(store, {stopped(leecher(1))});
    BOOST_TEST(store.counters(hash_of(1)) == counted(0, 1, 0));
}

BOOST_AUTO_TEST_CASE(stopped_from_an_unknown_peer_inserts_nothing)
{
    SwarmStore store(options);
    write(store, {stopped(leecher(1)), stopped(seed(2))});
    BOOST_TEST(store.counters(hash_of(1)) == counted(0, 0, 0));
    BOOST_TEST(ask(store).empty());
}

BOOST_AUTO_TEST_CASE(downloads_are_remembered_when_the_swarm_is_empty)
{
    SwarmStore store(options);
    write(store, {leecher(1), completed(leecher(1)), stopped(leecher(1))});
    BOOST_TEST(store.counters(hash_of(1)) == counted(0, 0, 1));
}

// ---- Sampling ----

BOOST_AUTO_TEST_CASE(nobody_is_given_to_themselves)
{
    SwarmStore store(options);
    write(store, {leecher(1), leecher(2)});
    const auto sample = store.sample({hash_of(1), endpoint(1), true, 50}, start, max_age, random);
    BOOST_REQUIRE(sample.peers.size() == 1);
    BOOST_TEST((sample.peers[0].endpoint == endpoint(2)));
    BOOST_TEST(sample.counters == counted(0, 2, 0));
}

BOOST_AUTO_TEST_CASE(two_peers_behind_one_address_are_two)
{
    SwarmStore store(options);
    auto other = leecher(1);
    other.peer.port = 6882;
    write(store, {leecher(1), other});
    const auto sample = store.sample({hash_of(1), endpoint(1), true, 50}, start, max_age, random);
    BOOST_REQUIRE(sample.peers.size() == 1);
    BOOST_TEST((sample.peers[0].endpoint == other.peer));
}

BOOST_AUTO_TEST_CASE(seeds_are_not_given_to_seeds)
{
    SwarmStore store(options);
    write(store, {leecher(1), seed(2), paused(leecher(3))});
    BOOST_TEST((ask(store, 1, false) == std::set{endpoint(1), endpoint(3)}));
    BOOST_TEST(ask(store, 1, true).size() == 3U);
}

BOOST_AUTO_TEST_CASE(peers_that_cannot_be_reached_are_counted_but_not_given)
{
    SwarmStore store(options);
    auto port_0 = leecher(1);
    port_0.peer.port = 0;
    auto port_1 = leecher(2);
    port_1.peer.port = 1;
    write(store, {port_0, port_1, leecher(3)});
    BOOST_TEST(store.counters(hash_of(1)) == counted(0, 3, 0));
    BOOST_TEST((ask(store) == std::set{endpoint(3)}));
}

BOOST_AUTO_TEST_CASE(old_peers_are_not_given)
{
    SwarmStore store(options);
    write(store, {leecher(1)}, start);
    write(store, {leecher(2)}, start + 1);
    BOOST_TEST((ask(store, 1, true, all, start + max_age + 1) == std::set{endpoint(2)}));
}

BOOST_AUTO_TEST_CASE(want_is_a_limit_and_none_means_none)
{
    SwarmStore store(options);
    std::vector<Update> updates;
    for (std::uint32_t i = 1; i <= 500; ++i) {
        updates.push_back(leecher(i));
        updates.back().peer = endpoint(i, i % 3 == 0);
    }
    write(store, updates);
    for (const std::uint32_t want : {0U, 1U, 2U, 7U, 50U, 200U, 499U, 500U, 501U}) {
        BOOST_TEST(ask(store, 1, true, want).size() == std::min(want, 500U));
    }
}

BOOST_AUTO_TEST_CASE(both_families_get_their_share)
{
    SwarmStore store(options);
    std::vector<Update> updates;
    for (std::uint32_t i = 1; i <= 400; ++i) {
        updates.push_back(leecher(i));
        updates.back().peer = endpoint(i, i % 4 == 0);
    }
    write(store, updates);
    std::size_t of_v6 = 0;
    for (int i = 0; i < 200; ++i) {
        for (const auto& peer : ask(store, 1, true, 10)) {
            of_v6 += peer.v6 ? 1 : 0;
        }
    }
    BOOST_TEST(of_v6 > 400U);  // 500 of 2000 expected
    BOOST_TEST(of_v6 < 600U);
}

BOOST_AUTO_TEST_CASE(the_id_that_was_announced_last_is_given)
{
    SwarmStore store(options);
    auto update = leecher(1);
    update.id.bytes.fill('a');
    write(store, {update});
    update.id.bytes.fill('b');
    write(store, {update});
    const auto sample = store.sample({hash_of(1), endpoint(2), true, 50}, start, max_age, random);
    BOOST_REQUIRE(sample.peers.size() == 1);
    BOOST_TEST(sample.peers[0].id.chars() == std::string(20, 'b'));
}

BOOST_AUTO_TEST_CASE(every_peer_is_given_about_as_often)
{
    constexpr std::uint32_t peers = 1000;
    constexpr std::uint32_t expected = 100;
    SwarmStore store(options);
    std::vector<Update> updates;
    for (std::uint32_t i = 1; i <= peers; ++i) {
        updates.push_back(leecher(i));
    }
    write(store, updates);
    std::map<Endpoint, std::uint32_t> given;
    for (std::uint32_t i = 0; i < expected * peers / 50; ++i) {
        for (const auto& peer : ask(store, 1, true, 50)) {
            ++given[peer];
        }
    }
    BOOST_TEST(given.size() == peers);
    for (const auto& [peer, times] : given) {
        BOOST_TEST(times > expected / 3);
        BOOST_TEST(times < expected * 2);
    }
}

BOOST_AUTO_TEST_CASE(a_search_among_thousands_of_seeds_is_bounded)
{
    SwarmStore store(options);
    std::vector<Update> updates{leecher(1)};
    for (std::uint32_t i = 2; i <= 20'000; ++i) {
        updates.push_back(seed(i));
    }
    write(store, updates);
    int found = 0;
    for (int i = 0; i < 100; ++i) {
        found += static_cast<int>(ask(store, 1, false, 50).size());
    }
    BOOST_TEST(found < 20);  // a look at 250 of 20,000 records finds it once in 80 times
}

// ---- Expiry ----

BOOST_AUTO_TEST_CASE(counters_fall_as_peers_expire_in_slices)
{
    SwarmStore store(options);
    std::vector<Update> old_ones;
    std::vector<Update> new_ones;
    for (std::uint32_t i = 1; i <= 300; ++i) {
        auto& updates = i % 3 == 0 ? new_ones : old_ones;
        updates.push_back(i % 2 == 0 ? seed(i, i % 7) : leecher(i, i % 7));
        updates.back().peer = endpoint(i, i % 5 == 0);
    }
    write(store, old_ones, start);
    write(store, new_ones, start + 10);
    for (int i = 0; i < 300 / 17 + 2; ++i) {
        BOOST_TEST(store.expire(start + 10, 17));
    }
    std::size_t left = 0;
    for (std::uint32_t swarm = 0; swarm < 7; ++swarm) {
        check_adds_up(*this, store, swarm);
        left += ask(store, swarm).size();
    }
    BOOST_TEST(left == new_ones.size());
}

BOOST_AUTO_TEST_CASE(a_scan_that_has_ended_starts_again)
{
    SwarmStore store(options);
    write(store, {leecher(1)}, start);
    BOOST_TEST(store.expire(start, 100));
    BOOST_TEST(store.expire(start, 100));
    BOOST_TEST(store.counters(hash_of(1)) == counted(0, 1, 0));
    BOOST_TEST(store.expire(start + 1, 100));
    BOOST_TEST(store.counters(hash_of(1)) == counted(0, 0, 0));
    BOOST_TEST(store.expire(start + 1, 100));
}

BOOST_AUTO_TEST_CASE(expiry_keeps_the_number_of_downloads)
{
    SwarmStore store(options);
    write(store, {leecher(1), completed(leecher(1))});
    BOOST_TEST(store.expire(start + 1, 100));
    BOOST_TEST(store.counters(hash_of(1)) == counted(0, 0, 1));
}

// ---- Against the model ----

void run_against_model(Fixture& fixture, std::uint32_t swarms, std::uint32_t peers, int rounds)
{
    SwarmStore store(fixture.options);
    Model model;
    auto now = start;
    for (int round = 0; round < rounds; ++round) {
        std::vector<Update> batch(1 + fixture.random() % 20);
        for (auto& update : batch) {
            update = random_update(fixture.random, swarms, peers);
            model.write(update, now);
        }
        BOOST_REQUIRE(store.write(batch, now));
        if (round % 50 == 49) {
            const auto before = now - static_cast<std::uint32_t>(fixture.random() % 100);
            model.expire(before);
            for (std::uint32_t i = 0; i < swarms * peers * 2 / 100 + 2; ++i) {
                BOOST_REQUIRE(store.expire(before, 100));
            }
        }
        now += static_cast<std::uint32_t>(fixture.random() % 5);
        const auto swarm = static_cast<std::uint32_t>(fixture.random() % swarms);
        const auto hash = hash_of(swarm);
        BOOST_REQUIRE(store.counters(hash) == model.counters(hash));
        BOOST_REQUIRE((fixture.ask(store, swarm, true, all, now) ==
                       model.reachable(hash, true, now - max_age)));
        BOOST_REQUIRE((fixture.ask(store, swarm, false, all, now) ==
                       model.reachable(hash, false, now - max_age)));
    }
}

BOOST_AUTO_TEST_CASE(many_small_swarms_agree_with_the_model)
{
    run_against_model(*this, 20, 12, 1500);
}

BOOST_AUTO_TEST_CASE(a_large_swarm_agrees_with_the_model)
{
    run_against_model(*this, 2, 3000, 600);
}

// ---- Several processes ----

BOOST_AUTO_TEST_CASE(counters_add_up_after_processes_have_written_at_once)
{
    constexpr std::uint32_t swarms = 5;
    const auto run = [&](unsigned which) {
        SwarmStore store(options);
        std::minstd_rand own(which);
        for (std::uint32_t round = 0; round < 400; ++round) {
            std::vector<Update> batch;
            for (int i = 0; i < 10; ++i) {
                batch.push_back(random_update(own, swarms, 200));
                batch.back().peer.port = 6881;
            }
            write(store, batch, start + round % 10);
            while (round % 40 == 0 && !store.expire(start + 2, 1000)) {
            }
        }
    };
    {
        ChildProcess a([&] { run(1); });
        ChildProcess b([&] { run(2); });
        ChildProcess c([&] { run(3); });
        BOOST_TEST(a.wait());
        BOOST_TEST(b.wait());
        BOOST_TEST(c.wait());
    }
    const SwarmStore store(options);
    for (std::uint32_t swarm = 0; swarm < swarms; ++swarm) {
        check_adds_up(*this, store, swarm);
        BOOST_TEST(store.counters(hash_of(swarm)).complete > 0U);
    }
}

BOOST_AUTO_TEST_CASE(a_writer_killed_at_any_point_stops_nobody)
{
    for (unsigned round = 0; round < 15; ++round) {
        Pipe news;
        ChildProcess writer([&] {
            SwarmStore store(options);
            std::minstd_rand own(round);
            for (;;) {
                std::vector<Update> batch;
                for (int i = 0; i < 20; ++i) {
                    batch.push_back(random_update(own, 3, 500));
                    batch.back().peer.port = 6881;
                }
                write(store, batch);
                news.send('w');
            }
        });
        news.close_writer();
        news.receive<char>();
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 5000));
        writer.kill_now();
        SwarmStore store(options);
        BOOST_TEST(store.write(std::vector{leecher(1, 9)}, start));
        for (std::uint32_t swarm = 0; swarm < 3; ++swarm) {
            check_adds_up(*this, store, swarm);
        }
    }
    BOOST_TEST(SwarmStore(options).counters(hash_of(9)) == counted(0, 1, 0));
}

BOOST_AUTO_TEST_CASE(nobody_waits_for_a_writer_and_a_dead_one_loses_the_lock)
{
    Pipe order;
    Pipe news;
    ChildProcess holder([&] {
        order.receive<char>();
        WriterLock lock(options.directory / "writer.lock");
        if (!lock.try_lock()) {
            throw std::runtime_error("the lock is not free");
        }
        news.send('l');
        pause();
    });
    SwarmStore store(options);
    write(store, {leecher(1)});
    order.send('l');
    news.receive<char>();
    BOOST_TEST(!store.write(std::vector{leecher(2)}, start));
    BOOST_TEST(!store.expire(start + 1, 100));
    BOOST_TEST(store.expire(start, 100));  // nothing to remove: nothing to write
    BOOST_TEST((ask(store) == std::set{endpoint(1)}));
    holder.kill_now();
    BOOST_TEST(store.write(std::vector{leecher(2)}, start));
    BOOST_TEST(store.counters(hash_of(1)) == counted(0, 2, 0));
}

BOOST_AUTO_TEST_CASE(slots_of_killed_readers_are_freed)
{
    Pipe news;
    ChildProcess reader([&] {
        const SwarmStore store(options);
        news.send('r');
        pause();
    });
    news.receive<char>();
    const SwarmStore store(options);
    BOOST_TEST(store.clear_dead_readers() == 0);
    reader.kill_now();
    BOOST_TEST(store.clear_dead_readers() == 1);
}

// ---- Starting again, and starting anew ----

BOOST_AUTO_TEST_CASE(swarms_are_still_there_after_a_restart)
{
    {
        SwarmStore store(options);
        write(store, {seed(1), leecher(2)});
    }
    const SwarmStore store(options);
    BOOST_TEST(store.counters(hash_of(1)) == counted(1, 1, 0));
}

BOOST_AUTO_TEST_CASE(the_group_may_write_the_files_whatever_the_umask)
{
    const auto before = umask(077);
    const SwarmStore store(options);
    umask(before);
    for (const char* file : {"data.mdb", "lock.mdb", "writer.lock"}) {
        struct stat info {};
        BOOST_REQUIRE(stat((options.directory / file).c_str(), &info) == 0);
        BOOST_TEST((info.st_mode & ALLPERMS) == 0660U);
    }
}

BOOST_AUTO_TEST_CASE(a_damaged_file_is_started_anew)
{
    {
        SwarmStore store(options);
        write(store, {seed(1)});
    }
    for (const std::streamoff page : {0, 4096}) {
        patch(options.directory / "data.mdb", page, std::string(4096, 'x'));
    }
    SwarmStore store(options);
    BOOST_TEST(store.counters(hash_of(1)) == counted(0, 0, 0));
    write(store, {seed(1)});
    BOOST_TEST(store.counters(hash_of(1)) == counted(1, 0, 0));
}

BOOST_AUTO_TEST_CASE(another_format_is_started_anew)
{
    {
        SwarmStore store(options);
        write(store, {seed(1)});
    }
    {
        const auto env = lmdb::create_env();
        lmdb::check(mdb_env_set_maxdbs(env.get(), 4), "maxdbs");
        lmdb::check(mdb_env_open(env.get(), options.directory.c_str(), MDB_WRITEMAP, 0660), "open");
        auto txn = lmdb::begin(env.get(), 0);
        MDB_dbi meta = 0;
        lmdb::check(mdb_dbi_open(txn.get(), "meta", 0, &meta), "dbi");
        lmdb::put(txn.get(), meta, as_bytes("format"), as_bytes("9999"));
        lmdb::commit(std::move(txn));
    }
    const SwarmStore store(options);
    BOOST_TEST(store.counters(hash_of(1)) == counted(0, 0, 0));
}

BOOST_AUTO_TEST_CASE(a_file_larger_than_the_limit_is_started_anew)
{
    {
        SwarmStore store(options);
        std::vector<Update> updates;
        for (std::uint32_t i = 1; i < 30'000; ++i) {
            updates.push_back(leecher(i, i));
        }
        write(store, updates);
    }
    options.max_size = 1 << 20;
    const SwarmStore store(options);
    BOOST_TEST(store.counters(hash_of(1)) == counted(0, 0, 0));
    BOOST_TEST(std::filesystem::file_size(options.directory / "data.mdb") == 1U << 20);
}

BOOST_AUTO_TEST_CASE(a_full_map_is_started_anew_and_the_other_processes_follow)
{
    options.max_size = 1 << 20;
    Pipe order;
    Pipe answer;
    ChildProcess other([&] {
        SwarmStore store(options);
        answer.send(store.counters(hash_of(1)));
        while (const auto number = order.receive<std::uint32_t>()) {
            answer.send(store.counters(hash_of(*number)));
        }
    });
    BOOST_TEST(answer.receive<Counters>().value() == counted(0, 0, 0));
    SwarmStore store(options);
    write(store, {seed(1)});
    std::uint32_t number = 2;
    while (store.counters(hash_of(1)) == counted(1, 0, 0)) {
        write(store, {leecher(number, number), leecher(number + 1, number + 1)});
        number += 2;
        BOOST_REQUIRE(number < 100'000);
    }
    BOOST_TEST(number > 2000U);
    BOOST_TEST(store.counters(hash_of(number - 1)) == counted(0, 1, 0));
    order.send(number - 1);
    BOOST_TEST(answer.receive<Counters>().value() == counted(0, 1, 0));
}

// Where writer.lock keeps the machine's boot id: after magic, generation and the clean flag.
constexpr std::streamoff boot_id_offset = 17;

// Seed 1 is announced by a process that is then killed.
void leave_unclean(const SwarmOptions& options)
{
    Pipe news;
    ChildProcess writer([&] {
        SwarmStore store(options);
        write(store, {seed(1)});
        news.send('w');
        pause();
    });
    news.receive<char>();
}

BOOST_AUTO_TEST_CASE(a_killed_process_takes_nothing_with_it)
{
    leave_unclean(options);
    BOOST_TEST(SwarmStore(options).counters(hash_of(1)) == counted(1, 0, 0));
}

BOOST_AUTO_TEST_CASE(what_a_crash_of_the_machine_may_have_torn_is_started_anew)
{
    leave_unclean(options);
    patch(options.directory / "writer.lock", boot_id_offset, "another boot");
    BOOST_TEST(SwarmStore(options).counters(hash_of(1)) == counted(0, 0, 0));
}

BOOST_AUTO_TEST_CASE(swarms_survive_an_orderly_reboot)
{
    {
        SwarmStore store(options);
        write(store, {seed(1)});
    }
    patch(options.directory / "writer.lock", boot_id_offset, "another boot");
    BOOST_TEST(SwarmStore(options).counters(hash_of(1)) == counted(1, 0, 0));
}

BOOST_AUTO_TEST_SUITE_END()
