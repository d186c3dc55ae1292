#include "index_core.hpp"

#include "../big_endian.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

namespace btgw::store {

namespace fs = std::filesystem;

namespace {

// How long a resize waits for snapshots. They last for one handler, so this ends only on a mistake.
constexpr std::chrono::seconds resize_patience{5};
// Snapshots that this thread holds: with one, it must not wait for a resize, which waits for it.
thread_local unsigned held_here = 0;

constexpr mode_t file_mode = S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP;
constexpr mode_t directory_mode = S_ISGID | S_IRWXU | S_IRWXG;
constexpr std::string_view format_key = "format";

// By path: closing another descriptor of lock.mdb would drop the locks by which LMDB knows that
// this process lives (POSIX record locks belong to the process).
void share_with_group(const fs::path& file)
{
    struct stat info {};
    if (stat(file.c_str(), &info) == 0 && (info.st_mode & file_mode) != file_mode &&
        chmod(file.c_str(), (info.st_mode & ALLPERMS) | file_mode) != 0 && errno != EPERM) {
        throw std::system_error(errno, std::generic_category(), "chmod " + file.string());
    }
}

void make_directory(const fs::path& directory)
{
    if (fs::create_directories(directory) && chmod(directory.c_str(), directory_mode) != 0) {
        throw std::system_error(errno, std::generic_category(), "chmod " + directory.string());
    }
}

[[noreturn]] void refuse_to_open(const IndexOptions& options, bool writer, int code)
{
    const auto where = options.directory.string();
    std::string advice;
    if (code == EACCES) {
        advice = "give this user's group read and write permission on data.mdb and lock.mdb in it";
    } else if (code == ENOENT && !writer) {
        advice = "start the engine once, which creates it";
    } else if (code == MDB_INVALID || code == MDB_VERSION_MISMATCH || code == MDB_CORRUPTED) {
        advice = "its data.mdb is damaged or of another LMDB: restore it from a backup";
    } else {
        advice = "see that its file system is mounted, writable and not full";
    }
    throw std::runtime_error("cannot open the index in " + where + " (" + mdb_strerror(code) +
                             "): " + advice);
}

}  // namespace

IndexCore::IndexCore(IndexOptions options, bool writer)
    : options_(std::move(options)), writer_(writer)
{
    open_environment();
    open_tables();
}

IndexCore::~IndexCore()
{
    for (MDB_txn* txn : idle_) {
        mdb_txn_abort(txn);
    }
}

void IndexCore::open_environment()
{
    std::error_code unknown;
    if (writer_) {
        make_directory(options_.directory);
    } else if (!fs::exists(options_.directory / "data.mdb", unknown) && !unknown) {
        refuse_to_open(options_, writer_, ENOENT);  // before LMDB leaves a lock.mdb behind
    }
    env_ = lmdb::create_env();
    lmdb::check(mdb_env_set_maxdbs(env(), unsigned(table_names.size())), "mdb_env_set_maxdbs");
    lmdb::check(mdb_env_set_mapsize(env(), options_.map_size), "mdb_env_set_mapsize");
    lmdb::check(mdb_env_set_maxreaders(env(), options_.max_readers), "mdb_env_set_maxreaders");
    unsigned flags = MDB_NOTLS;
    flags |= writer_ ? 0U : unsigned{MDB_RDONLY};
    flags |= writer_ && !options_.durable ? unsigned{MDB_NOSYNC} : 0U;
    const int code = mdb_env_open(env(), options_.directory.c_str(), flags, file_mode);
    if (code != MDB_SUCCESS) {
        refuse_to_open(options_, writer_, code);
    }
    share_with_group(options_.directory / "data.mdb");
    share_with_group(options_.directory / "lock.mdb");
    int dead = 0;
    lmdb::check(mdb_reader_check(env(), &dead), "mdb_reader_check");
}

void IndexCore::open_tables()
{
    auto txn = lmdb::begin(env(), writer_ ? 0U : unsigned{MDB_RDONLY});
    for (std::size_t i = 0; i < table_names.size(); ++i) {
        const int code = mdb_dbi_open(txn.get(), table_names[i],
                                      writer_ ? unsigned{MDB_CREATE} : 0U, &tables_[i]);
        if (code == MDB_NOTFOUND) {
            refuse_to_open(options_, writer_, ENOENT);
        }
        lmdb::check(code, "mdb_dbi_open");
        if (i == std::size_t(Table::meta)) {
            check_format(txn.get());
        }
    }
    lmdb::commit(std::move(txn));
}

void IndexCore::check_format(MDB_txn* txn)
{
    const auto key = as_bytes(format_key);
    const auto stored = lmdb::get(txn, table(Table::meta), key);
    if (!stored && writer_) {
        std::string value;
        append_be(value, format_version);
        lmdb::put(txn, table(Table::meta), key, as_bytes(value));
        return;
    }
    const bool readable = stored && stored->size() == sizeof format_version;
    const auto format = readable ? load_be<std::uint32_t>(stored->data()) : 0;
    if (format != format_version) {
        throw std::runtime_error(
            "the index in " + options_.directory.string() + " has format " +
            std::to_string(format) + ", and this program reads format " +
            std::to_string(format_version) +
            ": run the release that wrote it, or move the storage directory away to start empty");
    }
}

MDB_txn* IndexCore::begin_read()
{
    for (int tries = 1;; ++tries) {
        if (MDB_txn* txn = try_begin_read(tries == 3)) {
            return txn;
        }
    }
}

MDB_txn* IndexCore::try_begin_read(bool last_try)
{
    MDB_txn* txn = nullptr;
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return resizers_ == 0 || held_here != 0; });
        ++live_;
        ++held_here;
        if (!idle_.empty()) {
            txn = idle_.back();
            idle_.pop_back();
        }
    }
    const int code = renew_or_begin(txn);
    if (code == MDB_SUCCESS) {
        return txn;
    }
    end_read(txn);
    if (last_try) {
        lmdb::fail(code, "cannot read the index in " + options_.directory.string());
    }
    if (code == MDB_MAP_RESIZED) {
        resize(0);
    } else if (code == MDB_READERS_FULL || code == MDB_BAD_RSLOT) {
        int dead = 0;
        lmdb::check(mdb_reader_check(env(), &dead), "mdb_reader_check");
    } else {
        lmdb::fail(code, "cannot read the index in " + options_.directory.string());
    }
    return nullptr;
}

