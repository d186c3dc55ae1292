#include "torrent_records.hpp"

#include "../shared/hex.hpp"

namespace btgw::engine {

namespace {

using store::TorrentFormat;

template <class Hash>
void put(store::WriteTxn& txn, const Hash& info_hash, const Sha256& content, TorrentFormat format)
{
    const auto known = txn.view().torrent(info_hash);
    if (!known || known->content == content) {
        txn.put_torrent(info_hash.view(), {content, format});
    }
}

template <class Hash>
void erase(store::WriteTxn& txn, const Hash& info_hash, const Sha256& content)
{
    const auto known = txn.view().torrent(info_hash);
    if (known && known->content == content) {
        txn.erase_torrent(info_hash.view());
    }
}

}  // namespace

std::string torrent_name(std::string_view content_name, const Sha256& hash)
{
    return content_name.empty() ? to_hex(hash) : std::string(content_name);
}

TorrentIds make_torrent_ids(const bittorrent::TorrentSource& source)
{
    const auto hashes = [&](TorrentFormat format) {
        return bittorrent::torrent_hashes(format, bittorrent::info_dictionary(format, source));
    };
    const auto hybrid = hashes(TorrentFormat::hybrid);
    return {hashes(TorrentFormat::v1).v1.value(), hashes(TorrentFormat::v2).v2.value(),
            hybrid.v1.value(), hybrid.v2.value()};
}

TorrentRecords make_torrent_records(const bittorrent::TorrentSource& source)
{
    return {make_torrent_ids(source), bittorrent::metainfo_body(TorrentFormat::v1, source)};
}

std::vector<store::PieceHashes> pieces_of(const store::Layout& layout)
{
    std::vector<store::PieceHashes> out;
    out.reserve(layout.size());
    for (std::size_t i = 0; i < layout.size(); ++i) {
        out.push_back(layout.at(i));
    }
    return out;
}

void put_torrent_records(store::WriteTxn& txn, const Sha256& content, const TorrentRecords& records)
{
    put(txn, records.ids.v1, content, TorrentFormat::v1);
    put(txn, records.ids.v2, content, TorrentFormat::v2);
    put(txn, records.ids.hybrid_v1, content, TorrentFormat::hybrid);
    put(txn, records.ids.hybrid_v2, content, TorrentFormat::hybrid);
    txn.put_metainfo(content, as_bytes(records.metainfo));
}

void erase_torrent_records(store::WriteTxn& txn, const Sha256& content, const TorrentIds& ids)
{
    erase(txn, ids.v1, content);
    erase(txn, ids.v2, content);
    erase(txn, ids.hybrid_v1, content);
    erase(txn, ids.hybrid_v2, content);
    txn.erase_metainfo(content);
}

}  // namespace btgw::engine
