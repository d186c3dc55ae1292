#include "expiry_scan.hpp"

namespace btgw::swarm {

namespace {

// The key after this one; nothing after the last.
std::optional<InfoHash> successor(InfoHash info_hash)
{
    for (auto byte = info_hash.bytes.rbegin(); byte != info_hash.bytes.rend(); ++byte) {
        if (++*byte != 0) {
            return info_hash;
        }
    }
    return std::nullopt;
}

// One family's peers in the order of the table.
class PeerCursor {
public:
    PeerCursor(MDB_cursor* cursor, bool v6) : cursor_(cursor), v6_(v6) {}

    // Each is false at the end.
    bool first() { return move(MDB_FIRST, {}); }
    bool next() { return move(MDB_NEXT, {}); }

    // To that peer, or to the first one after it.
    bool seek(const PlacedPeer& place)
    {
        const auto record = search_record(place.endpoint);
        MDB_val key = lmdb::to_val(place.info_hash.view());
        MDB_val value = lmdb::to_val(record.view());
        if (lmdb::found(mdb_cursor_get(cursor_, &key, &value, MDB_GET_BOTH_RANGE),
                        "mdb_cursor_get")) {
            take(place.info_hash.view(), lmdb::to_view(value));
            return true;
        }
        const auto after = successor(place.info_hash);
        return after && move(MDB_SET_RANGE, after->view());
    }

    [[nodiscard]] std::uint32_t seen() const { return peer_.seen; }
    [[nodiscard]] PlacedPeer place() const { return {info_hash_, peer_.endpoint}; }

private:
    bool move(MDB_cursor_op op, ByteView key)
    {
        const auto entry = lmdb::move(cursor_, op, key);
        if (entry) {
            take(entry->key, entry->value);
        }
        return entry.has_value();
    }

    void take(ByteView key, ByteView value)
    {
        const auto info_hash = from_bytes<InfoHash>(key);
        const auto peer = decode_peer(value, v6_);
        if (!info_hash || !peer) {
            throw lmdb::Error(MDB_CORRUPTED, "a peer's record");
        }
        info_hash_ = *info_hash;
        peer_ = *peer;
    }

    MDB_cursor* cursor_;
    bool v6_;
    InfoHash info_hash_;
    Peer peer_;
};

}  // namespace

OldPeers find_old_peers(const Environment::Reading& reading, const ScanPosition& from,
                        std::uint32_t before, std::size_t limit)
{
    OldPeers out{{}, from};
    do {
        const bool v6 = out.next.v6;
        PeerCursor peers(reading.peers(v6), v6);
        bool more = out.next.at ? peers.seek(*out.next.at) : peers.first();
        for (; more && limit > 0; --limit) {
            if (peers.seen() < before) {
                out.found.push_back(peers.place());
            }
            more = peers.next();
        }
        if (more) {
            out.next.at = peers.place();
            return out;
        }
        out.next = {!v6, std::nullopt};
    } while (out.next.v6 && limit > 0);
    return out;
}

}  // namespace btgw::swarm
