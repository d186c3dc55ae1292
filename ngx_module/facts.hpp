// What the gateway says about a content: descriptors, facts, magnet links and URLs.
#pragma once

#include "content.hpp"
#include "ngx.hpp"

#include <cstdint>
#include <string>

namespace btgw::ngx {

// Blob descriptor (BUD-02) with nip94 (BUD-08); magnet and infohash where it has a torrent.
// `uploaded` in Unix seconds.
std::string descriptor_json(ngx_http_request_t& r, const FoundContent& content,
                            std::uint64_t uploaded);

// The API's view: the descriptor's fields and the content's name, kind, info-hashes and URLs.
std::string facts_json(ngx_http_request_t& r, const FoundContent& content, std::uint64_t uploaded);

// <gateway>/announce
std::string announce_url(ngx_http_request_t& r);

// <gateway>/webseed/<info-hash>/<name>, for one of the content's torrents.
std::string webseed_url(ngx_http_request_t& r, const std::string& info_hash,
                        const FoundContent& content);

// File name inside torrents: the content's name, or its hash in hex where it has none.
std::string torrent_name(const FoundContent& content);

}  // namespace btgw::ngx
