// Keeps the chunks of a content from being unlinked while they are sent: a shared lock on the
// content's lease file, which the kernel drops when the worker dies (content_files.hpp).
#pragma once

#include "shared/bytes.hpp"

#include <memory>
#include <string>
#include <unordered_map>

namespace btgw::ngx {

class Leases {
public:
    explicit Leases(std::string storage) : storage_(std::move(storage)) {}

    class Lock;
    // One descriptor for all downloads of a content in this worker. Null when the content is being
    // removed, or was never chunked.
    std::shared_ptr<Lock> acquire(const Sha256& content);

private:
    std::string storage_;
    std::unordered_map<Sha256, std::weak_ptr<Lock>, BytesHash> held_;
};

class Leases::Lock {
public:
    Lock(Leases& leases, const Sha256& content, int descriptor)
        : leases_(&leases), content_(content), descriptor_(descriptor)
    {
    }
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;
    ~Lock();

private:
    Leases* leases_;
    Sha256 content_;
    int descriptor_;
};

}  // namespace btgw::ngx
