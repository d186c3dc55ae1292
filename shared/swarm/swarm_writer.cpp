#include "swarm_writer.hpp"

#include "../big_endian.hpp"

namespace btgw::swarm {

namespace {

constexpr std::size_t counters_size = 16;

void add(Counters& counters, const Peer& peer)
{
    ++(peer.seed ? counters.complete : counters.incomplete);
    counters.paused += peer.paused ? 1 : 0;
}

// Stops at zero: a counter that was wrong must not become four billion.
void take(std::uint32_t& counter)
{
    counter -= counter > 0 ? 1 : 0;
}

void remove(Counters& counters, const Peer& peer)
{
    take(peer.seed ? counters.complete : counters.incomplete);
    if (peer.paused) {
        take(counters.paused);
    }
}

// Some clients never send `completed` (aria2, rtorrent): a known leecher that has become a seed
// says as much. Clients that were never seen as leechers did not download here.
bool has_completed(const Peer& stored, bool seed_now)
{
    return seed_now && !stored.seed && !stored.counted;
}

}  // namespace

Counters load_counters(MDB_txn* txn, MDB_dbi swarms, const InfoHash& info_hash)
{
    const auto bytes = lmdb::get(txn, swarms, info_hash.view());
    if (!bytes || bytes->size() != counters_size) {
        return {};
    }
    const auto* at = bytes->data();
    return {load_be<std::uint32_t>(at), load_be<std::uint32_t>(at + 4),
            load_be<std::uint32_t>(at + 8), load_be<std::uint32_t>(at + 12)};
}

SwarmWriter::SwarmWriter(const Environment& environment, MDB_txn* txn)
    : txn_(txn),
      swarms_(environment.swarms()),
      cursors_{lmdb::open_cursor(txn, environment.peers(false)),
               lmdb::open_cursor(txn, environment.peers(true))}
{
}

void SwarmWriter::apply(const Update& update, std::uint32_t now)
{
    if (update.stopped) {
        stop(update);
        return;
    }
    const auto stored = find(update.info_hash, update.peer);
    const bool seed = update.seed || update.completed;
    Peer peer{update.peer, update.id, seed, update.paused && !seed, update.completed, now};
    if (!stored) {
        auto counters = load_counters(txn_, swarms_, update.info_hash);
        add(counters, peer);
        store_counters(update.info_hash, counters);
        put(update.info_hash, peer, false);
        return;
    }
    const bool completed = has_completed(*stored, seed);
    peer.counted = stored->counted || completed;
    if (peer.seed != stored->seed || peer.paused != stored->paused) {
        auto counters = load_counters(txn_, swarms_, update.info_hash);
        remove(counters, *stored);
        add(counters, peer);
        counters.downloaded += completed ? 1 : 0;
        store_counters(update.info_hash, counters);
    }
    put(update.info_hash, peer, true);
}

void SwarmWriter::stop(const Update& update)
{
    const auto stored = find(update.info_hash, update.peer);
    if (!stored) {
        return;
    }
    erase(update.peer);
    auto counters = load_counters(txn_, swarms_, update.info_hash);
    remove(counters, *stored);
    counters.downloaded += has_completed(*stored, update.seed) ? 1 : 0;
    store_counters(update.info_hash, counters);
}

void SwarmWriter::expire(const InfoHash& info_hash, const Endpoint& endpoint, std::uint32_t before)
{
    const auto stored = find(info_hash, endpoint);
    if (!stored || stored->seen >= before) {
        return;
    }
    erase(endpoint);
    auto counters = load_counters(txn_, swarms_, info_hash);
    remove(counters, *stored);
    store_counters(info_hash, counters);
}

std::optional<Peer> SwarmWriter::find(const InfoHash& info_hash, const Endpoint& endpoint)
{
    const auto search = search_record(endpoint);
    MDB_val key = lmdb::to_val(info_hash.view());
    MDB_val value = lmdb::to_val(search.view());
    const int code =
        mdb_cursor_get(cursors_[endpoint.v6 ? 1 : 0].get(), &key, &value, MDB_GET_BOTH_RANGE);
    if (!lmdb::found(code, "mdb_cursor_get")) {
        return std::nullopt;
    }
    const auto peer = decode_peer(lmdb::to_view(value), endpoint.v6);
    return peer && peer->endpoint == endpoint ? peer : std::nullopt;
}

// A record that replaces another sorts into its place, since the endpoint leads it.
void SwarmWriter::put(const InfoHash& info_hash, const Peer& peer, bool replace)
{
    const auto record = encode(peer);
    MDB_val key = lmdb::to_val(info_hash.view());
    MDB_val value = lmdb::to_val(record.view());
    lmdb::check(mdb_cursor_put(cursors_[peer.endpoint.v6 ? 1 : 0].get(), &key, &value,
                               replace ? unsigned{MDB_CURRENT} : 0U),
                "mdb_cursor_put");
}

void SwarmWriter::erase(const Endpoint& endpoint)
{
    lmdb::check(mdb_cursor_del(cursors_[endpoint.v6 ? 1 : 0].get(), 0), "mdb_cursor_del");
}

void SwarmWriter::store_counters(const InfoHash& info_hash, const Counters& counters)
{
    if (counters == Counters{}) {
        lmdb::erase(txn_, swarms_, info_hash.view());
        return;
    }
    std::array<std::uint8_t, counters_size> bytes{};
    store_be(counters.complete, bytes.data());
    store_be(counters.incomplete, bytes.data() + 4);
    store_be(counters.downloaded, bytes.data() + 8);
    store_be(counters.paused, bytes.data() + 12);
    lmdb::put(txn_, swarms_, info_hash.view(), bytes);
}

}  // namespace btgw::swarm
