#include "storage_check.hpp"

#include "conf.hpp"
#include "ngx_str.hpp"
#include "shared/store/index.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

namespace btgw::ngx {

namespace {

struct Identity {
    uid_t uid;
    std::vector<gid_t> groups;
};

// Whom workers run as: nginx changes user only when its master is root.
Identity worker_identity(ngx_cycle_t* cycle)
{
    if (geteuid() != 0) {
        const int count = getgroups(0, nullptr);
        std::vector<gid_t> groups(static_cast<std::size_t>(std::max(count, 0)));
        getgroups(count, groups.data());
        groups.push_back(getegid());
        return {geteuid(), std::move(groups)};
    }
    const auto* core =
        reinterpret_cast<ngx_core_conf_t*>(ngx_get_conf(cycle->conf_ctx, ngx_core_module));
    int count = 64;
    std::vector<gid_t> groups(static_cast<std::size_t>(count));
    const auto gid = static_cast<gid_t>(core->group);
    if (getgrouplist(core->username == nullptr ? "" : core->username, gid, groups.data(), &count) <
        0) {
        count = 0;
    }
    groups.resize(static_cast<std::size_t>(count));
    groups.push_back(gid);
    return {static_cast<uid_t>(core->user), std::move(groups)};
}

// `wanted` in the bits of one class: 4 read, 2 write, 1 search.
bool permits(const struct stat& info, const Identity& who, unsigned wanted)
{
    if (who.uid == 0) {
        return true;
    }
    unsigned granted = info.st_mode & 7U;
    if (info.st_uid == who.uid) {
        granted = (info.st_mode >> 6) & 7U;
    } else if (std::find(who.groups.begin(), who.groups.end(), info.st_gid) != who.groups.end()) {
        granted = (info.st_mode >> 3) & 7U;
    }
    return (granted & wanted) == wanted;
}

struct Need {
    const char* path;
    unsigned access;
    bool required;  // otherwise: only if it exists, since the engine makes it at its first start
};

constexpr Need needs[] = {
    {"", 1, true},
    {"/spool", 7, false},
    {"/index", 1, false},
    {"/index/data.mdb", 4, false},
    {"/index/lock.mdb", 6, false},
    {"/swarm", 7, false},
    {"/blobs", 1, false},
    {"/chunks", 1, false},
    {"/leases", 1, false},
};

bool check(ngx_cycle_t* cycle, const std::string& storage, const Identity& who, const Need& need)
{
    const std::string path = storage + need.path;
    struct stat info {};
    if (stat(path.c_str(), &info) != 0) {
        if (ngx_errno == NGX_ENOENT && !need.required) {
            return true;
        }
        ngx_log_error(NGX_LOG_EMERG, cycle->log, ngx_errno,
                      "btgw_storage: \"%s\" cannot be used: start the engine once, or correct the "
                      "path",
                      path.c_str());
        return false;
    }
    if (!permits(info, who, need.access)) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                      "btgw_storage: worker processes (uid %d) may not use \"%s\": they and the "
                      "engine need one group, and that group %s access to it",
                      static_cast<int>(who.uid), path.c_str(),
                      (need.access & 2U) != 0U ? "write" : "read");
        return false;
    }
    return true;
}

// Format and state of the index, where there is one. It is closed again before workers are forked.
bool is_readable(ngx_cycle_t* cycle, const std::string& storage)
{
    const std::string directory = storage + "/index";
    struct stat info {};
    if (stat((directory + "/data.mdb").c_str(), &info) != 0 ||
        stat((directory + "/lock.mdb").c_str(), &info) != 0) {
        return true;  // the engine has never run
    }
    try {
        store::IndexOptions options;
        options.directory = directory;
        store::Index::open_reader(options);
        return true;
    } catch (const std::exception& e) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, 0, "btgw_storage: %s", e.what());
        return false;
    }
}

}  // namespace

ngx_int_t check_storage(ngx_cycle_t* cycle)
{
    const MainConf* conf = main_conf(*cycle);
    if (conf == nullptr || (conf->storage.len == 0 && conf->used == 0)) {
        return NGX_OK;  // loaded, but not used by this configuration
    }
    if (conf->storage.len == 0) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                      "\"btgw_storage\" is missing: it names the directory that the engine keeps");
        return NGX_ERROR;
    }
    const std::string storage{view(conf->storage)};
    if (storage.front() != '/') {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, 0, "btgw_storage: \"%s\" is not an absolute path",
                      storage.c_str());
        return NGX_ERROR;
    }
    const Identity who = worker_identity(cycle);
    const bool usable = std::all_of(std::begin(needs), std::end(needs), [&](const Need& need) {
        return check(cycle, storage, who, need);
    });
    return usable && is_readable(cycle, storage) ? NGX_OK : NGX_ERROR;
}

}  // namespace btgw::ngx
