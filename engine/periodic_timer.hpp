// Calls a function now and then on the io_context's thread.
#pragma once

#include "asio.hpp"

#include <chrono>
#include <functional>

namespace btgw::engine {

class PeriodicTimer {
public:
    PeriodicTimer(asio::io_context& io, std::chrono::milliseconds interval,
                  std::function<void()> function)
        : timer_(io), interval_(interval), function_(std::move(function))
    {
    }

    // The first call comes one interval from now.
    void start()
    {
        timer_.expires_after(interval_);
        timer_.async_wait([this](const boost::system::error_code& error) {
            if (!error) {
                function_();
                start();
            }
        });
    }

    void stop() { timer_.cancel(); }

private:
    asio::steady_timer timer_;
    const std::chrono::milliseconds interval_;
    const std::function<void()> function_;
};

}  // namespace btgw::engine
