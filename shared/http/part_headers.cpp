#include "part_headers.hpp"

#include "../ascii.hpp"
#include "../utf8.hpp"
#include "file_name.hpp"
#include "media_type.hpp"
#include "parameters.hpp"
#include "url.hpp"

#include <algorithm>

namespace btgw::http {

namespace {

using Refusal = tl::unexpected<std::string>;

// Forms escape in names just what would end the quoted-string or the line; any other '%' is a '%'
// (HTML, multipart/form-data encoding algorithm).
std::string without_form_escapes(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const std::string_view escape = text.substr(0, 3);
        const bool known = escape == "%22" || equal_ignoring_case(escape, "%0d") ||
                           equal_ignoring_case(escape, "%0a");
        out += known ? percent_decode(escape).value() : std::string(1, text.front());
        text.remove_prefix(known ? 3 : 1);
    }
    return out;
}

std::string utf8_from_latin1(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        append_utf8(out, static_cast<unsigned char>(c));
    }
    return out;
}

// charset'language'percent-encoded (RFC 8187 section 3.2); nothing for another charset.
std::optional<std::string> extended_value(std::string_view value)
{
    const std::size_t first = value.find('\'');
    const std::size_t second = value.find('\'', std::min(first, value.size() - 1) + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view charset = value.substr(0, first);
    std::optional<std::string> bytes = percent_decode(value.substr(second + 1));
    if (equal_ignoring_case(charset, "utf-8")) {
        return bytes;
    }
    if (bytes && equal_ignoring_case(charset, "iso-8859-1")) {
        return utf8_from_latin1(*bytes);
    }
    return std::nullopt;
}

struct Disposition {
    std::optional<std::string> name;
    std::optional<std::string> file_name;
    std::optional<std::string> extended_file_name;
};

// False when the parameter was there before.
bool take_parameter(const Parameter& parameter, Disposition& out)
{
    const auto once = [](std::optional<std::string>& place, std::optional<std::string> value) {
        const bool first = !place;
        place = std::move(value);
        return first;
    };
    if (equal_ignoring_case(parameter.name, "name")) {
        return once(out.name, without_form_escapes(unquoted(parameter.value)));
    }
    if (equal_ignoring_case(parameter.name, "filename")) {
        return once(out.file_name, without_form_escapes(unquoted(parameter.value)));
    }
    if (equal_ignoring_case(parameter.name, "filename*")) {
        return once(out.extended_file_name, extended_value(unquoted(parameter.value)));
    }
    return true;
}

tl::expected<void, std::string> take_disposition(std::string_view value, PartHeaders& out)
{
    ParameterReader reader(value);
    if (!equal_ignoring_case(reader.main_value(), "form-data")) {
        return Refusal("a part's Content-Disposition is not form-data");
    }
    Disposition found;
    while (const std::optional<Parameter> parameter = reader.next()) {
        if (!take_parameter(*parameter, found)) {
            return Refusal("a part's Content-Disposition repeats a parameter");
        }
    }
    if (reader.malformed() || !found.name) {
        return Refusal("a part's Content-Disposition is malformed or has no name");
    }
    out.name = std::move(*found.name);
    if (found.extended_file_name || found.file_name) {
        out.file_name = sanitized_file_name(found.extended_file_name ? *found.extended_file_name
                                                                     : *found.file_name);
    }
    return {};
}

// Base64 or quoted-printable would be stored as if it were the file (RFC 7578 section 4.7).
bool is_identity(std::string_view transfer_encoding)
{
    return equal_ignoring_case(transfer_encoding, "binary") ||
           equal_ignoring_case(transfer_encoding, "8bit") ||
           equal_ignoring_case(transfer_encoding, "7bit");
}

struct Field {
    std::string_view name;
    std::string_view value;
};

std::optional<Field> split_field(std::string_view line)
{
    const bool has_control = std::any_of(line.begin(), line.end(), [](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
    });
    const std::size_t colon = line.find(':');
    if (has_control || colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
        return std::nullopt;
    }
    return Field{line.substr(0, colon), trimmed(line.substr(colon + 1))};
}

tl::expected<void, std::string> take_field(const Field& field, bool& has_disposition,
                                           PartHeaders& out)
{
    if (equal_ignoring_case(field.name, "content-disposition")) {
        if (has_disposition) {
            return Refusal("a part has two Content-Disposition headers");
        }
        has_disposition = true;
        return take_disposition(field.value, out);
    }
    if (equal_ignoring_case(field.name, "content-type")) {
        out.media_type = normalized_media_type(field.value);
    }
    if (equal_ignoring_case(field.name, "content-transfer-encoding") && !is_identity(field.value)) {
        return Refusal("a part has a Content-Transfer-Encoding");
    }
    return {};
}

}  // namespace

tl::expected<PartHeaders, std::string> parse_part_headers(std::string_view lines)
{
    PartHeaders out;
    bool has_disposition = false;
    while (!lines.empty()) {
        const std::size_t end = lines.find("\r\n");
        const std::optional<Field> field = split_field(lines.substr(0, end));
        if (!field || end == std::string_view::npos) {
            return Refusal("a part has a malformed header");
        }
        const auto taken = take_field(*field, has_disposition, out);
        if (!taken) {
            return Refusal(taken.error());
        }
        lines.remove_prefix(end + 2);
    }
    if (!has_disposition) {
        return Refusal("a part has no Content-Disposition");
    }
    return out;
}

}  // namespace btgw::http
