#include "blossom_token.hpp"

#include "../ascii.hpp"
#include "../base64.hpp"
#include "../hex.hpp"
#include "event.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace btgw::nostr {

namespace {

using Refusal = tl::unexpected<std::string>;
using Result = tl::expected<void, std::string>;

constexpr std::uint16_t authorization_kind = 24242;
constexpr std::int64_t clock_skew = 60;  // seconds
constexpr std::array<std::string_view, 5> verbs = {"get", "upload", "list", "delete", "media"};

// The text after "Nostr "; the scheme's case does not matter (RFC 9110 section 11.1).
std::optional<std::string_view> credentials(std::string_view authorization)
{
    constexpr std::string_view scheme = "nostr ";
    if (!equal_ignoring_case(authorization.substr(0, scheme.size()), scheme)) {
        return std::nullopt;
    }
    authorization.remove_prefix(scheme.size());
    authorization.remove_prefix(
        std::min(authorization.find_first_not_of(' '), authorization.size()));
    return authorization.substr(0, authorization.find_last_not_of(' ') + 1);
}

// Decimal digits only: "never", "1e99" or "-1" must not become a time. What does not fit is far in
// the future.
std::optional<std::int64_t> parse_time(std::string_view text)
{
    constexpr std::int64_t max = std::numeric_limits<std::int64_t>::max();
    std::int64_t out = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') {
            return std::nullopt;
        }
        out = out > (max - 9) / 10 ? max : out * 10 + (c - '0');
    }
    return text.empty() ? std::nullopt : std::optional(out);
}

// The host of a `server` tag. It should be a bare domain; clients also write host:port and whole
// URLs.
std::string host_of(std::string_view server)
{
    if (const std::size_t scheme = server.find("://"); scheme != std::string_view::npos) {
        server.remove_prefix(scheme + 3);
    }
    server = server.substr(0, server.find_first_of("/?#"));
    if (const std::size_t user = server.rfind('@'); user != std::string_view::npos) {
        server.remove_prefix(user + 1);
    }
    const bool ipv6 = server.starts_with('[');
    const std::size_t colon = server.find(':', ipv6 ? server.find(']') : 0);
    return ascii_lower(server.substr(0, colon));
}

// Both tags say one thing each; a second one would make it a matter of taste which counts.
Result take_verb(std::string_view value, BlossomToken& out)
{
    if (!out.verb.empty()) {
        return Refusal("token has several t tags");
    }
    if (std::find(verbs.begin(), verbs.end(), value) == verbs.end()) {
        return Refusal("token has an unknown verb in its t tag");
    }
    out.verb = value;
    return {};
}

Result take_expiration(std::string_view value, std::optional<std::int64_t>& out)
{
    if (out) {
        return Refusal("token has several expiration tags");
    }
    out = parse_time(value);
    return out ? Result() : Refusal("token expiration is not a Unix time");
}

Result take_blob(const std::string& value, BlossomToken& out)
{
    const std::optional<Sha256> hash = from_hex<Sha256>(value);
    if (!hash || value != to_hex(*hash)) {
        return Refusal("token has an x tag that is not a SHA-256 in lower-case hexadecimal");
    }
    out.blobs.push_back(*hash);
    return {};
}

Result take_tag(const std::vector<std::string>& tag, BlossomToken& out,
                std::optional<std::int64_t>& expiration)
{
    const std::string name = tag.empty() ? std::string() : tag[0];
    const std::string value = tag.size() < 2 ? std::string() : tag[1];
    if (name == "t") {
        return take_verb(value, out);
    }
    if (name == "expiration") {
        return take_expiration(value, expiration);
    }
    if (name == "x") {
        return take_blob(value, out);
    }
    if (name == "server") {
        out.servers.push_back(host_of(value));
    }
    return {};
}

tl::expected<BlossomToken, std::string> token_from(const Event& event)
{
    if (event.kind != authorization_kind) {
        return Refusal("token is not an event of kind 24242");
    }
    BlossomToken out;
    out.pubkey = event.pubkey;
    out.created_at = event.created_at;
    std::optional<std::int64_t> expiration;
    for (const auto& tag : event.tags) {
        if (const Result taken = take_tag(tag, out, expiration); !taken) {
            return Refusal(taken.error());
        }
    }
    if (out.verb.empty()) {
        return Refusal("token has no t tag");
    }
    if (!expiration) {
        return Refusal("token has no expiration tag");
    }
    out.expiration = *expiration;
    return out;
}

}  // namespace

tl::expected<BlossomToken, std::string> parse_blossom_token(std::string_view authorization)
{
    const std::optional<std::string_view> base64 = credentials(authorization);
    if (!base64) {
        return Refusal("authorization is not of the Nostr scheme");
    }
    if (base64->size() > max_token_size) {
        return Refusal("token is too long");
    }
    const std::optional<std::string> json = from_base64(*base64);
    if (!json) {
        return Refusal("token is not base64");
    }
    const auto event = parse_event(*json);
    if (!event) {
        return Refusal(event.error());
    }
    auto token = token_from(*event);
    // Last, because it costs most.
    if (token && !verify_event(*event)) {
        return Refusal("token has a wrong id or signature");
    }
    return token;
}

tl::expected<void, std::string> check_use(const BlossomToken& token, const TokenUse& use)
{
    if (token.verb != use.verb) {
        return Refusal("token is for " + token.verb + ", not for " + std::string(use.verb));
    }
    if (token.expiration <= use.now) {
        return Refusal("token has expired");
    }
    if (token.created_at > use.now + clock_skew) {
        return Refusal("token is from the future");
    }
    const std::string host = ascii_lower(use.host);
    if (!token.servers.empty() &&
        (host.empty() ||
         std::find(token.servers.begin(), token.servers.end(), host) == token.servers.end())) {
        return Refusal("token is for another server");
    }
    return {};
}

bool covers(const BlossomToken& token, const Sha256& hash)
{
    return std::find(token.blobs.begin(), token.blobs.end(), hash) != token.blobs.end();
}

}  // namespace btgw::nostr
