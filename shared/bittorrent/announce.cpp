#include "announce.hpp"

#include "../http/url.hpp"
#include "bencode.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <limits>

namespace btgw::bittorrent {

namespace {

using Refusal = tl::unexpected<std::string>;
using Result = tl::expected<void, std::string>;

constexpr std::uint64_t max_number = std::numeric_limits<std::uint64_t>::max();

// Saturating: clients that do not know a size yet send up to 2^64-1, and some more than that.
std::optional<std::uint64_t> parse_digits(std::string_view text)
{
    std::uint64_t out = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') {
            return std::nullopt;
        }
        const auto digit = static_cast<std::uint64_t>(c - '0');
        out = out > (max_number - digit) / 10 ? max_number : out * 10 + digit;
    }
    return text.empty() ? std::nullopt : std::optional(out);
}

// Numbers that overflowed into the negative, or -1 for "unknown", become `for_negative`. An empty
// value is as good as none.
Result take_number(std::string_view name, std::string_view value, std::uint64_t for_negative,
                   std::uint64_t& out)
{
    if (value.empty()) {
        return {};
    }
    const bool negative = value.front() == '-';
    const std::optional<std::uint64_t> number = parse_digits(value.substr(negative ? 1 : 0));
    if (!number) {
        return Refusal("invalid " + std::string(name));
    }
    out = negative ? for_negative : *number;
    return {};
}

Result take_port(std::string_view value, std::uint16_t& out)
{
    std::uint64_t number = 0;
    Result taken = take_number("port", value, max_number, number);
    if (taken && number > std::numeric_limits<std::uint16_t>::max()) {
        return Refusal("invalid port");
    }
    out = static_cast<std::uint16_t>(number);
    return taken;
}

Result take_num_want(std::string_view value, std::uint32_t& out)
{
    std::uint64_t number = default_num_want;
    Result taken = take_number("numwant", value, default_num_want, number);
    out = static_cast<std::uint32_t>(std::min<std::uint64_t>(number, max_num_want));
    return taken;
}

Event event_of(std::string_view value)
{
    if (value == "started") {
        return Event::started;
    }
    if (value == "completed") {
        return Event::completed;
    }
    if (value == "stopped") {
        return Event::stopped;
    }
    return value == "paused" ? Event::paused : Event::none;
}

Result take_hash(std::string_view value, std::optional<InfoHash>& out)
{
    if (out) {
        return Refusal("several info_hash parameters");
    }
    if (!http::percent_decode_to(value, out.emplace().bytes)) {
        return Refusal("invalid info_hash");
    }
    return {};
}

Result take_peer_id(std::string_view value, std::optional<PeerId>& out)
{
    if (!http::percent_decode_to(value, out.emplace().bytes)) {
        return Refusal("invalid peer_id");
    }
    return {};
}

// Parameters that are not named here (key, ip, ipv6, supportcrypto, ...) are for other trackers.
Result take_parameter(const http::QueryReader::Parameter& parameter,
                      std::optional<InfoHash>& info_hash, AnnounceRequest& out)
{
    const auto [name, value] = parameter;
    if (name == "info_hash") {
        return take_hash(value, info_hash);
    }
    if (name == "peer_id") {
        return take_peer_id(value, out.peer_id);
    }
    if (name == "port") {
        return take_port(value, out.port);
    }
    if (name == "uploaded") {
        return take_number(name, value, 0, out.uploaded);
    }
    if (name == "downloaded") {
        return take_number(name, value, 0, out.downloaded);
    }
    if (name == "left") {
        return take_number(name, value, max_number, out.left);
    }
    if (name == "numwant") {
        return take_num_want(value, out.num_want);
    }
    if (name == "event") {
        out.event = event_of(value);
    } else if (name == "compact") {
        out.compact = value != "0";
    } else if (name == "no_peer_id") {
        out.no_peer_id = value == "1";
    }
    return {};
}

void append_number(std::string& out, std::string_view key, std::uint64_t value)
{
    append_string(out, key);
    append_integer(out, value);
}

// Leechers that want more than they have: without partial seeds (BEP 21).
std::uint32_t downloaders(const Counters& counters)
{
    return counters.incomplete - std::min(counters.incomplete, counters.paused);
}

std::string_view address_bytes(const Endpoint& endpoint)
{
    return as_chars(ByteView(endpoint.address).first(endpoint.v6 ? 16 : 4));
}

void append_compact(std::string& out, const Endpoint& endpoint)
{
    out += address_bytes(endpoint);
    out += static_cast<char>(endpoint.port >> 8);
    out += static_cast<char>(endpoint.port & 0xff);
}

// `key` and a string of the addresses of one family (BEP 23, BEP 7).
void append_compact_peers(std::string& out, std::string_view key,
                          const std::vector<AnsweredPeer>& peers, bool v6)
{
    std::string packed;
    packed.reserve(peers.size() * (v6 ? 18 : 6));
    for (const AnsweredPeer& peer : peers) {
        if (peer.endpoint.v6 == v6) {
            append_compact(packed, peer.endpoint);
        }
    }
    if (!v6 || !packed.empty()) {
        append_string(out, key);
        append_string(out, packed);
    }
}