// On failure `txn` is either null or reset and good for another renewal.
int IndexCore::renew_or_begin(MDB_txn*& txn) const
{
    if (txn == nullptr) {
        return mdb_txn_begin(env(), nullptr, MDB_RDONLY, &txn);
    }
    const int code = mdb_txn_renew(txn);
    if (code == MDB_BAD_RSLOT) {
        // Another process took the slot, so to abort would free what is not ours: let it leak.
        txn = nullptr;
    }
    return code;
}

void IndexCore::end_read(MDB_txn* txn)
{
    if (txn != nullptr) {
        mdb_txn_reset(txn);
    }
    const std::lock_guard lock(mutex_);
    if (txn != nullptr) {
        idle_.push_back(txn);
    }
    --live_;
    --held_here;
    if (resizers_ != 0 && live_ == 0) {
        changed_.notify_all();
    }
}

void IndexCore::resize(std::size_t size)
{
    std::unique_lock lock(mutex_);
    ++resizers_;
    const bool alone = changed_.wait_for(lock, resize_patience, [this] { return live_ == 0; });
    const int code = alone ? mdb_env_set_mapsize(env(), size) : MDB_SUCCESS;
    --resizers_;
    changed_.notify_all();
    if (!alone) {
        throw std::runtime_error(
            "the index has outgrown its map, which cannot follow while this "
            "process keeps a snapshot open");
    }
    lmdb::check(code, "mdb_env_set_mapsize");
}

bool IndexCore::try_write(const std::function<void(MDB_txn*)>& change) const
{
    try {
        auto txn = lmdb::begin(env(), 0);
        change(txn.get());
        lmdb::commit(std::move(txn));
        return true;
    } catch (const lmdb::Error& error) {
        if (error.code() != MDB_MAP_FULL) {
            throw;
        }
        return false;
    }
}

void IndexCore::double_map()
{
    MDB_envinfo info{};
    lmdb::check(mdb_env_info(env(), &info), "mdb_env_info");
    resize(info.me_mapsize * 2);
}

}  // namespace btgw::store
