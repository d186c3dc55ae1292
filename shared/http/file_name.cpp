#include "file_name.hpp"

#include "../utf8.hpp"
#include "url.hpp"

namespace btgw::http {

namespace {

constexpr std::size_t max_file_name = 255;  // bytes; store::max_name_length and most file systems

// Characters that end a line or turn the order of the text around, so that a name shows as another.
bool is_deceptive(char32_t c)
{
    return c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069);
}

bool is_control(char32_t c)
{
    return c < 0x20 || (c >= 0x7f && c <= 0x9f);
}

std::string_view last_component(std::string_view path)
{
    const std::size_t slash = path.find_last_of("/\\");
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

// What old software shows of the name: printable ASCII without what ends a quoted-string, and
// without
// '%', which some browsers decode here (RFC 6266 appendix D).
std::string ascii_fallback(std::string_view name)
{
    std::string out;
    while (!name.empty()) {
        const Utf8Character character = first_character(name);
        const char32_t c = character.code_point;
        const bool plain =
            character.length == 1 && c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '%';
        out += plain ? name.front() : '_';
        name.remove_prefix(character.length == 0 ? 1 : character.length);
    }
    return out;
}

}  // namespace

std::string sanitized_file_name(std::string_view name)
{
    std::string_view rest = last_component(name);
    std::string out;
    while (!rest.empty()) {
        const Utf8Character character = first_character(rest);
        const std::string_view bytes =
            character.length == 0 ? "_" : rest.substr(0, character.length);
        rest.remove_prefix(bytes.size());
        if (is_control(character.code_point) && character.length != 0) {
            continue;
        }
        if (is_deceptive(character.code_point)) {
            continue;
        }
        if (out.size() + bytes.size() > max_file_name) {
            break;
        }
        out += bytes;
    }
    return out == "." || out == ".." ? std::string() : out;
}

std::string content_disposition(std::string_view disposition, std::string_view name)
{
    std::string out(disposition);
    if (!name.empty()) {
        out +=
            "; filename=\"" + ascii_fallback(name) + "\"; filename*=UTF-8''" + percent_encode(name);
    }
    return out;
}

}  // namespace btgw::http
