// Boost.Asio, included the one way that g++ 12 accepts in C++20 (chriskohlhoff/asio#944).
#pragma once

// clang-format off
#include <utility>
#include <boost/asio.hpp>
// clang-format on

namespace btgw::engine {

namespace asio = boost::asio;

}  // namespace btgw::engine
