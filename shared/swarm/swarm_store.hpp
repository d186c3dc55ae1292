// Peers of all swarms, in an LMDB environment of their own (WRITEMAP, NOSYNC: fast, disposable,
// still there after a restart). Written by nginx workers and the engine, read by all.
//
//   table    key             value
//   swarms   info-hash[20]   complete:be32 incomplete:be32 downloaded:be32 paused:be32
//   peers4   info-hash[20]   DUPFIXED: spread[4] address[4] port:be16 flags[1] seen:be32 peer
//   id[20] peers6   info-hash[20]   DUPFIXED: spread[4] address[16] port:be16 flags[1] seen:be32
//   peer id[20] meta     "format"        version:be32
//
// spread: first bytes of a hash of address and port, so that a seek to a random value gives a
// uniform window of peers. flags: bit 0 seed, bit 1 paused, bit 2 has been counted as completed.
// seen: Unix seconds of the last announce.
//
// Beside data.mdb and lock.mdb lies writer.lock (writer_lock.hpp).
//
// A process opens it once, after fork, and uses it from one thread at a time. No call but the
// constructor waits for another process. What is lost when it starts anew (damage, another format,
// a full map, a machine that went down) comes back as peers announce; the other processes follow.
// Errors of the file system (ENOSPC, EACCES) are std::system_error; the swarm is as before then.
#pragma once

#include "../bittorrent/announce.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <vector>

namespace btgw::swarm {

using bittorrent::Counters;
using bittorrent::Endpoint;
using bittorrent::PeerId;

struct SwarmOptions {
    std::filesystem::path directory;
    std::size_t max_size = std::size_t{4} << 30;  // bytes of data.mdb, at least 1 MiB
    unsigned max_readers = 1024;
};

// One announce, as it changes the swarm.
struct Update {
    InfoHash info_hash;
    Endpoint peer;
    PeerId id;
    bool seed = false;       // left == 0
    bool paused = false;     // BEP 21
    bool stopped = false;    // removes the peer
    bool completed = false;  // event=completed: a seed; counts once a peer, and known leechers only
};

struct Query {
    InfoHash info_hash;
    Endpoint requester;       // never part of its own answer
    bool seeds_too = true;    // false when the requester is a seed
    std::uint32_t want = 50;  // peers of both families together
};

struct Sample {
    Counters counters;
    std::vector<bittorrent::AnsweredPeer> peers;
};

class SwarmStore {
public:
    // Creates the environment where it is missing. Throws std::runtime_error when it cannot be used
    // even after starting anew.
    explicit SwarmStore(const SwarmOptions& options);
    SwarmStore(SwarmStore&&) noexcept;
    SwarmStore& operator=(SwarmStore&&) noexcept;
    ~SwarmStore();

    // Applies all updates in one transaction, in order. False when another process is writing right
    // now (nothing was done; call again in a millisecond). `now` is in Unix seconds.
    bool write(std::span<const Update> updates, std::uint32_t now);

    // A uniformly random choice of peers, none seen before `now - max_age`.
    [[nodiscard]] Sample sample(const Query& query, std::uint32_t now, std::uint32_t max_age,
                                std::minstd_rand& random) const;

    [[nodiscard]] Counters counters(const InfoHash& info_hash) const;

    // Removes peers not seen since `before`, looking at no more than `limit` records from where the
    // last call ended. False when another process is writing right now.
    bool expire(std::uint32_t before, std::size_t limit);

    // Frees the reader slots of processes that have died; returns how many.
    int clear_dead_readers() const;  // NOLINT(modernize-use-nodiscard): the number is for logs

private:
    struct Core;
    std::unique_ptr<Core> core_;
};

}  // namespace btgw::swarm
