// A multipart/form-data body must come out the same however it is split.
// Input: one byte of seed for the splits, a Content-Type, a line feed, the body.
#include "fuzz.hpp"
#include "shared/http/multipart.hpp"

#include <algorithm>
#include <random>
#include <string>

using btgw::ByteView;
using btgw::fuzz::require;
using btgw::http::multipart_boundary;
using btgw::http::MultipartParser;
using btgw::http::MultipartSink;
using btgw::http::PartHeaders;

namespace {

// All that the parser says, as one text.
class Transcript : public MultipartSink {
public:
    void on_part(const PartHeaders& headers) override
    {
        require(!open_);
        open_ = true;
        text += "[" + headers.name + "|" + headers.file_name.value_or("-") + "|" +
                headers.media_type + "]";
    }
    void on_data(ByteView bytes) override
    {
        require(open_ && !bytes.empty());
        text += btgw::as_chars(bytes);
    }
    void on_part_end() override
    {
        require(open_);
        open_ = false;
        text += "[end]";
    }

    std::string text;

private:
    bool open_ = false;
};

template <class NextLength>
std::string transcript(std::string_view boundary, std::string_view body, NextLength next_length)
{
    Transcript sink;
    MultipartParser parser(boundary, sink);
    while (!body.empty()) {
        const std::size_t length = std::min<std::size_t>(next_length(), body.size());
        // A copy of its own, so that the sanitizer sees a view that reaches beyond it.
        const std::string piece(body.substr(0, length));
        body.remove_prefix(length);
        if (const auto fed = parser.feed(btgw::as_bytes(piece)); !fed) {
            require(btgw::fuzz::is_printable_ascii(fed.error()));
            return sink.text + "error: " + fed.error();
        }
    }
    return sink.text + (parser.finished() ? "finished" : "unfinished");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::string_view input = btgw::fuzz::text_of(data, size);
    const std::size_t line = input.find('\n');
    if (line == std::string_view::npos || line == 0) {
        return 0;
    }
    std::minstd_rand random(data[0] + 1u);
    const auto boundary = multipart_boundary(input.substr(1, line - 1));
    if (!boundary) {
        return 0;
    }
    const std::string_view body = input.substr(line + 1);
    const std::string whole = transcript(*boundary, body, [&] { return body.size(); });
    require(transcript(*boundary, body, [] { return 1; }) == whole);
    require(transcript(*boundary, body, [&] { return 1 + random() % 16; }) == whole);
    return 0;
}
