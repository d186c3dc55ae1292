// Changes to swarms inside one write transaction. Counters follow what is stored of a peer, never
// what a request says about its past.
#pragma once

#include "environment.hpp"
#include "peer_record.hpp"

namespace btgw::swarm {

// A swarm's counters; zeros for one that is not known.
Counters load_counters(MDB_txn* txn, MDB_dbi swarms, const InfoHash& info_hash);

class SwarmWriter {
public:
    SwarmWriter(const Environment& environment, MDB_txn* txn);

    void apply(const Update& update, std::uint32_t now);
    // Removes the peer if it is there and was not seen since `before`.
    void expire(const InfoHash& info_hash, const Endpoint& endpoint, std::uint32_t before);

private:
    // Leaves the family's cursor at the peer.
    std::optional<Peer> find(const InfoHash& info_hash, const Endpoint& endpoint);
    void stop(const Update& update);
    void put(const InfoHash& info_hash, const Peer& peer, bool replace);
    void erase(const Endpoint& endpoint);
    void store_counters(const InfoHash& info_hash, const Counters& counters);

    MDB_txn* txn_;
    MDB_dbi swarms_;
    std::array<lmdb::Cursor, 2> cursors_;
};

}  // namespace btgw::swarm
