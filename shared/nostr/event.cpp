#include "event.hpp"

#include "../digest.hpp"
#include "../hex.hpp"
#include "../json.hpp"

#include <secp256k1.h>
#include <secp256k1_extrakeys.h>
#include <secp256k1_schnorrsig.h>

#include <algorithm>
#include <limits>

namespace btgw::nostr {

namespace {

using Refusal = tl::unexpected<std::string>;
using Json = rapidjson::Value;

// An event has seven. A few more are let pass, since old clients send some (such as `ots`).
constexpr rapidjson::SizeType max_members = 16;

bool has_duplicate_keys(const Json& object)
{
    for (auto left = object.MemberBegin(); left != object.MemberEnd(); ++left) {
        const bool again = std::any_of(left + 1, object.MemberEnd(),
                                       [&](const auto& right) { return left->name == right.name; });
        if (again) {
            return true;
        }
    }
    return false;
}

bool has_nested_members(const Json& object)
{
    return std::any_of(object.MemberBegin(), object.MemberEnd(), [](const auto& member) {
        return member.value.IsObject() || (member.value.IsArray() && member.name != "tags");
    });
}

const Json* find(const Json& object, const char* name)
{
    const auto member = object.FindMember(name);
    return member == object.MemberEnd() ? nullptr : &member->value;
}

template <class T>
bool read_hex(const Json& object, const char* name, T& out)
{
    const Json* value = find(object, name);
    if (value == nullptr || !value->IsString()) {
        return false;
    }
    const std::string_view text = as_view(*value);
    const bool upper_case =
        std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'F'; });
    return !upper_case && parse_hex(text, out.bytes);
}

bool read_created_at(const Json& object, std::int64_t& out)
{
    const Json* value = find(object, "created_at");
    if (value == nullptr || !value->IsInt64() || value->GetInt64() < 0) {
        return false;
    }
    out = value->GetInt64();
    return true;
}

bool read_kind(const Json& object, std::uint16_t& out)
{
    const Json* value = find(object, "kind");
    if (value == nullptr || !value->IsUint() ||
        value->GetUint() > std::numeric_limits<std::uint16_t>::max()) {
        return false;
    }
    out = static_cast<std::uint16_t>(value->GetUint());
    return true;
}

bool read_tag(const Json& value, std::vector<std::string>& out)
{
    if (!value.IsArray()) {
        return false;
    }
    out.reserve(value.Size());
    for (const Json& element : value.GetArray()) {
        if (!element.IsString()) {
            return false;
        }
        out.emplace_back(as_view(element));
    }
    return true;
}

bool read_tags(const Json& object, std::vector<std::vector<std::string>>& out)
{
    const Json* value = find(object, "tags");
    if (value == nullptr || !value->IsArray()) {
        return false;
    }
    out.resize(value->Size());
    for (rapidjson::SizeType i = 0; i < value->Size(); ++i) {
        if (!read_tag((*value)[i], out[i])) {
            return false;
        }
    }
    return true;
}

bool read_content(const Json& object, std::string& out)
{
    const Json* value = find(object, "content");
    if (value == nullptr || !value->IsString()) {
        return false;
    }
    out = as_view(*value);
    return true;
}

void append_escaped(std::string& out, char c)
{
    constexpr std::string_view digits = "0123456789abcdef";
    constexpr std::string_view special = "\n\"\\\r\t\b\f";
    constexpr std::string_view letters = "n\"\\rtbf";
    if (const std::size_t place = special.find(c); place != std::string_view::npos) {
        out += '\\';
        out += letters[place];
    } else if (const auto byte = static_cast<unsigned char>(c); byte < 0x20) {
        // Lower case, as JSON.stringify writes it: the hash depends on it.
        out += "\\u00";
        out += digits[byte >> 4];
        out += digits[byte & 0x0f];
    } else {
        out += c;
    }
}

void append_quoted(std::string& out, std::string_view text)
{
    out += '"';
    for (const char c : text) {
        append_escaped(out, c);
    }
    out += '"';
}

void append_tags(std::string& out, const std::vector<std::vector<std::string>>& tags)
{
    out += '[';
    for (const auto& tag : tags) {
        out += out.back() == '[' ? "[" : ",[";
        for (const std::string& element : tag) {
            if (&element != tag.data()) {
                out += ',';
            }
            append_quoted(out, element);
        }
        out += ']';
    }
    out += ']';
}

bool is_signed_by_author(const Event& event)
{
    secp256k1_xonly_pubkey key;
    return secp256k1_xonly_pubkey_parse(secp256k1_context_static, &key,
                                        event.pubkey.bytes.data()) == 1 &&
           secp256k1_schnorrsig_verify(secp256k1_context_static, event.signature.bytes.data(),
                                       event.id.bytes.data(), event.id.bytes.size(), &key) == 1;
}

}  // namespace

tl::expected<Event, std::string> parse_event(std::string_view json)
{
    rapidjson::Document document;
    if (!parse_json(json, document) || !document.IsObject()) {
        return Refusal("event is not a JSON object in UTF-8");
    }
    if (document.MemberCount() > max_members || has_duplicate_keys(document) ||
        has_nested_members(document)) {
        return Refusal("event has duplicate, nested or too many members");
    }
    Event out;
    if (!read_hex(document, "id", out.id)) {
        return Refusal("event id is not 64 lower-case hexadecimal digits");
    }
    if (!read_hex(document, "pubkey", out.pubkey)) {
        return Refusal("event pubkey is not 64 lower-case hexadecimal digits");
    }
    if (!read_hex(document, "sig", out.signature)) {
        return Refusal("event sig is not 128 lower-case hexadecimal digits");
    }
    if (!read_created_at(document, out.created_at)) {
        return Refusal("event created_at is not a Unix time in whole seconds");
    }
    if (!read_kind(document, out.kind)) {
        return Refusal("event kind is not a number from 0 to 65535");
    }
    if (!read_tags(document, out.tags)) {
        return Refusal("event tags are not arrays of strings");
    }
    if (!read_content(document, out.content)) {
        return Refusal("event content is not a string");
    }
    return out;
}

std::string canonical_form(const Event& event)
{
    std::string out = "[0,\"" + to_hex(event.pubkey) + "\"," + std::to_string(event.created_at) +
                      "," + std::to_string(event.kind) + ",";
    append_tags(out, event.tags);
    out += ',';
    append_quoted(out, event.content);
    out += ']';
    return out;
}

bool verify_event(const Event& event)
{
    return sha256(as_bytes(canonical_form(event))).bytes == event.id.bytes &&
           is_signed_by_author(event);
}

const std::string* first_tag(const Event& event, std::string_view name)
{
    const auto tag = std::find_if(event.tags.begin(), event.tags.end(), [&](const auto& candidate) {
        return !candidate.empty() && candidate.front() == name;
    });
    return tag == event.tags.end() || tag->size() < 2 ? nullptr : &(*tag)[1];
}

}  // namespace btgw::nostr
