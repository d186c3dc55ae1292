// UTF-8, one character at a time. RFC 3629.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace btgw {

struct Utf8Character {
    char32_t code_point = 0;
    std::size_t length = 0;  // bytes; 0: the text does not start with a valid character
};

// The character that the text starts with. Overlong forms, surrogates, what lies above U+10FFFF and
// what is cut off are not valid.
Utf8Character first_character(std::string_view text);

void append_utf8(std::string& out, char32_t code_point);

}  // namespace btgw
