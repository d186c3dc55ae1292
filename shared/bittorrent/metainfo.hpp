// Torrent files, single-file, made from piece hashes alone. The same content gives the same bytes
// every time. BEP 3 (v1), BEP 52 (v2, hybrid), BEP 12 (announce-list), BEP 19 (url-list).
#pragma once

#include "../bytes.hpp"
#include "../store/keys.hpp"
#include "piece_hashes.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace btgw::bittorrent {

using store::TorrentFormat;

struct TorrentSource {
    std::string_view name;   // UTF-8, not empty, no '/'
    std::uint64_t size = 0;  // bytes, not 0
    std::uint32_t piece_length = 0;
    const std::vector<PieceHashes>* pieces = nullptr;
};

// The bencoded info dictionary, whose hash is the info-hash.
std::string info_dictionary(TorrentFormat format, const TorrentSource& source);

struct TorrentHashes {
    std::optional<InfoHash> v1;    // v1 and hybrid
    std::optional<InfoHashV2> v2;  // v2 and hybrid
};

TorrentHashes torrent_hashes(TorrentFormat format, std::string_view info_dictionary);

// The part of the torrent file between the announce keys and url-list: "4:info" and the dictionary,
// then, for v2 and hybrid files of more than one piece, "12:piece layers" and its dictionary.
std::string metainfo_body(TorrentFormat format, const TorrentSource& source);

// The whole file. All trackers go into one tier. Empty lists leave their keys out.
std::string torrent_file(std::string_view metainfo_body, const std::vector<std::string>& trackers,
                         const std::vector<std::string>& web_seeds);

struct MagnetParts {
    std::optional<InfoHash> v1;
    std::optional<InfoHashV2> v2;
    std::string_view name;
    std::uint64_t size = 0;  // bytes; xl
    std::vector<std::string> trackers;
    std::vector<std::string> web_seeds;
};

// magnet:?xt=urn:btih:..&xt=urn:btmh:1220..&dn=..&xl=..&tr=..&ws=.. (BEP 9, BEP 52)
std::string magnet_uri(const MagnetParts& parts);

}  // namespace btgw::bittorrent
