// One engine for one storage directory: the index and the files have a single writer.
#pragma once

#include "file_descriptor.hpp"

#include <filesystem>

namespace btgw::engine {

// Makes the storage's directories and holds a lock in it for as long as it lives. Throws
// std::runtime_error that says what to do when the directory cannot be used or another engine has
// it.
class StorageLock {
public:
    explicit StorageLock(const std::filesystem::path& storage);

private:
    FileDescriptor lock_;
};

}  // namespace btgw::engine
