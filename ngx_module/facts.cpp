#include "facts.hpp"

#include "request.hpp"
#include "shared/bittorrent/metainfo.hpp"
#include "shared/hex.hpp"
#include "shared/http/media_type.hpp"
#include "shared/http/url.hpp"
#include "shared/json.hpp"

namespace btgw::ngx {

namespace {

std::string blob_url(ngx_http_request_t& r, const FoundContent& content)
{
    std::string url = blossom_url(r) + '/' + to_hex(content.hash);
    url += http::extension_for(content.media_type);
    return url;
}

std::string magnet(ngx_http_request_t& r, const FoundContent& content)
{
    const std::string name = torrent_name(content);
    bittorrent::MagnetParts parts;
    parts.v1 = content.v1;
    parts.name = name;
    parts.size = static_cast<std::uint64_t>(content.size);
    parts.trackers = {announce_url(r)};
    parts.web_seeds = {webseed_url(r, to_hex(content.v1), content)};
    return bittorrent::magnet_uri(parts);
}

void pair(JsonWriter& json, std::string_view name, std::string_view value)
{
    json.begin_array();
    json.value(name);
    json.value(value);
    json.end_array();
}

// An array of [key, value] strings, as in the tags of a kind 1063 event (NIP-94).
void write_nip94(JsonWriter& json, ngx_http_request_t& r, const FoundContent& content)
{
    json.key("nip94");
    json.begin_array();
    pair(json, "url", blob_url(r, content));
    pair(json, "m", content.media_type);
    pair(json, "x", to_hex(content.hash));
    pair(json, "ox", to_hex(content.hash));
    pair(json, "size", std::to_string(content.size));
    if (content.has_torrent) {
        pair(json, "magnet", magnet(r, content));
        pair(json, "i", to_hex(content.v1));
    }
    json.end_array();
}

void write_descriptor(JsonWriter& json, ngx_http_request_t& r, const FoundContent& content,
                      std::uint64_t uploaded)
{
    json.field("url", blob_url(r, content));
    json.field("sha256", to_hex(content.hash));
    json.field("size", static_cast<std::uint64_t>(content.size));
    json.field("type", content.media_type);
    json.field("uploaded", uploaded);
    if (content.has_torrent) {
        json.field("magnet", magnet(r, content));
        json.field("infohash", to_hex(content.v1));
    }
    write_nip94(json, r, content);
}

std::string_view name_of(store::Kind kind)
{
    return kind == store::Kind::chunked ? "chunked" : "blob";
}

std::uint64_t chunks_of(const FoundContent& content)
{
    if (content.kind != store::Kind::chunked) {
        return 0;
    }
    return (static_cast<std::uint64_t>(content.size) + store::chunk_length - 1) /
           store::chunk_length;
}

}  // namespace

std::string torrent_name(const FoundContent& content)
{
    return content.name.empty() ? to_hex(content.hash) : std::string{content.name};
}

std::string announce_url(ngx_http_request_t& r)
{
    return gateway_url(r) + "/announce";
}

std::string webseed_url(ngx_http_request_t& r, const std::string& info_hash,
                        const FoundContent& content)
{
    return gateway_url(r) + "/webseed/" + info_hash + '/' +
           http::percent_encode(torrent_name(content));
}

std::string descriptor_json(ngx_http_request_t& r, const FoundContent& content,
                            std::uint64_t uploaded)
{
    JsonWriter json;
    json.begin_object();
    write_descriptor(json, r, content, uploaded);
    json.end_object();
    return json.take();
}

std::string facts_json(ngx_http_request_t& r, const FoundContent& content, std::uint64_t uploaded)
{
    const std::string gateway = gateway_url(r);
    const std::string hash = to_hex(content.hash);
    JsonWriter json;
    json.begin_object();
    write_descriptor(json, r, content, uploaded);
    json.field("name", content.name);
    json.field("kind", name_of(content.kind));
    json.field("chunks", chunks_of(content));
    json.field("download_url", gateway + "/api/download/" + hash);
    json.field("torrent_url", gateway + "/api/torrent/" + hash);
    if (content.has_torrent) {
        json.field("info_hash_v1", to_hex(content.v1));
        json.field("info_hash_v2", to_hex(content.v2));
        json.field("webseed_url", webseed_url(r, to_hex(content.v1), content));
    }
    json.end_object();
    return json.take();
}

}  // namespace btgw::ngx
