// LMDB's C handles with owners, and its return codes as exceptions. Shared by the index and the
// swarm.
//
// A cursor must be closed before its transaction ends when that transaction writes, and everything
// before the environment: members are declared in that order.
#pragma once

#include "../bytes.hpp"

#include <lmdb.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace btgw::lmdb {

// What LMDB itself reports (MDB_*), as opposed to errno values, which become std::system_error.
class Error : public std::runtime_error {
public:
    Error(int code, const std::string& what)
        : std::runtime_error(what + ": " + mdb_strerror(code)), code_(code)
    {
    }

    [[nodiscard]] int code() const { return code_; }

private:
    int code_;
};

[[noreturn]] inline void fail(int code, const std::string& what)
{
    if (code > 0) {
        throw std::system_error(code, std::generic_category(), what);
    }
    throw Error(code, what);
}

inline void check(int code, const char* what)
{
    if (code != MDB_SUCCESS) {
        fail(code, what);
    }
}

// True when found, false when not; throws otherwise.
inline bool found(int code, const char* what)
{
    if (code == MDB_NOTFOUND) {
        return false;
    }
    check(code, what);
    return true;
}

inline MDB_val to_val(ByteView bytes)
{
    // LMDB's interface has no const; it does not write through the pointer.
    return {bytes.size(), const_cast<std::uint8_t*>(bytes.data())};
}

inline ByteView to_view(const MDB_val& value)
{
    return {static_cast<const std::uint8_t*>(value.mv_data), value.mv_size};
}

struct Close {
    void operator()(MDB_env* env) const { mdb_env_close(env); }
    void operator()(MDB_txn* txn) const { mdb_txn_abort(txn); }
    void operator()(MDB_cursor* cursor) const { mdb_cursor_close(cursor); }
};

using Env = std::unique_ptr<MDB_env, Close>;
using Txn = std::unique_ptr<MDB_txn, Close>;  // aborts unless committed
using Cursor = std::unique_ptr<MDB_cursor, Close>;

inline Env create_env()
{
    MDB_env* env = nullptr;
    check(mdb_env_create(&env), "mdb_env_create");
    return Env(env);
}

inline Txn begin(MDB_env* env, unsigned flags)
{
    MDB_txn* txn = nullptr;
    check(mdb_txn_begin(env, nullptr, flags, &txn), "mdb_txn_begin");
    return Txn(txn);
}

inline void commit(Txn txn)
{
    check(mdb_txn_commit(txn.release()), "mdb_txn_commit");
}

inline Cursor open_cursor(MDB_txn* txn, MDB_dbi table)
{
    MDB_cursor* cursor = nullptr;
    check(mdb_cursor_open(txn, table, &cursor), "mdb_cursor_open");
    return Cursor(cursor);
}

inline std::optional<ByteView> get(MDB_txn* txn, MDB_dbi table, ByteView key)
{
    MDB_val name = to_val(key);
    MDB_val value{};
    if (!found(mdb_get(txn, table, &name, &value), "mdb_get")) {
        return std::nullopt;
    }
    return to_view(value);
}

inline void put(MDB_txn* txn, MDB_dbi table, ByteView key, ByteView value)
{
    MDB_val name = to_val(key);
    MDB_val bytes = to_val(value);
    check(mdb_put(txn, table, &name, &bytes, 0), "mdb_put");
}

// A key that is not there is no error.
inline void erase(MDB_txn* txn, MDB_dbi table, ByteView key)
{
    MDB_val name = to_val(key);
    found(mdb_del(txn, table, &name, nullptr), "mdb_del");
}

struct Entry {
    ByteView key;
    ByteView value;
};

// Moves the cursor; nothing at the end. `seek` is the key for MDB_SET_RANGE and its like.
inline std::optional<Entry> move(MDB_cursor* cursor, MDB_cursor_op op, ByteView seek = {})
{
    MDB_val key = to_val(seek);
    MDB_val value{};
    if (!found(mdb_cursor_get(cursor, &key, &value, op), "mdb_cursor_get")) {
        return std::nullopt;
    }
    return Entry{to_view(key), to_view(value)};
}

}  // namespace btgw::lmdb
