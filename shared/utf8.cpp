#include "utf8.hpp"

#include <array>

namespace btgw {

namespace {

struct Form {
    unsigned char mask;    // of the first byte
    unsigned char prefix;  // of the first byte
    char32_t smallest;     // code point that needs this length
};

constexpr std::array<Form, 4> forms{{
    {0x80, 0x00, 0x0},
    {0xe0, 0xc0, 0x80},
    {0xf0, 0xe0, 0x800},
    {0xf8, 0xf0, 0x10000},
}};

bool is_scalar(char32_t code_point)
{
    return code_point < 0xd800 || (code_point > 0xdfff && code_point <= 0x10ffff);
}

Utf8Character decode(std::string_view text, std::size_t length)
{
    const Form& form = forms[length - 1];
    auto code_point =
        static_cast<char32_t>(static_cast<unsigned char>(text[0]) & (0xff & ~form.mask));
    for (const char c : text.substr(1, length - 1)) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xc0) != 0x80) {
            return {};
        }
        code_point = code_point << 6 | (byte & 0x3fu);
    }
    if (code_point < form.smallest || !is_scalar(code_point)) {
        return {};
    }
    return {code_point, length};
}

}  // namespace

Utf8Character first_character(std::string_view text)
{
    for (std::size_t length = 1; length <= forms.size() && length <= text.size(); ++length) {
        const Form& form = forms[length - 1];
        if ((static_cast<unsigned char>(text[0]) & form.mask) == form.prefix) {
            return decode(text, length);
        }
    }
    return {};
}

void append_utf8(std::string& out, char32_t code_point)
{
    std::size_t length = 1;
    while (length < forms.size() && code_point >= forms[length].smallest) {
        ++length;
    }
    std::size_t shift = 6 * (length - 1);
    out += static_cast<char>(forms[length - 1].prefix | code_point >> shift);
    while (shift > 0) {
        shift -= 6;
        out += static_cast<char>(0x80 | (code_point >> shift & 0x3f));
    }
}

}  // namespace btgw
