#include "spool_sweep.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <map>

namespace btgw::engine {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::hours max_silence{1};

}  // namespace

std::vector<SpooledUpload> list_spool(const fs::path& spool)
{
    std::map<std::string, SpooledUpload> by_id;
    std::error_code error;
    for (fs::directory_iterator it(spool, error), end; !error && it != end; it.increment(error)) {
        struct stat facts {};
        if (lstat(it->path().c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) {
            continue;
        }
        auto name = it->path().filename().string();
        auto& upload = by_id[name.substr(0, name.find('.'))];
        upload.last_write =
            std::max(upload.last_write, std::chrono::system_clock::from_time_t(facts.st_mtime));
        upload.files.push_back(std::move(name));
    }
    std::vector<SpooledUpload> out;
    for (auto& [id, upload] : by_id) {
        upload.id = id;
        out.push_back(std::move(upload));
    }
    return out;
}

int worker_of(const std::string& upload)
{
    constexpr std::size_t digits = 8;
    int pid = 0;
    if (upload.size() < digits) {
        return 0;
    }
    const char* end = upload.data() + digits;
    const auto [stopped, error] = std::from_chars(upload.data(), end, pid, 16);
    return error == std::errc{} && stopped == end && pid > 0 ? pid : 0;
}

bool is_stale(const SpooledUpload& upload, std::chrono::system_clock::time_point now)
{
    return now - upload.last_write > max_silence;
}

bool is_dead(int pid)
{
    return kill(pid, 0) != 0 && errno == ESRCH;
}

std::size_t sweep_spool(const fs::path& spool, bool at_start,
                        std::chrono::system_clock::time_point now)
{
    std::size_t removed = 0;
    for (const auto& upload : list_spool(spool)) {
        const int worker = worker_of(upload.id);
        const bool orphan = at_start && worker != 0 && is_dead(worker);
        if (!orphan && !is_stale(upload, now)) {
            continue;
        }
        for (const auto& file : upload.files) {
            removed += unlink((spool / file).c_str()) == 0 ? 1 : 0;
        }
    }
    return removed;
}

}  // namespace btgw::engine
