#include "base64.hpp"

#include <cstdint>

namespace btgw {

namespace {

constexpr int not_a_digit = -1;

int value_of(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    if (c == '+' || c == '-') {
        return 62;
    }
    return c == '/' || c == '_' ? 63 : not_a_digit;
}

bool mixes_alphabets(std::string_view text)
{
    return text.find_first_of("+/") != std::string_view::npos &&
           text.find_first_of("-_") != std::string_view::npos;
}

// Without the padding; nothing when there is padding of the wrong length.
std::optional<std::string_view> without_padding(std::string_view text)
{
    if (text.empty() || text.back() != '=') {
        return text;
    }
    if (text.size() % 4 != 0) {
        return std::nullopt;
    }
    text.remove_suffix(text[text.size() - 2] == '=' ? 2 : 1);
    return text;
}

}  // namespace

std::optional<std::string> from_base64(std::string_view text)
{
    const std::optional<std::string_view> digits = without_padding(text);
    if (!digits || digits->size() % 4 == 1 || mixes_alphabets(*digits)) {
        return std::nullopt;
    }
    std::string out;
    out.reserve(digits->size() * 3 / 4);
    std::uint32_t bits = 0;
    int held = 0;  // bits not yet written
    for (const char c : *digits) {
        const int value = value_of(c);
        if (value == not_a_digit) {
            return std::nullopt;
        }
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        held += 6;
        if (held >= 8) {
            held -= 8;
            out.push_back(static_cast<char>(bits >> held & 0xff));
        }
    }
    // Left-over bits are zero in what encoders make; others would be a second spelling of the same
    // bytes (RFC 4648 section 3.5).
    if ((bits & ((1u << held) - 1)) != 0) {
        return std::nullopt;
    }
    return out;
}

}  // namespace btgw
