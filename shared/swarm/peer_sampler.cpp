#include "peer_sampler.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace btgw::swarm {

using bittorrent::AnsweredPeer;

namespace {

// A window of fewer neighbours would favour peers after wide gaps; the choice is made within it.
constexpr std::size_t min_candidates = 32;
constexpr std::uint16_t min_reachable_port = 2;  // 0 and 1: the client takes no connections

std::size_t below(std::size_t bound, std::minstd_rand& random)
{
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
}

// The records of one swarm and family as a ring, from a random place on, each once.
class Window {
public:
    Window(MDB_cursor* cursor, const InfoHash& info_hash) : cursor_(cursor), info_hash_(info_hash)
    {
        if (get(MDB_SET_KEY, {})) {
            lmdb::check(mdb_cursor_count(cursor_, &left_), "mdb_cursor_count");
        }
    }

    [[nodiscard]] std::size_t left() const { return left_; }

    void start_at(const PeerRecord& place) { current_ = get(MDB_GET_BOTH_RANGE, place.view()); }

    std::optional<ByteView> next()
    {
        if (left_ == 0) {
            return std::nullopt;
        }
        --left_;
        if (!current_) {
            current_ = get(MDB_SET_KEY, {});  // past the end: on from the first
        }
        auto out = current_;
        current_ = left_ != 0 ? get(MDB_NEXT_DUP, {}) : std::nullopt;
        return out;
    }

private:
    std::optional<ByteView> get(MDB_cursor_op op, ByteView seek)
    {
        MDB_val key = lmdb::to_val(info_hash_.view());
        MDB_val value = lmdb::to_val(seek);
        if (!lmdb::found(mdb_cursor_get(cursor_, &key, &value, op), "mdb_cursor_get")) {
            return std::nullopt;
        }
        return lmdb::to_view(value);
    }

    MDB_cursor* cursor_;
    const InfoHash& info_hash_;
    std::size_t left_ = 0;
    std::optional<ByteView> current_;
};

struct Wanted {
    PeerRecord requester;  // its search record
    bool seeds_too;
    std::uint32_t oldest;
    std::size_t candidates;

    [[nodiscard]] bool takes(const PeerView& peer) const
    {
        return peer.port() >= min_reachable_port && peer.seen() >= oldest &&
               (seeds_too || !peer.seed()) && !peer.has_endpoint_of(requester);
    }
};

using Candidates = std::vector<PeerView>;  // valid while the reading lasts

Candidates candidates_of(Window& window, bool v6, const Wanted& wanted, std::size_t max_looks,
                         std::minstd_rand& random)
{
    Candidates out;
    out.reserve(std::min({wanted.candidates, max_looks, window.left()}));
    std::uniform_int_distribution<std::uint32_t> spread(0,
                                                        std::numeric_limits<std::uint32_t>::max());
    window.start_at(search_record(v6, spread(random)));
    for (auto looks = max_looks; looks > 0 && out.size() < wanted.candidates; --looks) {
        const auto record = window.next();
        if (!record) {
            break;
        }
        if (record->size() != record_size(v6)) {
            throw lmdb::Error(MDB_CORRUPTED, "a peer's record");
        }
        if (const PeerView peer(record->data(), v6); wanted.takes(peer)) {
            out.push_back(peer);
        }
    }
    return out;
}

void take_random(Candidates& from, std::size_t count, std::vector<AnsweredPeer>& to,
                 std::minstd_rand& random)
{
    for (std::size_t i = 0; i < count; ++i) {
        std::swap(from[i], from[i + below(from.size() - i, random)]);
        const auto peer = from[i].peer();
        to.push_back({peer.endpoint, peer.id});
    }
}

}  // namespace

std::vector<AnsweredPeer> sample_peers(const Environment::Reading& reading, const Query& query,
                                       std::uint32_t oldest, std::minstd_rand& random)
{
    Window window4(reading.peers(false), query.info_hash);
    Window window6(reading.peers(true), query.info_hash);
    const std::size_t count4 = window4.left();
    const std::size_t count = count4 + window6.left();
    if (count == 0 || query.want == 0) {
        return {};
    }
    const std::size_t want = query.want;
    const std::size_t budget = 4 * want + 50;
    const std::size_t budget4 = budget * count4 / count + 1;
    const Wanted wanted{search_record(query.requester), query.seeds_too, oldest,
                        std::max(want, min_candidates)};
    auto peers4 = candidates_of(window4, false, wanted, budget4, random);
    auto peers6 = candidates_of(window6, true, wanted, budget - budget4 + 2, random);

    // Each family gets its share of the answer, and what the other cannot fill.
    const std::size_t share4 = (want * count4 + below(count, random)) / count;
    const std::size_t from6 =
        std::min(peers6.size(), want - std::min({want, share4, peers4.size()}));
    const std::size_t from4 = std::min(peers4.size(), want - from6);
    std::vector<AnsweredPeer> out;
    out.reserve(from4 + from6);
    take_random(peers4, from4, out, random);
    take_random(peers6, from6, out, random);
    return out;
}

}  // namespace btgw::swarm
