// One content, as a handler needs it after the index transaction has ended.
#pragma once

#include "ngx.hpp"
#include "respond.hpp"
#include "shared/store/index.hpp"

#include <optional>
#include <string_view>

namespace btgw::ngx {

// Strings live as long as the request.
struct FoundContent {
    Sha256 hash;
    store::Kind kind;
    bool has_torrent;
    off_t size;
    time_t created;
    InfoHash v1;
    InfoHashV2 v2;
    std::string_view media_type;
    std::string_view name;
    std::string_view inline_bytes;
};

// By SHA-256. 404 when it is unknown, 503 when the index cannot be read.
Result<FoundContent> find_content(ngx_http_request_t& r, const Sha256& hash);

// By 64 hexadecimal digits (a SHA-256, else a v2 info-hash) or 40 (a v1 info-hash, or a v2 one
// truncated). 400 when the text is neither.
Result<FoundContent> find_content_by_any_hash(ngx_http_request_t& r, std::string_view hex);

// Only by info-hash: 40 or 64 digits.
Result<FoundContent> find_content_by_info_hash(ngx_http_request_t& r, std::string_view hex);

}  // namespace btgw::ngx
