#include "config.hpp"

#include "asio.hpp"
#include "log.hpp"
#include "yaml_section.hpp"

#include <sys/un.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <limits>

namespace btgw::engine {

namespace {

void read_gateway(YamlSection section, GatewayConfig& out)
{
    constexpr std::string_view scheme = "ipc://";
    section.read("endpoint", out.endpoint);
    if (!out.endpoint.starts_with("ipc:///")) {
        section.fail("endpoint", "must be ipc:// and an absolute path");
    }
    if (out.endpoint.size() - scheme.size() >= sizeof(sockaddr_un::sun_path)) {
        section.fail("endpoint", "is longer than the path of a socket may be (107 bytes)");
    }
    section.read_mode("socket_mode", out.socket_mode);
    section.finish();
}

Durability durability_of(const YamlSection& section, const std::string& word)
{
    if (word != "full" && word != "relaxed") {
        section.fail("durability", "must be full or relaxed");
    }
    return word == "full" ? Durability::full : Durability::relaxed;
}

void read_storage(YamlSection section, StorageConfig& out)
{
    std::string path = out.path;
    section.read("path", path);
    if (!path.starts_with('/')) {
        section.fail("path", "must be an absolute path");
    }
    out.path = path;
    section.read_size("map_size", out.map_size, std::uint64_t{1} << 20);
    std::string durability = "full";
    section.read("durability", durability);
    out.durability = durability_of(section, durability);
    section.read("hash_threads", out.hash_threads, 0u, 256u);
    section.read("max_readers", out.max_readers, 16u, 65536u);
    section.finish();
}

// "192.0.2.1:6882" or "[2001:db8::1]:6882"; port 0 lets the system choose.
bool is_listen_address(std::string_view text)
{
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        return false;
    }
    std::uint16_t port = 0;
    const char* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data() + colon + 1, end, port);
    if (error != std::errc{} || stopped != end) {
        return false;
    }
    std::string host(text.substr(0, colon));
    const bool brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (brackets) {
        host = host.substr(1, host.size() - 2);
    }
    boost::system::error_code bad;
    const auto address = asio::ip::make_address(host, bad);
    return !bad && address.is_v6() == brackets;
}

// "host:port", not 0.
bool is_node_address(std::string_view text)
{
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0) {
        return false;
    }
    std::uint16_t port = 0;
    const char* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data() + colon + 1, end, port);
    return error == std::errc{} && stopped == end && port != 0 &&
           text.find_first_of(", ") == std::string_view::npos;
}

void read_formats(YamlSection& section, std::vector<store::TorrentFormat>& out)
{
    std::vector<std::string> words{"v1"};
    section.read("seed_formats", words);
    out.clear();
    for (const auto& word : words) {
        if (word != "v1" && word != "v2" && word != "hybrid") {
            section.fail("seed_formats", "must be a list of v1, v2 and hybrid");
        }
        const auto format = word == "v1"   ? store::TorrentFormat::v1
                            : word == "v2" ? store::TorrentFormat::v2
                                           : store::TorrentFormat::hybrid;
        if (std::find(out.begin(), out.end(), format) == out.end()) {
            out.push_back(format);
        }
    }
}

void read_torrent(YamlSection section, TorrentConfig& out)
{
    section.read("listen", out.listen);
    if (!std::all_of(out.listen.begin(), out.listen.end(), is_listen_address)) {
        section.fail("listen", "must be a list of address:port, IPv6 in brackets");
    }
    read_formats(section, out.seed_formats);
    section.read("connections", out.connections, 1, 1'000'000);
    std::uint64_t upload_rate = 0;
    section.read_size("upload_rate", upload_rate, 0);
    if (upload_rate > std::uint64_t{std::numeric_limits<int>::max()}) {
        section.fail("upload_rate", "must be below 2g; 0 is no limit");
    }
    out.upload_rate = static_cast<int>(upload_rate);
    section.read("pex", out.pex);
    section.read("lsd", out.lsd);
    section.read("utp", out.utp);
    section.read("disk_threads", out.disk_threads, 1u, 256u);
    section.read("open_files", out.open_files, std::size_t{16}, std::size_t{1} << 20);
    section.finish();
}

void read_dht(YamlSection section, DhtConfig& out)
{
    section.read("enabled", out.enabled);
    section.read("bootstrap", out.bootstrap);
    if (!std::all_of(out.bootstrap.begin(), out.bootstrap.end(), is_node_address)) {
        section.fail("bootstrap", "must be a list of host:port");
    }
    section.finish();
}

void read_log(YamlSection section, LogConfig& out)
{
    section.read("level", out.level);
    if (!is_log_level(out.level)) {
        section.fail("level", "must be trace, debug, info, warn or error");
    }
    section.finish();
}

YAML::Node load(const std::string& text, const std::string& file)
{
    try {
        return YAML::Load(text);
    } catch (const YAML::Exception& e) {
        throw ConfigError(file + ":" + std::to_string(e.mark.line + 1) + ": " + e.msg);
    }
}

}  // namespace

Config parse_config(const std::string& text, const std::string& file)
{
    YamlSection root(load(text, file), file, "");
    Config out;
    read_gateway(root.section("gateway"), out.gateway);
    read_storage(root.section("storage"), out.storage);
    read_torrent(root.section("torrent"), out.torrent);
    read_dht(root.section("dht"), out.dht);
    read_log(root.section("log"), out.log);
    root.finish();
    return out;
}

Config load_config(const std::filesystem::path& file)
{
    std::ifstream in(file);
    const std::string text(std::istreambuf_iterator<char>(in), {});
    if (!in.is_open() || in.bad()) {
        throw ConfigError(file.string() + ": cannot be read");
    }
    return parse_config(text, file.string());
}

}  // namespace btgw::engine
