#include "content_files.hpp"

#include "../hex.hpp"

#include <sys/stat.h>

#include <cerrno>

namespace btgw::store {

namespace fs = std::filesystem;

namespace {

// <top>/ab/cd/<hex>: 65536 directories keep each one small with a hundred million files.
std::string two_level_path(std::string_view top, std::string_view hex)
{
    std::string out(top);
    out.append("/").append(hex.substr(0, 2));
    out.append("/").append(hex.substr(2, 2));
    return out.append("/").append(hex);
}

// Set-group-id: what the engine and the workers create inside belongs to the group they share.
constexpr mode_t shared_mode = S_ISGID | S_IRWXU | S_IRWXG;
constexpr mode_t private_mode = S_IRWXU;

void make_directory(const fs::path& path, mode_t mode)
{
    if (!fs::create_directories(path)) {
        return;  // it was there; its mode is the admin's
    }
    if (chmod(path.c_str(), mode) != 0) {
        throw fs::filesystem_error("cannot set the mode of a directory", path,
                                   std::error_code(errno, std::generic_category()));
    }
}

}  // namespace

std::string blob_path(const Sha256& hash)
{
    return two_level_path("blobs", to_hex(hash));
}

std::string chunk_path(const PieceRoot& root)
{
    return two_level_path("chunks", to_hex(root));
}

std::string lease_path(const Sha256& hash)
{
    const auto hex = to_hex(hash);
    return "leases/" + hex.substr(0, 2) + "/" + hex;
}

std::string spool_path(std::string_view upload)
{
    return std::string("spool/").append(upload);
}

std::string spool_chunk_path(std::string_view upload, std::uint32_t index)
{
    const auto digits = std::to_string(index);
    const std::string zeros(digits.size() < 6 ? 6 - digits.size() : 0, '0');
    return spool_path(upload) + "." + zeros + digits;
}

void make_directories(const fs::path& storage)
{
    for (const char* name : {"index", "swarm", "blobs", "chunks", "spool", "leases", "cache"}) {
        make_directory(storage / name, shared_mode);
    }
    make_directory(storage / "engine", private_mode);  // holds the server's own key
}

}  // namespace btgw::store
