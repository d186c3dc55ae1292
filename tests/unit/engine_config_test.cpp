// engine.yaml: every key of conf/engine.yaml, and what is refused.
#include "engine/config.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>

namespace bdata = boost::unit_test::data;
using namespace btgw::engine;
using btgw::store::TorrentFormat;

namespace {

struct Refused {
    const char* text;
    const char* message;
};

std::ostream& operator<<(std::ostream& out, const Refused& refused)
{
    return out << refused.text;
}

const Refused refused[] = {
    {"gatway: {}", "engine.yaml:1: gatway is not a known key"},
    {"gateway:\n  endpoint: ipc:///a\n  port: 1", "engine.yaml:3: gateway.port is not a known key"},
    {"gateway: [1]", "engine.yaml:1: gateway must hold keys and values"},
    {"log:\n  level: info\n  level: warn", "engine.yaml:3: log.level is given twice"},
    {"gateway:\n  endpoint: tcp://127.0.0.1:1",
     "engine.yaml:2: gateway.endpoint must be ipc:// and an absolute path"},
    {"gateway:\n  endpoint: [a]", "engine.yaml:2: gateway.endpoint must be a single value"},
    {"gateway:\n  socket_mode: 0888",
     "engine.yaml:2: gateway.socket_mode must be an access mode in octal, such as 0660"},
    {"storage:\n  path: data", "engine.yaml:2: storage.path must be an absolute path"},
    {"storage:\n  map_size: many",
     "engine.yaml:2: storage.map_size must be a size such as 512, 64k, 16m or 2g"},
    {"storage:\n  map_size: 4k", "engine.yaml:2: storage.map_size must be at least 1048576"},
    {"storage:\n  map_size: 99999999999999999999g",
     "engine.yaml:2: storage.map_size must be a size such as 512, 64k, 16m or 2g"},
    {"storage:\n  durability: none", "engine.yaml:2: storage.durability must be full or relaxed"},
    {"storage:\n\n  hash_threads: -1",
     "engine.yaml:3: storage.hash_threads must be a whole number from 0 to 256"},
    {"torrent:\n  listen: 0.0.0.0:1", "engine.yaml:2: torrent.listen must be a list: [a, b]"},
    {"torrent:\n  listen: [\"::1:6882\"]",
     "engine.yaml:2: torrent.listen must be a list of address:port, IPv6 in brackets"},
    {"torrent:\n  listen: [\"127.0.0.1:65536\"]",
     "engine.yaml:2: torrent.listen must be a list of address:port, IPv6 in brackets"},
    {"torrent:\n  seed_formats: [v3]",
     "engine.yaml:2: torrent.seed_formats must be a list of v1, v2 and hybrid"},
    {"torrent:\n  pex: yes", "engine.yaml:2: torrent.pex must be true or false"},
    {"dht:\n  bootstrap: [router]", "engine.yaml:2: dht.bootstrap must be a list of host:port"},
    {"log:\n  level: loud", "engine.yaml:2: log.level must be trace, debug, info, warn or error"},
    {"log: {level: info", "engine.yaml:1: end of map flow not found"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(engine_config)

BOOST_DATA_TEST_CASE(refuses_with_file_and_line, bdata::make(refused), c)
{
    BOOST_CHECK_EXCEPTION(parse_config(c.text, "engine.yaml"), ConfigError, [&](const auto& e) {
        BOOST_TEST(e.what() == c.message);
        return true;
    });
}

BOOST_AUTO_TEST_CASE(an_empty_file_gives_the_defaults)
{
    const auto config = parse_config("", "engine.yaml");
    BOOST_TEST(config.gateway.endpoint == "ipc:///run/bittorrent-gateway/engine.sock");
    BOOST_TEST(config.storage.map_size == std::uint64_t{64} << 30);
    BOOST_TEST(config.torrent.listen.size() == 2u);
    BOOST_TEST(!config.dht.enabled);
}

BOOST_AUTO_TEST_CASE(a_key_without_a_value_keeps_its_default)
{
    BOOST_TEST(parse_config("log:\n  level:\n", "engine.yaml").log.level == "info");
}

BOOST_AUTO_TEST_CASE(reads_every_kind_of_value)
{
    const auto config = parse_config(
        "gateway: {endpoint: ipc:///tmp/e.sock, socket_mode: 0600}\n"
        "storage: {path: /srv/btgw, map_size: 16m, durability: relaxed, hash_threads: 3}\n"
        "torrent: {listen: [\"127.0.0.1:0\", \"[::1]:0\"], seed_formats: [v2, hybrid, v2],\n"
        "          upload_rate: 10m, utp: false}\n"
        "dht: {enabled: true, bootstrap: []}\n",
        "engine.yaml");
    BOOST_TEST(config.gateway.socket_mode == 0600u);
    BOOST_TEST(config.storage.path == "/srv/btgw");
    BOOST_TEST(config.storage.map_size == 16u << 20);
    BOOST_CHECK(config.storage.durability == Durability::relaxed);
    BOOST_TEST(config.storage.hash_threads == 3u);
    BOOST_TEST(config.torrent.listen.at(1) == "[::1]:0");
    BOOST_CHECK((config.torrent.seed_formats ==
                 std::vector<TorrentFormat>{TorrentFormat::v2, TorrentFormat::hybrid}));
    BOOST_TEST(config.torrent.upload_rate == 10 << 20);
    BOOST_TEST(!config.torrent.utp);
    BOOST_TEST(config.dht.enabled);
    BOOST_TEST(config.dht.bootstrap.empty());
}

BOOST_AUTO_TEST_CASE(an_endpoint_that_is_no_socket_path_is_refused)
{
    const std::string text = "gateway:\n  endpoint: ipc:///" + std::string(107, 'a');
    BOOST_CHECK_THROW(parse_config(text, "engine.yaml"), ConfigError);
}

BOOST_AUTO_TEST_CASE(the_shipped_file_holds_the_defaults)
{
    const auto shipped = load_config(BTGW_SOURCE_DIR "/conf/engine.yaml");
    const Config defaults;
    BOOST_TEST(shipped.gateway.endpoint == defaults.gateway.endpoint);
    BOOST_TEST(shipped.gateway.socket_mode == defaults.gateway.socket_mode);
    BOOST_TEST(shipped.storage.path == defaults.storage.path);
    BOOST_TEST(shipped.storage.map_size == defaults.storage.map_size);
    BOOST_TEST(shipped.storage.hash_threads == defaults.storage.hash_threads);
    BOOST_TEST(shipped.storage.max_readers == defaults.storage.max_readers);
    BOOST_TEST(shipped.torrent.listen == defaults.torrent.listen, boost::test_tools::per_element());
    BOOST_CHECK(shipped.torrent.seed_formats == defaults.torrent.seed_formats);
    BOOST_TEST(shipped.torrent.connections == defaults.torrent.connections);
    BOOST_TEST(shipped.torrent.upload_rate == defaults.torrent.upload_rate);
    BOOST_TEST(shipped.torrent.disk_threads == defaults.torrent.disk_threads);
    BOOST_TEST(shipped.torrent.open_files == defaults.torrent.open_files);
    BOOST_TEST(shipped.dht.bootstrap == defaults.dht.bootstrap, boost::test_tools::per_element());
    BOOST_TEST(shipped.log.level == defaults.log.level);
}

BOOST_AUTO_TEST_SUITE_END()
