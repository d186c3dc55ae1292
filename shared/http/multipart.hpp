// multipart/form-data taken apart as it streams, in bounded memory. RFC 7578, RFC 2046 section 5.1.
#pragma once

#include "../bytes.hpp"

#include <tl/expected.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace btgw::http {

struct PartHeaders {
    std::string name;  // form field
    std::optional<std::string>
        file_name;           // last path component, UTF-8; filename* wins over filename
    std::string media_type;  // may be empty
};

// Receives what the parser finds, in order: on_part, on_data any number of times, on_part_end.
class MultipartSink {
public:
    virtual ~MultipartSink() = default;
    virtual void on_part(const PartHeaders& headers) = 0;
    virtual void on_data(ByteView bytes) = 0;
    virtual void on_part_end() = 0;
};

class MultipartParser {
public:
    static constexpr std::size_t max_header_size = 8u << 10;  // bytes of one part's headers
    static constexpr std::size_t max_parts = 100;

    // `boundary` as multipart_boundary() returns it; std::invalid_argument for one that cannot be.
    MultipartParser(std::string_view boundary, MultipartSink& sink);

    // Takes the next bytes of the body, of any length. The error says what is wrong, in printable
    // ASCII; the parser must not be used after one. Views given to the sink point into `bytes`, or
    // into the parser where a delimiter that began in earlier bytes turned out to be data.
    tl::expected<void, std::string> feed(ByteView bytes);

    // The closing delimiter has been seen; what follows is ignored.
    [[nodiscard]] bool finished() const { return state_ == State::epilogue; }

private:
    enum class State { preamble, after_delimiter, headers, data, epilogue };
    using Result = tl::expected<void, std::string>;

    void skip_to_delimiter(std::string_view& input);
    void pass_on_data(std::string_view& input);
    bool match_delimiter(std::string_view& input);
    bool seek_delimiter(std::string_view& input);
    Result read_delimiter_line(std::string_view& input);
    Result read_headers(std::string_view& input);
    Result begin_part();

    std::string delimiter_;  // CRLF "--" boundary
    MultipartSink& sink_;
    State state_ = State::preamble;
    std::size_t matched_ = 2;  // bytes of delimiter_ seen; a body may begin without the CRLF
    std::string line_;         // rest of a delimiter's line
    std::string headers_;      // CRLF, then the headers of the part so far
    std::size_t parts_ = 0;
};

// The boundary parameter of a multipart/form-data Content-Type; nothing for another type.
std::optional<std::string> multipart_boundary(std::string_view content_type);

}  // namespace btgw::http
