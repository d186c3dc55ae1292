// Integers as big-endian bytes, as keys, records and frames carry them.
#pragma once

#include "bytes.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>

namespace btgw {

template <std::unsigned_integral T>
void store_be(T value, std::uint8_t* out)
{
    for (std::size_t i = sizeof(T); i-- > 0;) {
        out[i] = static_cast<std::uint8_t>(value & 0xff);
        value = static_cast<T>(static_cast<std::uint64_t>(value) >> 8);
    }
}

template <std::unsigned_integral T>
T load_be(const std::uint8_t* bytes)
{
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) {
        value = value << 8 | bytes[i];
    }
    return static_cast<T>(value);
}

template <std::unsigned_integral T>
void append_be(std::string& out, T value)
{
    std::array<std::uint8_t, sizeof(T)> bytes;
    store_be(value, bytes.data());
    out.append(as_chars(bytes));
}

}  // namespace btgw
