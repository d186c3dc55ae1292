#include "json.hpp"

#include "hex.hpp"

#include <array>

namespace btgw {

namespace {

// The code unit of the escape \uXXXX that the text starts with; 0 for anything else.
unsigned escaped_unit(std::string_view text)
{
    std::array<std::uint8_t, 2> bytes;
    if (!text.starts_with("\\u") || !parse_hex(text.substr(2, 4), bytes)) {
        return 0;
    }
    return static_cast<unsigned>(bytes[0] << 8 | bytes[1]);
}

// RapidJSON refuses an escaped high surrogate alone, but takes a low one, which no UTF-8 can hold.
bool has_lone_low_surrogate(std::string_view text)
{
    constexpr std::size_t escape = 6;  // bytes of \uXXXX
    for (std::size_t i = text.find('\\'); i < text.size(); i = text.find('\\', i)) {
        const unsigned unit = escaped_unit(text.substr(i));
        if (unit >= 0xdc00 && unit <= 0xdfff) {
            return true;
        }
        const bool high = unit >= 0xd800 && unit <= 0xdbff;
        i += high ? 2 * escape : 2;
    }
    return false;
}

}  // namespace

bool parse_json(std::string_view text, rapidjson::Document& out)
{
    // RapidJSON takes a NUL for the end of the text and would not see what follows it.
    if (text.find('\0') != std::string_view::npos || has_lone_low_surrogate(text)) {
        return false;
    }
    constexpr unsigned flags =
        rapidjson::kParseValidateEncodingFlag | rapidjson::kParseIterativeFlag;
    out.Parse<flags>(text.data(), text.size());
    return !out.HasParseError();
}

}  // namespace btgw
