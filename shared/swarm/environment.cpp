#include "environment.hpp"

#include "../big_endian.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>

namespace btgw::swarm {

namespace fs = std::filesystem;

namespace {

constexpr std::uint32_t format_version = 1;
constexpr std::string_view format_key = "format";
constexpr std::size_t min_map_size = std::size_t{1} << 20;  // bytes
constexpr mode_t file_mode = S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP;

// An update copies its path in two trees: both have fewer than 8 levels at any size we allow.
constexpr std::size_t pages_per_update = 16;
constexpr std::size_t spare_pages = 64;                     // free list, root pages
constexpr std::size_t reserve_step = std::size_t{4} << 20;  // bytes

// By path, since closing another descriptor of lock.mdb would drop LMDB's locks on it.
void share_with_group(const fs::path& file)
{
    if (chmod(file.c_str(), file_mode) != 0 && errno != EPERM) {
        throw std::system_error(errno, std::generic_category(), "chmod " + file.string());
    }
}

MDB_envinfo info_of(MDB_env* env)
{
    MDB_envinfo info{};
    lmdb::check(mdb_env_info(env, &info), "mdb_env_info");
    return info;
}

std::size_t page_size_of(MDB_env* env)
{
    MDB_stat stat{};
    lmdb::check(mdb_env_stat(env, &stat), "mdb_env_stat");
    return stat.ms_psize;
}

void check_format(MDB_txn* txn, MDB_dbi meta)
{
    std::string format;
    append_be(format, format_version);
    const auto stored = lmdb::get(txn, meta, as_bytes(format_key));
    if (!stored) {
        lmdb::put(txn, meta, as_bytes(format_key), as_bytes(format));
    } else if (as_chars(*stored) != format) {
        throw Unusable("the swarms' file has another format");
    }
}

}  // namespace

Environment::Environment(const SwarmOptions& options) : env_(lmdb::create_env())
{
    open(options);
    check_size(options);
    int dead = 0;
    lmdb::check(mdb_reader_check(env(), &dead), "mdb_reader_check");
    open_tables();
    open_reading();
}

void Environment::remove_files(const fs::path& directory)
{
    fs::remove(directory / "lock.mdb");
    fs::remove(directory / "data.mdb");
}

void Environment::open(const SwarmOptions& options) const
{
    lmdb::check(mdb_env_set_maxdbs(env(), 4), "mdb_env_set_maxdbs");
    lmdb::check(mdb_env_set_mapsize(env(), std::max(options.max_size, min_map_size)),
                "mdb_env_set_mapsize");
    lmdb::check(mdb_env_set_maxreaders(env(), options.max_readers), "mdb_env_set_maxreaders");
    const int code = mdb_env_open(env(), options.directory.c_str(),
                                  MDB_WRITEMAP | MDB_NOSYNC | MDB_NOTLS, file_mode);
    if (code != MDB_SUCCESS) {
        lmdb::fail(code, "cannot open the swarms in " + options.directory.string());
    }
    share_with_group(options.directory / "data.mdb");
    share_with_group(options.directory / "lock.mdb");
}

// The file itself is as long as the map (WRITEMAP); what counts is how far it has been used.
void Environment::check_size(const SwarmOptions& options) const
{
    const auto used = (info_of(env()).me_last_pgno + 1) * page_size_of(env());
    if (used > std::max(options.max_size, min_map_size)) {
        throw Unusable("the swarms' file is larger than it may be");
    }
}

void Environment::open_tables()
{
    auto txn = begin_write(0);
    MDB_dbi meta = 0;
    lmdb::check(mdb_dbi_open(txn.get(), "meta", MDB_CREATE, &meta), "mdb_dbi_open");
    check_format(txn.get(), meta);
    lmdb::check(mdb_dbi_open(txn.get(), "swarms", MDB_CREATE, &swarms_), "mdb_dbi_open");
    const unsigned flags = MDB_CREATE | MDB_DUPSORT | MDB_DUPFIXED;
    lmdb::check(mdb_dbi_open(txn.get(), "peers4", flags, peers_.data()), "mdb_dbi_open");
    lmdb::check(mdb_dbi_open(txn.get(), "peers6", flags, &peers_[1]), "mdb_dbi_open");
    lmdb::commit(std::move(txn));
}

void Environment::open_reading()
{
    read_ = lmdb::begin(env(), MDB_RDONLY);
    for (const bool v6 : {false, true}) {
        cursors_[v6 ? 1 : 0] = lmdb::open_cursor(read_.get(), peers(v6));
    }
    mdb_txn_reset(read_.get());
}

// True when the call that failed may work now. Only while no transaction of this process runs.
bool Environment::recover(int code) const
{
    if (code == MDB_MAP_RESIZED) {  // a process with a larger limit has grown it
        lmdb::check(mdb_env_set_mapsize(env(), 0), "mdb_env_set_mapsize");
        return true;
    }
    if (code == MDB_READERS_FULL || code == MDB_BAD_RSLOT) {
        int dead = 0;
        lmdb::check(mdb_reader_check(env(), &dead), "mdb_reader_check");
        return true;
    }
    return false;
}

void Environment::renew_reading()
{
    int code = mdb_txn_renew(read_.get());
    if (code == MDB_BAD_RSLOT) {
        // Another process took the slot, so to abort would free what is not ours: let both leak.
        for (auto& cursor : cursors_) {
            static_cast<void>(cursor.release());
        }
        static_cast<void>(read_.release());
        static_cast<void>(recover(code));
        open_reading();
        code = mdb_txn_renew(read_.get());
    } else if (code != MDB_SUCCESS && recover(code)) {
        code = mdb_txn_renew(read_.get());
    }
    lmdb::check(code, "mdb_txn_renew");
}

lmdb::Txn Environment::begin_write(std::size_t updates)
{
    reserve(updates);
    MDB_txn* txn = nullptr;
    int code = mdb_txn_begin(env(), nullptr, 0, &txn);
    if (code != MDB_SUCCESS && recover(code)) {
        code = mdb_txn_begin(env(), nullptr, 0, &txn);
    }
    lmdb::check(code, "mdb_txn_begin");
    return lmdb::Txn(txn);
}

// The file is sparse and written through its map: on a full disk that is SIGBUS, so the blocks that
// a transaction may need are taken before it.
void Environment::reserve(std::size_t updates)
{
    const auto info = info_of(env());
    const auto pages = info.me_last_pgno + 1 + spare_pages + updates * pages_per_update;
    const auto needed = std::min(pages * page_size_of(env()), info.me_mapsize);
    if (needed <= reserved_) {
        return;
    }
    const auto end =
        std::min((needed + reserve_step - 1) / reserve_step * reserve_step, info.me_mapsize);
    mdb_filehandle_t file = -1;
    lmdb::check(mdb_env_get_fd(env(), &file), "mdb_env_get_fd");
    while (fallocate(file, FALLOC_FL_KEEP_SIZE, off_t(reserved_), off_t(end - reserved_)) != 0) {
        if (errno == EOPNOTSUPP || errno == ENOSYS) {
            break;  // nothing better on this file system
        }
        if (errno != EINTR) {
            throw std::system_error(errno, std::generic_category(), "no room for the swarms");
        }
    }
    reserved_ = end;
}

Environment::Reading::Reading(Environment& environment) : environment_(environment)
{
    environment_.renew_reading();
    for (const bool v6 : {false, true}) {
        const int code = mdb_cursor_renew(txn(), peers(v6));
        if (code != MDB_SUCCESS) {
            mdb_txn_reset(txn());
            lmdb::fail(code, "mdb_cursor_renew");
        }
    }
}

Environment::Reading::~Reading()
{
    mdb_txn_reset(txn());
}

MDB_txn* Environment::Reading::txn() const
{
    return environment_.read_.get();
}

MDB_cursor* Environment::Reading::peers(bool v6) const
{
    return environment_.cursors_[v6 ? 1 : 0].get();
}

}  // namespace btgw::swarm
