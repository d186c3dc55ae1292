#include "content.hpp"

#include "ngx_str.hpp"
#include "shared/hex.hpp"
#include "worker.hpp"

namespace btgw::ngx {

namespace {

const Refusal not_ready{NGX_HTTP_SERVICE_UNAVAILABLE, "the index is not ready"};
const Refusal unknown_content{NGX_HTTP_NOT_FOUND, "no such content"};

FoundContent copied(ngx_http_request_t& r, const Sha256& hash, const store::Content& record)
{
    return {
        .hash = hash,
        .kind = record.kind,
        .has_torrent = record.has_torrent,
        .size = static_cast<off_t>(record.size),
        .created = static_cast<time_t>(record.created),
        .v1 = record.v1,
        .v2 = record.v2,
        .media_type = view(copy(*r.pool, record.media_type)),
        .name = view(copy(*r.pool, record.name)),
        .inline_bytes = view(copy(*r.pool, as_chars(record.inline_bytes))),
    };
}

Result<FoundContent> look_up(ngx_http_request_t& r, const store::Snapshot& snapshot,
                             const Sha256& hash)
{
    const auto record = snapshot.content(hash);
    if (!record) {
        return tl::unexpected{unknown_content};
    }
    return copied(r, hash, *record);
}

// The content of a torrent; `hash` is an InfoHash or InfoHashV2.
template <class Hash>
Result<FoundContent> look_up_torrent(ngx_http_request_t& r, const store::Snapshot& snapshot,
                                     const Hash& hash)
{
    const auto torrent = snapshot.torrent(hash);
    if (!torrent) {
        return tl::unexpected{unknown_content};
    }
    return look_up(r, snapshot, torrent->content);
}

}  // namespace

Result<FoundContent> find_content(ngx_http_request_t& r, const Sha256& hash)
{
    const store::Index* index = worker()->index();
    if (index == nullptr) {
        return tl::unexpected{not_ready};
    }
    return look_up(r, index->snapshot(), hash);
}

Result<FoundContent> find_content_by_any_hash(ngx_http_request_t& r, std::string_view hex)
{
    if (const auto hash = from_hex<Sha256>(hex)) {
        auto found = find_content(r, *hash);
        if (found || found.error().status != NGX_HTTP_NOT_FOUND) {
            return found;
        }
    }
    return find_content_by_info_hash(r, hex);
}

Result<FoundContent> find_content_by_info_hash(ngx_http_request_t& r, std::string_view hex)
{
    const store::Index* index = worker()->index();
    if (index == nullptr) {
        return tl::unexpected{not_ready};
    }
    if (const auto v1 = from_hex<InfoHash>(hex)) {
        return look_up_torrent(r, index->snapshot(), *v1);
    }
    if (const auto v2 = from_hex<InfoHashV2>(hex)) {
        return look_up_torrent(r, index->snapshot(), *v2);
    }
    return refuse(NGX_HTTP_BAD_REQUEST, "the path names no hash of 40 or 64 hexadecimal digits");
}

}  // namespace btgw::ngx
