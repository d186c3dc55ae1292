#include "metainfo.hpp"

#include "../digest.hpp"
#include "../hex.hpp"
#include "../http/url.hpp"
#include "bencode.hpp"

namespace btgw::bittorrent {

namespace {

bool has_v1(TorrentFormat format)
{
    return format != TorrentFormat::v2;
}

bool has_v2(TorrentFormat format)
{
    return format != TorrentFormat::v1;
}

PieceRoot root_of(const TorrentSource& source)
{
    if (source.pieces->size() == 1) {
        return source.pieces->front().root;
    }
    std::vector<PieceRoot> roots;
    roots.reserve(source.pieces->size());
    for (const PieceHashes& piece : *source.pieces) {
        roots.push_back(piece.root);
    }
    return file_root(roots, source.piece_length);
}

// d <name> d 0: d 6:length .. 11:pieces root .. e e e (BEP 52)
void append_file_tree(std::string& out, const TorrentSource& source)
{
    append_string(out, "file tree");
    out += 'd';
    append_string(out, source.name);
    out += 'd';
    append_string(out, "");
    out += 'd';
    append_string(out, "length");
    append_integer(out, source.size);
    append_string(out, "pieces root");
    append_string(out, root_of(source).chars());
    out += "eee";
}

void append_v1_pieces(std::string& out, const std::vector<PieceHashes>& pieces)
{
    std::string hashes;
    hashes.reserve(pieces.size() * Sha1::size);
    for (const PieceHashes& piece : pieces) {
        hashes += piece.sha1.chars();
    }
    append_string(out, "pieces");
    append_string(out, hashes);
}

void append_piece_layers(std::string& out, const TorrentSource& source)
{
    std::string layer;
    layer.reserve(source.pieces->size() * PieceRoot::size);
    for (const PieceHashes& piece : *source.pieces) {
        layer += piece.root.chars();
    }
    append_string(out, "piece layers");
    out += 'd';
    append_string(out, root_of(source).chars());
    append_string(out, layer);
    out += 'e';
}

void append_list(std::string& out, const std::vector<std::string>& values)
{
    out += 'l';
    for (const std::string& value : values) {
        append_string(out, value);
    }
    out += 'e';
}

void append_parameters(std::string& out, std::string_view key,
                       const std::vector<std::string>& values)
{
    for (const std::string& value : values) {
        out += key;
        out += http::percent_encode(value);
    }
}

}  // namespace

std::string info_dictionary(TorrentFormat format, const TorrentSource& source)
{
    std::string out = "d";
    if (has_v2(format)) {
        append_file_tree(out, source);
    }
    if (has_v1(format)) {
        append_string(out, "length");
        append_integer(out, source.size);
    }
    if (has_v2(format)) {
        append_string(out, "meta version");
        append_integer(out, 2);
    }
    append_string(out, "name");
    append_string(out, source.name);
    append_string(out, "piece length");
    append_integer(out, source.piece_length);
    if (has_v1(format)) {
        append_v1_pieces(out, *source.pieces);
    }
    out += 'e';
    return out;
}

TorrentHashes torrent_hashes(TorrentFormat format, std::string_view info_dictionary)
{
    TorrentHashes out;
    if (has_v1(format)) {
        out.v1 = InfoHash{sha1(as_bytes(info_dictionary)).bytes};
    }
    if (has_v2(format)) {
        out.v2 = InfoHashV2{sha256(as_bytes(info_dictionary)).bytes};
    }
    return out;
}

std::string metainfo_body(TorrentFormat format, const TorrentSource& source)
{
    std::string out;
    append_string(out, "info");
    out += info_dictionary(format, source);
    if (has_v2(format) && source.pieces->size() > 1) {
        append_piece_layers(out, source);
    }
    return out;
}

std::string torrent_file(std::string_view metainfo_body, const std::vector<std::string>& trackers,
                         const std::vector<std::string>& web_seeds)
{
    std::string out = "d";
    if (!trackers.empty()) {
        append_string(out, "announce");
        append_string(out, trackers.front());
        append_string(out, "announce-list");
        out += 'l';
        append_list(out, trackers);
        out += 'e';
    }
    out += metainfo_body;
    if (!web_seeds.empty()) {
        append_string(out, "url-list");
        append_list(out, web_seeds);
    }
    out += 'e';
    return out;
}

std::string magnet_uri(const MagnetParts& parts)
{
    std::string out = "magnet:?xt=";
    if (parts.v1) {
        out += "urn:btih:" + to_hex(*parts.v1);
    }
    if (parts.v2) {
        // 1220: multihash of SHA-256, 32 bytes (BEP 52)
        out += (parts.v1 ? "&xt=urn:btmh:1220" : "urn:btmh:1220") + to_hex(*parts.v2);
    }
    if (!parts.name.empty()) {
        out += "&dn=" + http::percent_encode(parts.name);
    }
    if (parts.size != 0) {
        out += "&xl=" + std::to_string(parts.size);
    }
    append_parameters(out, "&tr=", parts.trackers);
    append_parameters(out, "&ws=", parts.web_seeds);
    return out;
}

}  // namespace btgw::bittorrent
