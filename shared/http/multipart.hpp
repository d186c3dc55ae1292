// multipart/form-data taken apart as it streams, in bounded memory. RFC 7578, RFC 2046 section 5.1.
#pragma once

#include "../bytes.hpp"

#include <tl/expected.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace btgw::http {

struct PartHeaders {
    std::string name;                      // form field
    std::optional<std::string> file_name;  // last path component, UTF-8; filename* wins over filename
    std::string media_type;                // may be empty
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

    MultipartParser(std::string_view boundary, MultipartSink& sink);

    // Takes the next bytes of the body, of any length. The error says what is wrong; the parser must
    // not be used after one.
    tl::expected<void, std::string> feed(ByteView bytes);

    // The closing delimiter has been seen; what follows is ignored.
    [[nodiscard]] bool finished() const;

private:
    enum class State { preamble, after_delimiter, headers, data, epilogue };
    // Implementation members are up to multipart.cpp's author.
};

// The boundary parameter of a multipart/form-data Content-Type; nothing for another type.
std::optional<std::string> multipart_boundary(std::string_view content_type);

}  // namespace btgw::http
