#include "bencode.hpp"

#include <array>
#include <charconv>

namespace btgw::bittorrent {

namespace {

void append_digits(std::string& out, std::uint64_t value)
{
    std::array<char, 20> digits;
    const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    out.append(digits.data(), result.ptr);
}

}  // namespace

void append_string(std::string& out, std::string_view value)
{
    append_digits(out, value.size());
    out += ':';
    out += value;
}

void append_integer(std::string& out, std::uint64_t value)
{
    out += 'i';
    append_digits(out, value);
    out += 'e';
}

}  // namespace btgw::bittorrent
