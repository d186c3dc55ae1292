// JSON by RapidJSON, with the choices that its users must not each make anew.
#pragma once

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <concepts>
#include <string>
#include <string_view>

namespace btgw {

inline std::string_view as_view(const rapidjson::Value& string)
{
    return {string.GetString(), string.GetStringLength()};
}

// One JSON text and nothing after it, in valid UTF-8; false otherwise. Nesting costs heap and not
// stack. Duplicate keys stay in the document: callers that care count members.
bool parse_json(std::string_view text, rapidjson::Document& out);

// Writes compact JSON. Strings must be UTF-8; they may hold NUL and other control characters.
//   JsonWriter json;
//   json.begin_object();
//   json.field("size", size);
//   json.key("urls");
//   json.begin_array();
//   ...
//   return json.take();
class JsonWriter {
public:
    JsonWriter() : writer_(buffer_) {}

    void begin_object() { writer_.StartObject(); }
    void end_object() { writer_.EndObject(); }
    void begin_array() { writer_.StartArray(); }
    void end_array() { writer_.EndArray(); }
    void null() { writer_.Null(); }
    void key(std::string_view name)
    {
        writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    }

    void value(std::string_view text)
    {
        writer_.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    }
    void value(std::same_as<bool> auto truth) { writer_.Bool(truth); }
    void value(std::unsigned_integral auto number) requires(!std::same_as<decltype(number), bool>)
    {
        writer_.Uint64(number);
    }
    void value(std::signed_integral auto number) { writer_.Int64(number); }
    void value(std::floating_point auto number) { writer_.Double(number); }  // finite

    template <class T>
    void field(std::string_view name, const T& content)
    {
        key(name);
        value(content);
    }

    [[nodiscard]] std::string take() const { return {buffer_.GetString(), buffer_.GetSize()}; }

private:
    rapidjson::StringBuffer buffer_;
    rapidjson::Writer<rapidjson::StringBuffer> writer_;
};

}  // namespace btgw
