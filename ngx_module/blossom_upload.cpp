#include "blossom.hpp"
#include "facts.hpp"
#include "request.hpp"
#include "shared/hex.hpp"
#include "shared/http/media_type.hpp"
#include "upload.hpp"

#include <charconv>

namespace btgw::ngx {

namespace {

// X-SHA-256: lower-case hex (BUD-02); nothing where it is absent.
Result<std::optional<Sha256>> declared_hash(ngx_http_request_t& r, const Token& token)
{
    const auto text = header(r, "x-sha-256");
    if (!text) {
        return std::optional<Sha256>{};
    }
    const auto hash = from_hex<Sha256>(*text);
    if (!hash) {
        return refuse(NGX_HTTP_BAD_REQUEST, "X-SHA-256 is not 64 hexadecimal digits");
    }
    if (token && !nostr::covers(*token, *hash)) {
        return refuse(NGX_HTTP_UNAUTHORIZED, "no x tag of the token names the hash in X-SHA-256");
    }
    return std::optional{*hash};
}

// A form is an envelope, not a blob: storing it would keep a file that nobody asked for.
bool is_envelope(std::string_view media_type)
{
    return http::normalized_media_type(media_type).starts_with("multipart/");
}

std::string_view body_type(const ngx_http_request_t& r)
{
    return r.headers_in.content_type == nullptr ? std::string_view{}
                                                : view(r.headers_in.content_type->value);
}

ngx_int_t respond_descriptor(ngx_http_request_t& r, const FoundContent& content,
                             std::uint64_t uploaded, bool existed)
{
    return respond_json(r, existed ? NGX_HTTP_OK : NGX_HTTP_CREATED,
                        descriptor_json(r, content, uploaded));
}

// All that can be said before the body is read.
Result<UploadPlan> plan_upload(ngx_http_request_t& r)
{
    UploadPlan plan;
    auto token = read_uploader(r);
    if (!token) {
        return tl::unexpected{std::move(token.error())};
    }
    plan.token = std::move(*token);
    const auto declared = declared_hash(r, plan.token);
    if (!declared) {
        return tl::unexpected{declared.error()};
    }
    plan.declared_hash = *declared;
    if (plan.token && plan.token->blobs.empty()) {
        return refuse(NGX_HTTP_UNAUTHORIZED, "the token has no x tag: it must name the blob");
    }
    if (auto length = check_body_length(r); !length) {
        return tl::unexpected{std::move(length.error())};
    }
    if (is_envelope(body_type(r))) {
        return refuse(NGX_HTTP_UNSUPPORTED_MEDIA_TYPE, "send the blob itself, not a form");
    }
    plan.media_type = http::normalized_media_type(body_type(r));
    plan.respond = respond_descriptor;
    return plan;
}

// X-Content-Length of a HEAD /upload.
Result<void> check_announced_length(ngx_http_request_t& r)
{
    const auto text = header(r, "x-content-length");
    if (!text) {
        return refuse(NGX_HTTP_LENGTH_REQUIRED, "X-Content-Length is missing");
    }
    off_t length = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), length);
    if (error == std::errc::result_out_of_range) {
        return refuse(NGX_HTTP_REQUEST_ENTITY_TOO_LARGE,
                      "the blob is larger than this server takes");
    }
    if (error != std::errc{} || end != text->data() + text->size() || length < 0) {
        return refuse(NGX_HTTP_BAD_REQUEST, "X-Content-Length is not a number");
    }
    const auto* core = static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_get_module_loc_conf((&r), ngx_http_core_module));
    if (core->client_max_body_size != 0 && length > core->client_max_body_size) {
        return refuse(NGX_HTTP_REQUEST_ENTITY_TOO_LARGE,
                      "the blob is larger than this server takes");
    }
    return {};
}

// X-Content-Type of a HEAD /upload.
Result<void> check_announced_type(ngx_http_request_t& r)
{
    const std::string_view type = header(r, "x-content-type").value_or("");
    if (!type.empty() && http::normalized_media_type(type).empty()) {
        return refuse(NGX_HTTP_BAD_REQUEST, "X-Content-Type is not a media type");
    }
    if (is_envelope(type)) {
        return refuse(NGX_HTTP_UNSUPPORTED_MEDIA_TYPE, "send the blob itself, not a form");
    }
    return {};
}

// Only says whether the PUT would be accepted: it is not an existence check. Order of checks:
// token, hash, length, type (BUD-06).
Result<void> check_announced_upload(ngx_http_request_t& r)
{
    const auto token = read_uploader(r);
    if (!token) {
        return tl::unexpected{token.error()};
    }
    const auto declared = declared_hash(r, *token);
    if (!declared) {
        return tl::unexpected{declared.error()};
    }
    if (!*declared) {
        return refuse(NGX_HTTP_BAD_REQUEST, "X-SHA-256 is missing");
    }
    if (auto length = check_announced_length(r); !length) {
        return length;
    }
    return check_announced_type(r);
}

}  // namespace

ngx_int_t blossom_upload(ngx_http_request_t& r, std::string_view)
{
    auto plan = plan_upload(r);
    return plan ? receive_upload(r, std::move(*plan)) : respond_refusal(r, plan.error());
}

ngx_int_t blossom_upload_check(ngx_http_request_t& r, std::string_view)
{
    const auto checked = check_announced_upload(r);
    return checked ? respond_empty(r, NGX_HTTP_OK) : respond_refusal(r, checked.error());
}

}  // namespace btgw::ngx
