#include "leases.hpp"

#include "shared/store/content_files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace btgw::ngx {

Leases::Lock::~Lock()
{
    close(descriptor_);
    leases_->held_.erase(content_);
}

std::shared_ptr<Leases::Lock> Leases::acquire(const Sha256& content)
{
    if (const auto found = held_.find(content); found != held_.end()) {
        if (auto lock = found->second.lock()) {
            return lock;
        }
    }
    const std::string path = storage_ + '/' + store::lease_path(content);
    const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return nullptr;
    }
    if (flock(descriptor, LOCK_SH | LOCK_NB) != 0) {
        close(descriptor);
        return nullptr;
    }
    auto lock = std::make_shared<Lock>(*this, content, descriptor);
    held_[content] = lock;
    return lock;
}

}  // namespace btgw::ngx
