// Hexadecimal, as the protocols write hashes and keys: lower case out, either case in where asked.
#pragma once

#include "bytes.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace btgw {

std::string to_hex(ByteView bytes);

// Fills `out` when `text` is exactly 2 * out.size() hexadecimal digits of either case.
bool parse_hex(std::string_view text, std::span<std::uint8_t> out);

template <class T>
std::optional<T> from_hex(std::string_view text)
{
    T out;
    if (!parse_hex(text, out.bytes)) {
        return std::nullopt;
    }
    return out;
}

template <class T>
requires requires(const T& value)
{
    value.view();
}
std::string to_hex(const T& value)
{
    return to_hex(value.view());
}

}  // namespace btgw
