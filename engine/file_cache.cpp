#include "file_cache.hpp"

#include <fcntl.h>

namespace btgw::engine {

FileCache::FileCache(std::filesystem::path storage, std::size_t limit)
    : storage_(std::move(storage)), limit_(limit)
{
}

FileCache::File FileCache::find(const std::string& path)
{
    const std::lock_guard lock(mutex_);
    const auto it = by_path_.find(path);
    if (it == by_path_.end()) {
        return nullptr;
    }
    entries_.splice(entries_.begin(), entries_, it->second);
    return it->second->second;
}

FileCache::File FileCache::open(const std::string& path)
{
    if (auto file = find(path)) {
        return file;
    }
    FileDescriptor fd(::open((storage_ / path).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd) {
        return nullptr;
    }
    return insert(path, std::make_shared<const FileDescriptor>(std::move(fd)));
}

FileCache::File FileCache::insert(const std::string& path, File file)
{
    File closed_unlocked;  // closing may wait for the disk
    const std::lock_guard lock(mutex_);
    if (const auto it = by_path_.find(path); it != by_path_.end()) {
        return it->second->second;  // another thread was faster
    }
    entries_.emplace_front(path, file);
    by_path_.emplace(path, entries_.begin());
    if (entries_.size() > limit_) {
        closed_unlocked = std::move(entries_.back().second);
        by_path_.erase(entries_.back().first);
        entries_.pop_back();
    }
    return file;
}

void FileCache::forget(const std::string& path)
{
    File closed_unlocked;
    const std::lock_guard lock(mutex_);
    const auto it = by_path_.find(path);
    if (it == by_path_.end()) {
        return;
    }
    closed_unlocked = std::move(it->second->second);
    entries_.erase(it->second);
    by_path_.erase(it);
}

std::size_t FileCache::size() const
{
    const std::lock_guard lock(mutex_);
    return entries_.size();
}

}  // namespace btgw::engine
