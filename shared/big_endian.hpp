// Integers as big-endian bytes, as keys, records and frames carry them.
#pragma once

#include "bytes.hpp"

#include <array>
#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <string>

namespace btgw {

// Its own inverse: to big-endian and back. Compiles to one instruction.
template <std::unsigned_integral T>
constexpr T swapped_if_little(T value)
{
    static_assert(std::endian::native == std::endian::little ||
                  std::endian::native == std::endian::big);
    if constexpr (std::endian::native == std::endian::big || sizeof(T) == 1) {
        return value;
    } else if constexpr (sizeof(T) == 2) {
        return __builtin_bswap16(value);
    } else if constexpr (sizeof(T) == 4) {
        return __builtin_bswap32(value);
    } else {
        return __builtin_bswap64(value);
    }
}

template <std::unsigned_integral T>
void store_be(T value, std::uint8_t* out)
{
    value = swapped_if_little(value);
    std::memcpy(out, &value, sizeof value);
}

template <std::unsigned_integral T>
T load_be(const std::uint8_t* bytes)
{
    T value = 0;
    std::memcpy(&value, bytes, sizeof value);
    return swapped_if_little(value);
}

template <std::unsigned_integral T>
void append_be(std::string& out, T value)
{
    std::array<std::uint8_t, sizeof(T)> bytes;
    store_be(value, bytes.data());
    out.append(as_chars(bytes));
}

}  // namespace btgw
