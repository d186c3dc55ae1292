#include "log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>

namespace btgw::engine {

bool is_log_level(std::string_view level)
{
    constexpr std::array<std::string_view, 5> levels{"trace", "debug", "info", "warn", "error"};
    return std::find(levels.begin(), levels.end(), level) != levels.end();
}

void set_up_log(std::string_view level)
{
    auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    auto logger = std::make_shared<spdlog::logger>("engine", std::move(sink));
    logger->set_pattern("%Y-%m-%d %H:%M:%S.%e %l %v");
    logger->set_level(spdlog::level::from_str(std::string(level)));
    spdlog::set_default_logger(std::move(logger));
}

}  // namespace btgw::engine
