// Field values of the form  value *( OWS ";" OWS name "=" ( token / quoted-string ) ), such as
// Content-Type and Content-Disposition. RFC 9110 section 5.6.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace btgw::http {

// One or more token characters (RFC 9110 section 5.6.2).
bool is_token(std::string_view text);

std::string_view trimmed(std::string_view text);  // of spaces and tabs

struct Parameter {
    std::string_view name;
    std::string_view value;  // as it stands, with its quotes if it has any
};

// Walks through the parameters of a field value.
class ParameterReader {
public:
    explicit ParameterReader(std::string_view field);

    // What stands before the first ';'.
    [[nodiscard]] std::string_view main_value() const { return main_value_; }

    // Nothing at the end, or where the rest is malformed.
    std::optional<Parameter> next();
    [[nodiscard]] bool malformed() const { return malformed_; }

private:
    std::optional<Parameter> fail();

    std::string_view main_value_;
    std::string_view rest_;  // empty, or begins with ';'
    bool malformed_ = false;
};

// The value without its quotes. A backslash escapes a quote or a backslash only: browsers put names
// like C:\dir\file between quotes as they are.
std::string unquoted(std::string_view value);

}  // namespace btgw::http
