// The LMDB environment of the swarms: opening, its tables, and transactions.
#pragma once

#include "../store/lmdb.hpp"
#include "swarm_store.hpp"

#include <array>
#include <stdexcept>

namespace btgw::swarm {

// The files cannot be used as they are, and are to be started anew.
class Unusable : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class Environment {
public:
    // While the writer lock is held. Throws Unusable or lmdb::Error when only starting anew helps.
    explicit Environment(const SwarmOptions& options);
    static void remove_files(const std::filesystem::path& directory);

    [[nodiscard]] MDB_env* env() const { return env_.get(); }
    [[nodiscard]] MDB_dbi swarms() const { return swarms_; }
    [[nodiscard]] MDB_dbi peers(bool v6) const { return peers_[v6 ? 1 : 0]; }

    // While the writer lock is held; `updates` is how many records the transaction may touch.
    // Throws std::system_error when the disk has no room for it.
    lmdb::Txn begin_write(std::size_t updates);

    // The environment's one read transaction, while this object lives.
    class Reading {
    public:
        explicit Reading(Environment& environment);
        ~Reading();
        Reading(const Reading&) = delete;
        Reading& operator=(const Reading&) = delete;

        [[nodiscard]] MDB_txn* txn() const;
        [[nodiscard]] MDB_cursor* peers(bool v6) const;

    private:
        Environment& environment_;
    };

private:
    void open(const SwarmOptions& options) const;
    void check_size(const SwarmOptions& options) const;
    void open_tables();
    void open_reading();
    void renew_reading();
    [[nodiscard]] bool recover(int code) const;
    void reserve(std::size_t updates);

    lmdb::Env env_;
    MDB_dbi swarms_ = 0;
    std::array<MDB_dbi, 2> peers_{};
    lmdb::Txn read_;  // reset while nobody reads; keeps its reader slot
    std::array<lmdb::Cursor, 2> cursors_;
    std::size_t reserved_ = 0;  // bytes at the start of data.mdb that have disk blocks
};

}  // namespace btgw::swarm
