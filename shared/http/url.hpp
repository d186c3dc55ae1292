// Percent-encoding and queries. RFC 3986.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace btgw::http {

// Encodes everything but unreserved characters: fit for one path segment or a query value.
std::string percent_encode(std::string_view bytes);

// Decodes %XX byte-wise, either case; everything else, '+' too, is literal. Nothing for a '%' that
// two hexadecimal digits do not follow.
std::optional<std::string> percent_decode(std::string_view text);

// The same without an allocation, for values of a known size: fills `out` when the text decodes to
// exactly out.size() bytes.
bool percent_decode_to(std::string_view text, std::span<std::uint8_t> out);

// Walks through a query, without '?': names and values still encoded.
//   for (QueryReader query{args}; auto parameter = query.next();) ...
class QueryReader {
public:
    struct Parameter {
        std::string_view name;
        std::string_view value;  // empty where there is no '='
    };

    explicit QueryReader(std::string_view query) : rest_(query) {}
    std::optional<Parameter> next();

private:
    std::string_view rest_;
};

// The decoded value of the first parameter of this name; nothing where it is absent or badly
// encoded.
std::optional<std::string> query_value(std::string_view query, std::string_view name);

}  // namespace btgw::http
