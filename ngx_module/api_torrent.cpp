#include "api.hpp"
#include "content_send.hpp"
#include "engine_question.hpp"
#include "facts.hpp"
#include "request.hpp"
#include "shared/bittorrent/metainfo.hpp"
#include "shared/hex.hpp"
#include "shared/http/file_name.hpp"
#include "shared/http/url.hpp"
#include "worker.hpp"

#include <vector>

namespace btgw::ngx {

namespace {

using store::TorrentFormat;

Result<TorrentFormat> requested_format(ngx_http_request_t& r)
{
    const std::string format = http::query_value(query(r), "format").value_or("v1");
    if (format == "v1") {
        return TorrentFormat::v1;
    }
    if (format == "v2") {
        return TorrentFormat::v2;
    }
    if (format == "hybrid") {
        return TorrentFormat::hybrid;
    }
    return refuse(NGX_HTTP_BAD_REQUEST, "format is not v1, v2 or hybrid");
}

// The torrent's own part of the file and the info-hash that its web seed goes by.
struct Metainfo {
    std::string body;
    std::string info_hash;
};

Metainfo from_layout(TorrentFormat format, const FoundContent& content, const store::Layout& layout)
{
    std::vector<bittorrent::PieceHashes> pieces;
    pieces.reserve(layout.size());
    for (std::size_t i = 0; i < layout.size(); ++i) {
        pieces.push_back(layout.at(i));
    }
    const std::string name = torrent_name(content);
    const bittorrent::TorrentSource source{name, static_cast<std::uint64_t>(content.size),
                                           layout.piece_length, &pieces};
    const auto hashes =
        bittorrent::torrent_hashes(format, bittorrent::info_dictionary(format, source));
    return {bittorrent::metainfo_body(format, source),
            hashes.v1 ? to_hex(*hashes.v1) : to_hex(*hashes.v2)};
}

Result<Metainfo> read_metainfo(TorrentFormat format, const FoundContent& content)
{
    const store::Snapshot snapshot = worker()->index()->snapshot();
    if (format == TorrentFormat::v1) {
        if (const auto stored = snapshot.metainfo(content.hash)) {
            return Metainfo{std::string{as_chars(*stored)}, to_hex(content.v1)};
        }
    } else if (const auto layout = snapshot.layout(content.hash)) {
        return from_layout(format, content, *layout);
    }
    return refuse(NGX_HTTP_NOT_FOUND, "no such content");
}

ngx_int_t send_torrent(ngx_http_request_t& r, TorrentFormat format, const FoundContent& content)
{
    const auto metainfo = read_metainfo(format, content);
    if (!metainfo) {
        return respond_refusal(r, metainfo.error());
    }
    const std::string file = bittorrent::torrent_file(
        metainfo->body, {announce_url(r)}, {webseed_url(r, metainfo->info_hash, content)});
    add_header(r, "Content-Disposition",
               http::content_disposition("attachment", torrent_name(content) + ".torrent"));
    add_header(r, "X-Content-Type-Options", "nosniff");
    return respond(r, NGX_HTTP_OK, "application/x-bittorrent", file);
}

// A blob gets its torrent when it is first asked for.
ngx_int_t make_and_send(ngx_http_request_t& r, TorrentFormat format, const Sha256& hash)
{
    return ask_engine(r, wire::MakeTorrent{hash},
                      [format, hash](ngx_http_request_t& request, const wire::Reply&) {
                          const auto content = find_content(request, hash);
                          return content ? send_torrent(request, format, *content)
                                         : respond_refusal(request, content.error());
                      });
}

}  // namespace

ngx_int_t api_torrent(ngx_http_request_t& r, std::string_view hash)
{
    const auto format = requested_format(r);
    if (!format) {
        return respond_refusal(r, format.error());
    }
    if (hash.ends_with(".torrent")) {
        hash.remove_suffix(std::string_view{".torrent"}.size());
    }
    const auto content = find_content_by_any_hash(r, hash);
    if (!content) {
        return respond_refusal(r, content.error());
    }
    return content->has_torrent ? send_torrent(r, *format, *content)
                                : make_and_send(r, *format, content->hash);
}

}  // namespace btgw::ngx
