#include "messages.hpp"

#include "../big_endian.hpp"
#include "../hex.hpp"
#include "../json.hpp"
#include "../store/records.hpp"

#include <algorithm>
#include <concepts>
#include <limits>
#include <type_traits>
#include <utility>

namespace btgw::wire {

namespace {

constexpr std::size_t header_size = 14;
constexpr std::size_t upload_digits = 16;

// Second byte of a frame. Replies have the high bit set.
template <class Body>
constexpr std::uint8_t type_of = 0;
template <>
constexpr std::uint8_t type_of<Ping> = 1;
template <>
constexpr std::uint8_t type_of<ChunkWritten> = 2;
template <>
constexpr std::uint8_t type_of<UploadAborted> = 3;
template <>
constexpr std::uint8_t type_of<CommitUpload> = 4;
template <>
constexpr std::uint8_t type_of<DeleteContent> = 5;
template <>
constexpr std::uint8_t type_of<MakeTorrent> = 6;
template <>
constexpr std::uint8_t type_of<Pong> = 129;
template <>
constexpr std::uint8_t type_of<Committed> = 130;
template <>
constexpr std::uint8_t type_of<Deleted> = 131;
template <>
constexpr std::uint8_t type_of<TorrentMade> = 132;
template <>
constexpr std::uint8_t type_of<Refused> = 133;

// The fields of each message, once for writing (const) and reading.
template <class T, class Body>
concept Of = std::same_as<std::remove_const_t<T>, Body>;

template <class Visitor, class T>
requires Of<T, Ping> || Of<T, TorrentMade>
void each_field(Visitor&, T&) {}

template <class Visitor, Of<ChunkWritten> T>
void each_field(Visitor& visit, T& body)
{
    visit.upload("upload", body.upload);
    visit("index", body.index);
}

template <class Visitor, Of<UploadAborted> T>
void each_field(Visitor& visit, T& body)
{
    visit.upload("upload", body.upload);
}

template <class Visitor, Of<CommitUpload> T>
void each_field(Visitor& visit, T& body)
{
    visit.upload("upload", body.upload);
    visit("hash", body.hash);
    visit("size", body.size);
    visit("shape", body.shape);
    visit("media_type", body.media_type);
    visit("name", body.name);
    visit("owner", body.owner);
}

template <class Visitor, Of<DeleteContent> T>
void each_field(Visitor& visit, T& body)
{
    visit("hash", body.hash);
    visit("owner", body.owner);
}

template <class Visitor, Of<MakeTorrent> T>
void each_field(Visitor& visit, T& body)
{
    visit("hash", body.hash);
}

template <class Visitor, Of<Pong> T>
void each_field(Visitor& visit, T& body)
{
    visit("version", body.version);
    visit("instance", body.instance);
    visit("peer_port", body.peer_port);
    visit("torrents", body.torrents);
    visit("seeded_formats", body.seeded_formats);
}

template <class Visitor, Of<Committed> T>
void each_field(Visitor& visit, T& body)
{
    visit("existed", body.existed);
    visit("uploaded", body.uploaded);
}

template <class Visitor, Of<Deleted> T>
void each_field(Visitor& visit, T& body)
{
    visit("last_owner", body.last_owner);
}

template <class Visitor, Of<Refused> T>
void each_field(Visitor& visit, T& body)
{
    visit("status", body.status);
    visit("reason", body.reason);
}

template <class T>
concept Hash = requires(const T& value)
{
    value.view();
};

class FieldWriter {
public:
    FieldWriter() { json_.begin_object(); }

    template <class T>
    void operator()(std::string_view name, const T& value)
    {
        if constexpr (Hash<T>) {
            json_.field(name, to_hex(value));
        } else if constexpr (std::is_enum_v<T>) {
            json_.field(name, static_cast<std::underlying_type_t<T>>(value));
        } else {
            json_.field(name, value);
        }
    }
    template <class T>
    void operator()(std::string_view name, const std::optional<T>& value)
    {
        if (value) {
            (*this)(name, *value);
        }
    }
    void upload(std::string_view name, const std::string& value) { (*this)(name, value); }

    std::string finish()
    {
        json_.end_object();
        return json_.take();
    }

private:
    JsonWriter json_;
};

// Reads fields of an object and remembers whether each was there and of its type.
class FieldReader {
public:
    explicit FieldReader(const rapidjson::Value& object) : object_(object) {}

