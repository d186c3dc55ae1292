#include "json.hpp"

namespace btgw {

bool parse_json(std::string_view text, rapidjson::Document& out)
{
    // RapidJSON takes a NUL for the end of the text and would not see what follows it.
    if (text.find('\0') != std::string_view::npos) {
        return false;
    }
    constexpr unsigned flags =
        rapidjson::kParseValidateEncodingFlag | rapidjson::kParseIterativeFlag;
    out.Parse<flags>(text.data(), text.size());
    return !out.HasParseError();
}

}  // namespace btgw
