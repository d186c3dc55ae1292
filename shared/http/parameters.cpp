#include "parameters.hpp"

#include "../ascii.hpp"

#include <algorithm>

namespace btgw::http {

namespace {

constexpr std::string_view blanks = " \t";

// Length of the quoted-string that the text starts with, quotes included; 0 when it does not end.
std::size_t quoted_length(std::string_view text)
{
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '"') {
            return i + 1;
        }
        if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\')) {
            ++i;
        }
    }
    return 0;
}

}  // namespace

bool is_token(std::string_view text)
{
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return is_ascii_alphanumeric(c) || marks.find(c) != std::string_view::npos;
    });
}

std::string_view trimmed(std::string_view text)
{
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    return text.substr(0, text.find_last_not_of(blanks) + 1);
}

ParameterReader::ParameterReader(std::string_view field)
    : main_value_(trimmed(field.substr(0, field.find(';')))),
      rest_(field.substr(std::min(field.find(';'), field.size())))
{
}

std::optional<Parameter> ParameterReader::fail()
{
    malformed_ = true;
    rest_ = {};
    return std::nullopt;
}

std::optional<Parameter> ParameterReader::next()
{
    rest_.remove_prefix(std::min(rest_.find_first_not_of("; \t"), rest_.size()));
    if (rest_.empty()) {
        return std::nullopt;
    }
    const std::size_t equals = rest_.find('=');
    if (equals == std::string_view::npos || !is_token(rest_.substr(0, equals))) {
        return fail();
    }
    const std::string_view name = rest_.substr(0, equals);
    rest_.remove_prefix(equals + 1);
    rest_.remove_prefix(std::min(rest_.find_first_not_of(blanks), rest_.size()));
    const bool quoted = !rest_.empty() && rest_.front() == '"';
    const std::size_t length =
        quoted ? quoted_length(rest_) : std::min(rest_.find(';'), rest_.size());
    const std::string_view value =
        quoted ? rest_.substr(0, length) : trimmed(rest_.substr(0, length));
    rest_.remove_prefix(length);
    rest_.remove_prefix(std::min(rest_.find_first_not_of(blanks), rest_.size()));
    if (value.empty() || (!rest_.empty() && rest_.front() != ';')) {
        return fail();
    }
    return Parameter{name, value};
}

std::string unquoted(std::string_view value)
{
    if (value.size() < 2 || value.front() != '"' || value.back() != '"') {
        return std::string(value);
    }
    value = value.substr(1, value.size() - 2);
    std::string out;
    out.reserve(value.size());
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] == '\\' && i + 1 < value.size() &&
            (value[i + 1] == '"' || value[i + 1] == '\\')) {
            ++i;
        }
        out += value[i];
    }
    return out;
}

}  // namespace btgw::http
