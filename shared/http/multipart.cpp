#include "multipart.hpp"

#include "../ascii.hpp"
#include "parameters.hpp"
#include "part_headers.hpp"

#include <algorithm>
#include <stdexcept>

namespace btgw::http {

namespace {

constexpr std::size_t max_boundary = 70;         // bytes (RFC 2046 section 5.1.1)
constexpr std::size_t max_delimiter_line = 256;  // bytes of white space after a delimiter
constexpr std::string_view end_of_headers = "\r\n\r\n";

bool is_boundary(std::string_view text)
{
    constexpr std::string_view marks = "'()+_,-./:=? ";
    return !text.empty() && text.size() <= max_boundary && text.back() != ' ' &&
           std::all_of(text.begin(), text.end(), [&](char c) {
               return is_ascii_alphanumeric(c) || marks.find(c) != std::string_view::npos;
           });
}

}  // namespace

MultipartParser::MultipartParser(std::string_view boundary, MultipartSink& sink)
    : delimiter_("\r\n--" + std::string(boundary)), sink_(sink)
{
    if (!is_boundary(boundary)) {
        throw std::invalid_argument("not a multipart boundary");
    }
}

tl::expected<void, std::string> MultipartParser::feed(ByteView bytes)
{
    std::string_view input = as_chars(bytes);
    Result result;
    while (result && !input.empty()) {
        switch (state_) {
            case State::preamble:
                skip_to_delimiter(input);
                break;
            case State::after_delimiter:
                result = read_delimiter_line(input);
                break;
            case State::headers:
                result = read_headers(input);
                break;
            case State::data:
                pass_on_data(input);
                break;
            case State::epilogue:
                return result;
        }
    }
    return result;
}

// Takes off the input what goes on with the delimiter. True while the whole input did, or when the
// delimiter is complete; false where it turned out to be something else. A CR is only its first
// byte, so a new attempt never begins inside a failed one.
bool MultipartParser::match_delimiter(std::string_view& input)
{
    while (matched_ < delimiter_.size() && !input.empty()) {
        if (input.front() != delimiter_[matched_]) {
            return false;
        }
        ++matched_;
        input.remove_prefix(1);
    }
    return true;
}

// Goes on to the end of the delimiter, or of the input. False when bytes were passed that are not
// part of a delimiter, those that earlier input ended with among them.
bool MultipartParser::seek_delimiter(std::string_view& input)
{
    bool nothing_else = true;
    while (!match_delimiter(input)) {
        nothing_else = false;
        matched_ = 0;
        input.remove_prefix(std::min(input.find('\r'), input.size()));
    }
    return nothing_else;
}

void MultipartParser::skip_to_delimiter(std::string_view& input)
{
    seek_delimiter(input);
    if (matched_ == delimiter_.size()) {
        state_ = State::after_delimiter;
    }
}

void MultipartParser::pass_on_data(std::string_view& input)
{
    const std::string_view whole = input;
    const std::size_t held = matched_;
    if (!seek_delimiter(input)) {
        if (held > 0) {
            sink_.on_data(as_bytes(std::string_view(delimiter_).substr(0, held)));
        }
        const std::size_t length = whole.size() - input.size() - matched_;
        if (length > 0) {
            sink_.on_data(as_bytes(whole.substr(0, length)));
        }
    }
    if (matched_ == delimiter_.size()) {
        sink_.on_part_end();
        state_ = State::after_delimiter;
    }
}

// After the boundary: white space and CRLF, or "--" and the end (RFC 2046 section 5.1.1).
MultipartParser::Result MultipartParser::read_delimiter_line(std::string_view& input)
{
    while (!input.empty()) {
        line_ += input.front();
        input.remove_prefix(1);
        if (line_ == "--") {
            state_ = State::epilogue;
            return {};
        }
        if (line_.ends_with("\r\n")) {
            const bool blank = trimmed(std::string_view(line_).substr(0, line_.size() - 2)).empty();
            line_.clear();
            headers_ = "\r\n";
            state_ = State::headers;
            return blank ? Result() : tl::make_unexpected("bytes after a boundary");
        }
        if (line_.size() > max_delimiter_line || line_.back() == '\n') {
            return tl::make_unexpected("bytes after a boundary");
        }
    }
    return {};
}

MultipartParser::Result MultipartParser::read_headers(std::string_view& input)
{
    const std::size_t before = headers_.size();
    const std::size_t room = max_header_size + end_of_headers.size() - before;
    headers_ += input.substr(0, room);
    const std::size_t search_from =
        before < end_of_headers.size() ? 0 : before - end_of_headers.size() + 1;
    const std::size_t end = headers_.find(end_of_headers, search_from);
    if (end == std::string::npos) {
        input.remove_prefix(std::min(room, input.size()));
        return headers_.size() < max_header_size + end_of_headers.size()
                   ? Result()
                   : tl::make_unexpected("the headers of a part are too long");
    }
    input.remove_prefix(end + end_of_headers.size() - before);
    headers_.resize(end + 2);
    return begin_part();
}

MultipartParser::Result MultipartParser::begin_part()
{
    if (++parts_ > max_parts) {
        return tl::make_unexpected("too many parts");
    }
    const auto headers = parse_part_headers(std::string_view(headers_).substr(2));
    if (!headers) {
        return tl::make_unexpected(headers.error());
    }
    sink_.on_part(*headers);
    state_ = State::data;
    matched_ = 0;
    return {};
}

std::optional<std::string> multipart_boundary(std::string_view content_type)
{
    ParameterReader reader(content_type);
    if (!equal_ignoring_case(reader.main_value(), "multipart/form-data")) {
        return std::nullopt;
    }
    std::optional<std::string> out;
    while (const std::optional<Parameter> parameter = reader.next()) {
        if (!equal_ignoring_case(parameter->name, "boundary")) {
            continue;
        }
        if (out) {
            return std::nullopt;
        }
        out = unquoted(parameter->value);
    }
    return out && is_boundary(*out) ? out : std::nullopt;
}

}  // namespace btgw::http
