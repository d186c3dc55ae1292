#include "url.hpp"

#include "../hex.hpp"

#include <algorithm>
#include <array>

namespace btgw::http {

namespace {

constexpr std::string_view hex_digits = "0123456789ABCDEF";

bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

// Takes the next decoded byte off the front; nothing for a bad escape.
std::optional<char> take_decoded(std::string_view& text)
{
    if (text.front() != '%') {
        const char literal = text.front();
        text.remove_prefix(1);
        return literal;
    }
    std::array<std::uint8_t, 1> byte;
    if (text.size() < 3 || !parse_hex(text.substr(1, 2), byte)) {
        return std::nullopt;
    }
    text.remove_prefix(3);
    return static_cast<char>(byte[0]);
}

}  // namespace

std::string percent_encode(std::string_view bytes)
{
    std::string out;
    out.reserve(bytes.size());
    for (const char c : bytes) {
        if (is_unreserved(c)) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += hex_digits[byte >> 4];
        out += hex_digits[byte & 0x0f];
    }
    return out;
}

std::optional<std::string> percent_decode(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const std::optional<char> byte = take_decoded(text);
        if (!byte) {
            return std::nullopt;
        }
        out += *byte;
    }
    return out;
}

bool percent_decode_to(std::string_view text, std::span<std::uint8_t> out)
{
    for (std::uint8_t& place : out) {
        const std::optional<char> byte = text.empty() ? std::nullopt : take_decoded(text);
        if (!byte) {
            return false;
        }
        place = static_cast<std::uint8_t>(*byte);
    }
    return text.empty();
}

std::optional<QueryReader::Parameter> QueryReader::next()
{
    while (!rest_.empty()) {
        const std::string_view pair = rest_.substr(0, rest_.find('&'));
        rest_.remove_prefix(std::min(pair.size() + 1, rest_.size()));
        if (pair.empty()) {
            continue;
        }
        const std::size_t equals = pair.find('=');
        if (equals == std::string_view::npos) {
            return Parameter{pair, {}};
        }
        return Parameter{pair.substr(0, equals), pair.substr(equals + 1)};
    }
    return std::nullopt;
}

std::optional<std::string> query_value(std::string_view query, std::string_view name)
{
    for (QueryReader reader{query}; const auto parameter = reader.next();) {
        if (parameter->name == name) {
            return percent_decode(parameter->value);
        }
    }
    return std::nullopt;
}

}  // namespace btgw::http
