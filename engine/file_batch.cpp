#include "file_batch.hpp"

#include "file_descriptor.hpp"
#include "refusal.hpp"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace btgw::engine {

namespace {

constexpr mode_t directory_mode = 0770;  // less the umask; the group is inherited
constexpr mode_t lease_mode = 0660;

[[noreturn]] void refuse(int error_number, const std::string& doing, const std::string& file)
{
    spdlog::warn("{} {}: {}", doing, file, std::generic_category().message(error_number));
    throw Refusal(refusal_for(error_number, "cannot store the content"));
}

std::string parent_of(const std::string& file)
{
    return file.substr(0, file.rfind('/'));
}

void remove_file(const std::filesystem::path& path)
{
    if (unlink(path.c_str()) != 0 && errno != ENOENT) {
        spdlog::warn("cannot remove {}: {}", path.native(), std::generic_category().message(errno));
    }
}

}  // namespace

FileBatch::FileBatch(std::filesystem::path storage, FileCache& cache, bool durable)
    : storage_(std::move(storage)), cache_(cache), durable_(durable)
{
}

void FileBatch::start_sync(const std::string& file) const
{
    if (!durable_) {
        return;
    }
    const FileDescriptor fd(::open((storage_ / file).c_str(), O_RDONLY | O_CLOEXEC));
    if (fd) {  // finish_sync() says what is wrong
        sync_file_range(fd.get(), 0, 0, SYNC_FILE_RANGE_WRITE);
    }
}

void FileBatch::finish_sync(const std::string& file) const
{
    if (!durable_) {
        return;
    }
    const FileDescriptor fd(::open((storage_ / file).c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd || fdatasync(fd.get()) != 0) {
        refuse(errno, "cannot sync", file);
    }
}

void FileBatch::publish_blob(const std::string& spool_file, const Sha256& hash)
{
    blobs_.insert(hash);
    publish(spool_file, store::blob_path(hash));
}

void FileBatch::publish_chunk(const std::string& spool_file, const PieceRoot& root)
{
    chunks_.insert(root);
    publish(spool_file, store::chunk_path(root));
}

bool FileBatch::has_blob_file(const Sha256& hash) const
{
    return exists(store::blob_path(hash));
}

bool FileBatch::has_chunk_file(const PieceRoot& root) const
{
    return exists(store::chunk_path(root));
}

void FileBatch::publish(const std::string& spool_file, const std::string& file)
{
    const auto from = storage_ / spool_file;
    const auto to = storage_ / file;
    if (std::rename(from.c_str(), to.c_str()) != 0) {
        if (errno == ENOENT && exists(spool_file)) {
            make_parents(file);
            if (std::rename(from.c_str(), to.c_str()) != 0) {
                refuse(errno, "cannot publish", spool_file);
            }
        } else if (errno != ENOENT || !exists(file)) {
            refuse(errno, "cannot publish", spool_file);
        }
        // Else an earlier run of this transaction has renamed it.
    }
    changed_directories_.insert(parent_of(file));
}

void FileBatch::create_lease(const Sha256& hash)
{
    const auto file = store::lease_path(hash);
    const auto path = storage_ / file;
    FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, lease_mode));
    if (!fd && errno == ENOENT) {
        make_parents(file);
        fd = FileDescriptor(::open(path.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, lease_mode));
    }
    if (!fd) {
        refuse(errno, "cannot create", file);
    }
    changed_directories_.insert(parent_of(file));
}

// Of "blobs/ab/cd/<hash>" makes blobs/ab and blobs/ab/cd; the first component is always there.
void FileBatch::make_parents(const std::string& file)
{
    for (auto slash = file.find('/', file.find('/') + 1); slash != std::string::npos;
         slash = file.find('/', slash + 1)) {
        const auto directory = file.substr(0, slash);
        if (mkdir((storage_ / directory).c_str(), directory_mode) != 0 && errno != EEXIST) {
            refuse(errno, "cannot make directory", directory);
        }
        changed_directories_.insert(parent_of(directory));
    }
}

void FileBatch::sync_directories()
{
    if (!durable_) {
        return;
    }
    for (const auto& directory : changed_directories_) {
        const FileDescriptor fd(
            ::open((storage_ / directory).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!fd || fsync(fd.get()) != 0) {
            throw std::system_error(errno, std::generic_category(), "cannot sync " + directory);
        }
    }
}

void FileBatch::drop_spool_file(std::string file)
{
    dropped_.push_back(std::move(file));
}

void FileBatch::clean_up(const store::Index& index)
{
    // The snapshot ends before the first file goes: unlinking takes long, and would pin pages.
    for (const auto& file : unknown_files(index.snapshot())) {
        remove_file(storage_ / file);
        cache_.forget(file);
    }
    for (const auto& file : dropped_) {
        remove_file(storage_ / file);
    }
}

std::vector<std::string> FileBatch::unknown_files(const store::Snapshot& now) const
{
    std::vector<std::string> out;
    for (const auto& hash : blobs_) {
        const auto content = now.content(hash);
        if (!content || content->kind != store::Kind::blob) {
            out.push_back(store::blob_path(hash));
        }
    }
    for (const auto& root : chunks_) {
        if (!now.chunk(root)) {
            out.push_back(store::chunk_path(root));
        }
    }
    for (const auto& hash : leases_) {
        if (!now.content(hash) && !now.doomed(hash)) {
            out.push_back(store::lease_path(hash));
        }
    }
    return out;
}

bool FileBatch::exists(const std::string& file) const
{
    return access((storage_ / file).c_str(), F_OK) == 0;
}

}  // namespace btgw::engine
