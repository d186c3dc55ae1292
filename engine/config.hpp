// engine.yaml as a struct. conf/engine.yaml lists every key with its default and meaning.
#pragma once

#include "../shared/store/keys.hpp"

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace btgw::engine {

struct GatewayConfig {
    std::string endpoint = "ipc:///run/bittorrent-gateway/engine.sock";
    mode_t socket_mode = 0660;
};

enum class Durability { full, relaxed };

struct StorageConfig {
    std::filesystem::path path = "/var/lib/bittorrent-gateway";
    std::uint64_t map_size = std::uint64_t{64} << 30;  // bytes
    Durability durability = Durability::full;
    unsigned hash_threads = 0;  // 0: one for each processor
    unsigned max_readers = 1024;
};

struct TorrentConfig {
    std::vector<std::string> listen{"0.0.0.0:6882", "[::]:6882"};  // empty: no seeding
    std::vector<store::TorrentFormat> seed_formats{store::TorrentFormat::v1};
    int connections = 2000;
    int upload_rate = 0;  // bytes per second; 0: no limit
    bool pex = false;
    bool lsd = false;
    bool utp = true;
    unsigned disk_threads = 4;
    std::size_t open_files = 512;
};

struct DhtConfig {
    bool enabled = false;
    std::vector<std::string> bootstrap{"router.bittorrent.com:6881", "dht.transmissionbt.com:6881"};
};

struct LogConfig {
    std::string level = "info";
};

struct Config {
    GatewayConfig gateway;
    StorageConfig storage;
    TorrentConfig torrent;
    DhtConfig dht;
    LogConfig log;
};

// What is wrong and where: "engine.yaml:12: torrent.listen: ..."
class ConfigError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// Refuses unknown and repeated keys, wrong types and bad values with ConfigError. `file` is for the
// messages only.
Config parse_config(const std::string& text, const std::string& file);

// Throws ConfigError, also when the file cannot be read.
Config load_config(const std::filesystem::path& file);

}  // namespace btgw::engine
