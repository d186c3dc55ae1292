// Tracker requests and answers as bytes; no sockets, no storage. BEP 3, 7, 21, 23, 24, 31, 48.
#pragma once

#include "../bytes.hpp"

#include <tl/expected.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace btgw::bittorrent {

struct PeerId : Bytes<20> {};

// An address and port; IPv4 is kept as 4 bytes, never mapped into IPv6.
struct Endpoint {
    bool v6 = false;
    std::array<std::uint8_t, 16> address{};  // network order; IPv4 uses the first 4 bytes
    std::uint16_t port = 0;
    auto operator<=>(const Endpoint&) const = default;
};

enum class Event : std::uint8_t { none, started, completed, stopped, paused };

inline constexpr std::uint32_t default_num_want = 50;
inline constexpr std::uint32_t max_num_want = 200;

struct AnnounceRequest {
    InfoHash info_hash;
    std::optional<PeerId> peer_id;  // old clients announce without one
    std::uint16_t port = 0;         // 0 or 1: cannot be reached (libtorrent sends 1)
    std::uint64_t uploaded = 0;     // bytes, saturating
    std::uint64_t downloaded = 0;   // bytes, saturating
    std::uint64_t left = 0;         // bytes, saturating; only 0 means seed; unknown: 2^64-1
    Event event = Event::none;      // unknown events are none
    std::uint32_t num_want = default_num_want;  // clamped to max_num_want; 0 when stopped
    bool compact = true;                        // BEP 23: default when the parameter is absent
    bool no_peer_id = false;
};

// Parses the query of an announce, without '?'. The error is a `failure reason` that names the
// parameter. Percent-decoding is byte-wise; '+' is a literal byte.
tl::expected<AnnounceRequest, std::string> parse_announce(std::string_view query);

inline constexpr std::size_t max_scrape_hashes = 100;

// The distinct info_hash parameters of a scrape, in order; at least one.
tl::expected<std::vector<InfoHash>, std::string> parse_scrape(std::string_view query);

struct Counters {
    std::uint32_t complete = 0;    // seeds
    std::uint32_t incomplete = 0;  // leechers, partial seeds included
    std::uint32_t downloaded = 0;  // completed downloads ever
    std::uint32_t paused = 0;      // partial seeds (BEP 21), a part of incomplete
    bool operator==(const Counters&) const = default;
};

struct AnsweredPeer {
    Endpoint endpoint;
    PeerId id;
};

struct AnnounceAnswer {
    Counters counters;
    std::uint32_t interval = 1800;     // seconds
    std::uint32_t min_interval = 300;  // seconds
    std::vector<AnsweredPeer> peers;   // both families
    std::optional<Endpoint> external;  // the client's address as seen (BEP 24)
};

// `peers` is always there, if only empty; `peers6` where there are IPv6 peers and the form is
// compact.
std::string encode_announce(const AnnounceAnswer& answer, bool compact, bool no_peer_id);

// d14:failure reason..8:intervali..e[8:retry in..]e: `interval` because libtorrent waits 30 minutes
// without it; retry_minutes: "never" when 0, absent when nothing (BEP 31).
std::string encode_failure(std::string_view reason, std::uint32_t interval,
                           std::optional<std::uint32_t> retry_minutes);

struct ScrapedSwarm {
    InfoHash info_hash;
    Counters counters;
};

// Sorts by info-hash and drops duplicates (BEP 48).
std::string encode_scrape(std::vector<ScrapedSwarm> swarms, std::uint32_t min_request_interval);

}  // namespace btgw::bittorrent