    void operator()(std::string_view name, std::string& out)
    {
        if (const auto* value = take(name); value != nullptr && require(value->IsString())) {
            out = as_view(*value);
        }
    }
    void operator()(std::string_view name, bool& out)
    {
        if (const auto* value = take(name); value != nullptr && require(value->IsBool())) {
            out = value->GetBool();
        }
    }
    template <std::unsigned_integral T>
    void operator()(std::string_view name, T& out)
    {
        const auto* value = take(name);
        if (value != nullptr && require(value->IsUint64()) &&
            require(value->GetUint64() <= std::numeric_limits<T>::max())) {
            out = static_cast<T>(value->GetUint64());
        }
    }
    void operator()(std::string_view name, Shape& out)
    {
        std::uint8_t number = 0;
        (*this)(name, number);
        require(number <= static_cast<std::uint8_t>(Shape::chunks));
        out = static_cast<Shape>(number);
    }
    template <Hash T>
    void operator()(std::string_view name, T& out)
    {
        std::string text;
        (*this)(name, text);
        require(parse_hex(text, out.bytes));
    }
    template <class T>
    void operator()(std::string_view name, std::optional<T>& out)
    {
        if (find(name) != object_.MemberEnd()) {
            (*this)(name, out.emplace());
        }
    }
    // It becomes part of a path, so that nothing but its own digits may pass.
    void upload(std::string_view name, std::string& out)
    {
        (*this)(name, out);
        require(out.size() == upload_digits && std::all_of(out.begin(), out.end(), [](char c) {
                    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                }));
    }

    // All fields were good, and there are no others (or the same ones twice).
    [[nodiscard]] bool exact() const { return good_ && taken_ == object_.MemberCount(); }

private:
    [[nodiscard]] rapidjson::Value::ConstMemberIterator find(std::string_view name) const
    {
        return object_.FindMember(rapidjson::Value(
            rapidjson::StringRef(name.data(), static_cast<rapidjson::SizeType>(name.size()))));
    }
    const rapidjson::Value* take(std::string_view name)
    {
        const auto member = find(name);
        if (!require(member != object_.MemberEnd())) {
            return nullptr;
        }
        ++taken_;
        return &member->value;
    }
    bool require(bool condition)
    {
        good_ = good_ && condition;
        return condition;
    }

    const rapidjson::Value& object_;
    rapidjson::SizeType taken_ = 0;
    bool good_ = true;
};

template <class Body>
std::string encode_frame(std::uint64_t id, const Body& body)
{
    FieldWriter writer;
    each_field(writer, body);
    const std::string json = writer.finish();
    std::string out;
    out.reserve(header_size + json.size());
    out.push_back(static_cast<char>(protocol_version));
    out.push_back(static_cast<char>(type_of<Body>));
    append_be(out, id);
    append_be(out, static_cast<std::uint32_t>(json.size()));
    out += json;
    if constexpr (std::same_as<Body, CommitUpload>) {
        out += body.payload;
    }
    return out;
}

struct Frame {
    std::uint8_t type = 0;
    std::uint64_t id = 0;
    std::string_view json;
    std::string_view payload;
};

std::optional<Frame> split_frame(std::string_view frame)
{
    if (frame.size() < header_size || static_cast<std::uint8_t>(frame[0]) != protocol_version) {
        return std::nullopt;
    }
    const std::uint8_t* header = as_bytes(frame).data();
    const auto json_size = load_be<std::uint32_t>(header + 10);
    const std::string_view rest = frame.substr(header_size);
    if (json_size > rest.size()) {
        return std::nullopt;
    }
    return Frame{header[1], load_be<std::uint64_t>(header + 2), rest.substr(0, json_size),
                 rest.substr(json_size)};
}

bool take_payload(std::string_view payload, CommitUpload& body)
{
    if (body.shape != Shape::in_message) {
        return payload.empty();
    }
    body.payload = payload;
    return payload.size() == body.size && payload.size() <= store::inline_limit;
}

template <class Body>
bool take_payload(std::string_view payload, const Body&)
{
    return payload.empty();
}

template <class Body, class Any>
bool decode_as(const Frame& frame, const rapidjson::Value& object, std::optional<Message<Any>>& out)
{
    if (frame.type != type_of<Body>) {
        return false;
    }
    Body body;
    FieldReader reader(object);
    each_field(reader, body);
    if (reader.exact() && take_payload(frame.payload, body)) {
        out.emplace(Message<Any>{frame.id, std::move(body)});
    }
    return true;
}

template <class Any, std::size_t... Index>
std::optional<Message<Any>> decode_any(std::string_view bytes, std::index_sequence<Index...>)
{
    std::optional<Message<Any>> out;
    const std::optional<Frame> frame = split_frame(bytes);
    rapidjson::Document json;
    if (frame && parse_json(frame->json, json) && json.IsObject()) {
        static_cast<void>(
            (decode_as<std::variant_alternative_t<Index, Any>>(*frame, json, out) || ...));
    }
    return out;
}

template <class Any>
std::optional<Message<Any>> decode_any(std::string_view bytes)
{
    return decode_any<Any>(bytes, std::make_index_sequence<std::variant_size_v<Any>>());
}

template <class Any>
std::string encode_any(const Message<Any>& message)
{
    return std::visit([&](const auto& body) { return encode_frame(message.id, body); },
                      message.body);
}

}  // namespace

std::string encode(const Message<Request>& message)
{
    return encode_any(message);
}

std::string encode(const Message<Reply>& message)
{
    return encode_any(message);
}

std::optional<Message<Request>> decode_request(std::string_view frame)
{
    return decode_any<Request>(frame);
}

std::optional<Message<Reply>> decode_reply(std::string_view frame)
{
    return decode_any<Reply>(frame);
}

}  // namespace btgw::wire