std::string address_text(const Endpoint& endpoint)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(endpoint.v6 ? AF_INET6 : AF_INET, endpoint.address.data(), text.data(), text.size());
    return text.data();
}

void append_listed_peers(std::string& out, const std::vector<AnsweredPeer>& peers, bool no_peer_id)
{
    append_string(out, "peers");
    out += 'l';
    for (const AnsweredPeer& peer : peers) {
        out += 'd';
        append_string(out, "ip");
        append_string(out, address_text(peer.endpoint));
        if (!no_peer_id) {
            append_string(out, "peer id");
            append_string(out, peer.id.chars());
        }
        append_number(out, "port", peer.endpoint.port);
        out += 'e';
    }
    out += 'e';
}

}  // namespace

tl::expected<AnnounceRequest, std::string> parse_announce(std::string_view query)
{
    AnnounceRequest out;
    out.left = max_number;
    std::optional<InfoHash> info_hash;
    for (http::QueryReader reader{query}; const auto parameter = reader.next();) {
        if (const Result taken = take_parameter(*parameter, info_hash, out); !taken) {
            return Refusal(taken.error());
        }
    }
    if (!info_hash) {
        return Refusal("missing info_hash");
    }
    out.info_hash = *info_hash;
    if (out.event == Event::stopped) {
        out.num_want = 0;
    }
    return out;
}

tl::expected<std::vector<InfoHash>, std::string> parse_scrape(std::string_view query)
{
    std::vector<InfoHash> out;
    for (http::QueryReader reader{query}; const auto parameter = reader.next();) {
        if (parameter->name != "info_hash") {
            continue;
        }
        InfoHash hash;
        if (!http::percent_decode_to(parameter->value, hash.bytes)) {
            return Refusal("invalid info_hash");
        }
        if (std::find(out.begin(), out.end(), hash) != out.end()) {
            continue;
        }
        if (out.size() == max_scrape_hashes) {
            // Transmission asks for fewer at once when it reads these first words.
            return Refusal("Request-URI Too Long: too many info_hash parameters");
        }
        out.push_back(hash);
    }
    if (out.empty()) {
        return Refusal("missing info_hash");
    }
    return out;
}

std::string encode_announce(const AnnounceAnswer& answer, bool compact, bool no_peer_id)
{
    std::string out = "d";
    out.reserve(256 + answer.peers.size() * (compact ? 18 : 96));
    append_number(out, "complete", answer.counters.complete);
    append_number(out, "downloaded", answer.counters.downloaded);
    if (answer.counters.paused > 0) {
        append_number(out, "downloaders", downloaders(answer.counters));
    }
    if (answer.external) {
        append_string(out, "external ip");
        append_string(out, address_bytes(*answer.external));
    }
    append_number(out, "incomplete", answer.counters.incomplete);
    append_number(out, "interval", answer.interval);
    append_number(out, "min interval", answer.min_interval);
    if (compact) {
        append_compact_peers(out, "peers", answer.peers, false);
        append_compact_peers(out, "peers6", answer.peers, true);
    } else {
        append_listed_peers(out, answer.peers, no_peer_id);
    }
    out += 'e';
    return out;
}

std::string encode_failure(std::string_view reason, std::uint32_t interval,
                           std::optional<std::uint32_t> retry_minutes)
{
    std::string out = "d";
    append_string(out, "failure reason");
    append_string(out, reason);
    append_number(out, "interval", interval);
    if (retry_minutes && *retry_minutes == 0) {
        append_string(out, "retry in");
        append_string(out, "never");
    } else if (retry_minutes) {
        append_number(out, "retry in", *retry_minutes);
    }
    out += 'e';
    return out;
}

std::string encode_scrape(std::vector<ScrapedSwarm> swarms, std::uint32_t min_request_interval)
{
    const auto by_hash = [](const auto& a, const auto& b) { return a.info_hash < b.info_hash; };
    const auto same = [](const auto& a, const auto& b) { return a.info_hash == b.info_hash; };
    std::sort(swarms.begin(), swarms.end(), by_hash);
    swarms.erase(std::unique(swarms.begin(), swarms.end(), same), swarms.end());
    std::string out = "d";
    append_string(out, "files");
    out += 'd';
    for (const ScrapedSwarm& swarm : swarms) {
        append_string(out, swarm.info_hash.chars());
        out += 'd';
        append_number(out, "complete", swarm.counters.complete);
        append_number(out, "downloaded", swarm.counters.downloaded);
        append_number(out, "downloaders", downloaders(swarm.counters));
        append_number(out, "incomplete", swarm.counters.incomplete);
        out += 'e';
    }
    out += 'e';
    append_string(out, "flags");
    out += 'd';
    append_number(out, "min_request_interval", min_request_interval);
    out += "ee";
    return out;
}

}  // namespace btgw::bittorrent
