// What the index keeps of a content's torrents. The content's name and piece hashes decide all of
// it, so it is made again where it is needed instead of being stored.
#pragma once

#include "../shared/bittorrent/metainfo.hpp"
#include "../shared/store/index.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace btgw::engine {

// The info-hashes under which a content is known. A hybrid torrent has one of each version.
struct TorrentIds {
    InfoHash v1;
    InfoHashV2 v2;
    InfoHash hybrid_v1;
    InfoHashV2 hybrid_v2;
};

struct TorrentRecords {
    TorrentIds ids;
    std::string metainfo;  // of the v1 torrent
};

// The name inside the torrents: the content's own, or its hash in hexadecimal.
std::string torrent_name(std::string_view content_name, const Sha256& hash);

TorrentRecords make_torrent_records(const bittorrent::TorrentSource& source);
TorrentIds make_torrent_ids(const bittorrent::TorrentSource& source);

std::vector<store::PieceHashes> pieces_of(const store::Layout& layout);

// The `infohash` and `metainfo` entries; the content record is the caller's. An info-hash that
// belongs to another content (a SHA-1 collision) stays with the first.
void put_torrent_records(store::WriteTxn& txn, const Sha256& content,
                         const TorrentRecords& records);
void erase_torrent_records(store::WriteTxn& txn, const Sha256& content, const TorrentIds& ids);

}  // namespace btgw::engine
