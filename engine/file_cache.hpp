// Open read-only files of blobs/ and chunks/, least recently used closed first. Content never
// changes under its name, so a descriptor stays right for as long as it is open. For any thread.
#pragma once

#include "file_descriptor.hpp"

#include <cstddef>
#include <filesystem>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace btgw::engine {

class FileCache {
public:
    using File = std::shared_ptr<const FileDescriptor>;  // open until the last one lets go

    FileCache(std::filesystem::path storage, std::size_t limit);

    // Null when it is not open now. Paths are relative to the storage directory.
    File find(const std::string& path);

    // Null with errno set when it cannot be opened. May wait for the disk.
    File open(const std::string& path);

    // Called when the file was unlinked, so that its space is freed.
    void forget(const std::string& path);

    [[nodiscard]] std::size_t size() const;

private:
    using Entries = std::list<std::pair<std::string, File>>;

    File insert(const std::string& path, File file);

    const std::filesystem::path storage_;
    const std::size_t limit_;
    mutable std::mutex mutex_;
    Entries entries_;  // most recently used first
    std::unordered_map<std::string, Entries::iterator> by_path_;
};

}  // namespace btgw::engine
