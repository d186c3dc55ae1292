#include "config.hpp"
#include "engine.hpp"
#include "log.hpp"

#include <spdlog/spdlog.h>

#include <cstdio>
#include <cstring>
#include <string>

namespace {

constexpr const char* usage =
    "usage: btgw-engine [--config FILE] [--check]\n"
    "       btgw-engine --version\n";

}  // namespace

int main(int argc, char** argv)
try {
    std::string config_file = "/etc/bittorrent-gateway/engine.yaml";
    bool only_check = false;
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--config") == 0 && i + 1 < argc) {
            config_file = argv[++i];
        } else if (std::strcmp(argv[i], "--check") == 0) {
            only_check = true;
        } else if (std::strcmp(argv[i], "--version") == 0) {
            std::puts("btgw-engine " BTGW_VERSION);
            return 0;
        } else {
            std::fputs(usage, stderr);
            return 2;
        }
    }
    const auto config = btgw::engine::load_config(config_file);
    btgw::engine::set_up_log(config.log.level);
    if (!only_check) {
        btgw::engine::Engine(config).run();
    }
    return 0;
} catch (const std::exception& e) {
    spdlog::error("{}", e.what());
    return 1;
}
