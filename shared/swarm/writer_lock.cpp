#include "writer_lock.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>

namespace btgw::swarm {

namespace {

constexpr std::uint64_t magic = 0x62746777'6c6f636b;  // "btgwlock"
constexpr mode_t file_mode = S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP;

using BootId = std::array<char, 40>;

[[noreturn]] void fail(const std::string& what)
{
    throw std::system_error(errno, std::generic_category(), what);
}

// Empty where the kernel does not tell.
BootId current_boot()
{
    BootId out{};
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    file.read(out.data(), out.size() - 1);
    return out;
}

void flock_or_throw(int descriptor, int operation)
{
    while (flock(descriptor, operation) != 0) {
        if (errno != EINTR) {
            fail("flock");
        }
    }
}

void make_mutex(pthread_mutex_t& mutex)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    const int code = pthread_mutex_init(&mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
    if (code != 0) {
        throw std::system_error(code, std::generic_category(), "pthread_mutex_init");
    }
}

}  // namespace

struct WriterLock::Shared {
    std::uint64_t magic;
    std::atomic<std::uint64_t> generation;
    std::atomic<bool> clean;
    BootId boot;
    pthread_mutex_t mutex;

    void sync() { msync(this, sizeof *this, MS_SYNC); }
};

DirectoryLock::DirectoryLock(const std::filesystem::path& directory)
    : descriptor_(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC))
{
    if (descriptor_ < 0) {
        fail("cannot open " + directory.string());
    }
    flock_or_throw(descriptor_, LOCK_EX);
}

DirectoryLock::~DirectoryLock()
{
    close(descriptor_);
}

// Every user holds flock(LOCK_SH) on the file, which the kernel gives back when the user dies.
WriterLock::WriterLock(const std::filesystem::path& file)
    : descriptor_(open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, file_mode))
{
    if (descriptor_ < 0) {
        fail("cannot open " + file.string() +
             " (the users of nginx and the engine need a group in common)");
    }
    try {
        if (flock(descriptor_, LOCK_EX | LOCK_NB) == 0) {
            take_over();
        } else {
            join();
        }
        flock_or_throw(descriptor_, LOCK_SH);
        if (shared_->clean.exchange(false)) {
            shared_->sync();
        }
    } catch (...) {
        close(descriptor_);
        throw;
    }
}

WriterLock::~WriterLock()
{
    munmap(shared_, sizeof(Shared));
    close(descriptor_);
}

// The first user: nobody else looks at the file, and a mutex from before a reboot may be locked by
// nobody, so all of it is made anew.
void WriterLock::take_over()
{
    struct stat info {};
    if (fstat(descriptor_, &info) != 0) {
        fail("fstat writer.lock");
    }
    if ((info.st_mode & file_mode) != file_mode && fchmod(descriptor_, file_mode) != 0 &&
        errno != EPERM) {
        fail("fchmod writer.lock");
    }
    std::array<char, sizeof(Shared)> zeros{};
    if (info.st_size != off_t{sizeof(Shared)} &&
        (ftruncate(descriptor_, 0) != 0 ||
         pwrite(descriptor_, zeros.data(), zeros.size(), 0) != ssize_t{sizeof(Shared)})) {
        fail("cannot write writer.lock");
    }
    join();
    const auto boot = current_boot();
    trusted_ =
        shared_->magic == magic && (shared_->clean || (boot == shared_->boot && boot != BootId{}));
    make_mutex(shared_->mutex);
    shared_->boot = boot;
    shared_->magic = magic;
    shared_->clean = false;
    shared_->sync();
}

void WriterLock::join()
{
    void* memory =
        mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0);
    if (memory == MAP_FAILED) {
        fail("cannot map writer.lock");
    }
    shared_ = static_cast<Shared*>(memory);
}

bool WriterLock::try_lock()
{
    const int code = pthread_mutex_trylock(&shared_->mutex);
    if (code == EOWNERDEAD) {
        // LMDB drops the transaction of the dead; there is nothing else to put right.
        pthread_mutex_consistent(&shared_->mutex);
        return true;
    }
    if (code != 0 && code != EBUSY) {
        throw std::system_error(code, std::generic_category(), "pthread_mutex_trylock");
    }
    return code == 0;
}

void WriterLock::unlock()
{
    pthread_mutex_unlock(&shared_->mutex);
}

std::uint64_t WriterLock::generation() const
{
    return shared_->generation.load(std::memory_order_acquire);
}

void WriterLock::next_generation()
{
    shared_->generation.fetch_add(1, std::memory_order_release);
}

bool WriterLock::is_last() const
{
    return flock(descriptor_, LOCK_EX | LOCK_NB) == 0;
}

void WriterLock::mark_clean()
{
    shared_->clean = true;
    shared_->sync();
}

}  // namespace btgw::swarm
