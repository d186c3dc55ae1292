#include "respond.hpp"

#include "ngx_str.hpp"
#include "shared/json.hpp"

namespace btgw::ngx {

namespace {

constexpr std::string_view retry_after_seconds = "2";

struct StatusCode {
    ngx_uint_t status;
    std::string_view code;
};

// Machine-readable names of statuses, for the API's clients.
constexpr StatusCode codes[] = {
    {400, "bad_request"},
    {401, "unauthorized"},
    {403, "forbidden"},
    {404, "not_found"},
    {405, "method_not_allowed"},
    {409, "conflict"},
    {411, "length_required"},
    {413, "too_large"},
    {415, "unsupported_media_type"},
    {416, "range"},
    {422, "unprocessable"},
    {429, "too_many_requests"},
    {503, "unavailable"},
    {504, "timeout"},
    {507, "insufficient_storage"},
};

std::string_view code_of(ngx_uint_t status)
{
    for (const StatusCode& entry : codes) {
        if (entry.status == status) {
            return entry.code;
        }
    }
    return "internal_error";
}

// The body that the client may still be sending: answering early must not invite it with 100
// Continue, and must leave the connection in order.
void drop_request_body(ngx_http_request_t& r)
{
    if (r.request_body != nullptr) {
        return;  // being read, or read: nginx closes what is left over by itself
    }
    r.expect_tested = 1;
    if (ngx_http_discard_request_body(&r) != NGX_OK) {
        r.keepalive = 0;
    }
}

ngx_int_t send(ngx_http_request_t& r, ngx_uint_t status, std::string_view body)
{
    drop_request_body(r);
    r.headers_out.status = status;
    r.headers_out.content_length_n = static_cast<off_t>(body.size());
    ngx_buf_t* buffer = nullptr;
    if (!body.empty()) {
        buffer = ngx_create_temp_buf(r.pool, body.size());
        if (buffer == nullptr) {
            throw std::bad_alloc{};
        }
        buffer->last = ngx_cpymem(buffer->last, body.data(), body.size());
        buffer->last_buf = r.main == &r;
        buffer->last_in_chain = 1;
    }
    const ngx_int_t rc = ngx_http_send_header(&r);
    if (rc == NGX_ERROR || rc > NGX_OK || r.header_only) {
        return rc;
    }
    if (buffer == nullptr) {
        return ngx_http_send_special(&r, NGX_HTTP_LAST);
    }
    ngx_chain_t out{buffer, nullptr};
    return ngx_http_output_filter(&r, &out);
}

}  // namespace

void add_header(ngx_http_request_t& r, std::string_view name, std::string_view value)
{
    auto* element = static_cast<ngx_table_elt_t*>(ngx_list_push(&r.headers_out.headers));
    if (element == nullptr) {
        throw std::bad_alloc{};
    }
    ngx_memzero(element, sizeof *element);
    element->hash = 1;
    element->key = borrow(name);
    element->value = copy(*r.pool, value);
}

ngx_table_elt_t* find_response_header(ngx_http_request_t& r, std::string_view name)
{
    for (ngx_list_part_t* part = &r.headers_out.headers.part; part != nullptr; part = part->next) {
        auto* headers = static_cast<ngx_table_elt_t*>(part->elts);
        for (ngx_uint_t i = 0; i < part->nelts; ++i) {
            if (headers[i].hash != 0 && view(headers[i].key) == name) {
                return &headers[i];
            }
        }
    }
    return nullptr;
}

ngx_int_t respond(ngx_http_request_t& r, ngx_uint_t status, std::string_view media_type,
                  std::string_view body)
{
    r.headers_out.content_type = copy(*r.pool, media_type);
    r.headers_out.content_type_len = r.headers_out.content_type.len;
    return send(r, status, body);
}

ngx_int_t respond_json(ngx_http_request_t& r, ngx_uint_t status, std::string_view json)
{
    return respond(r, status, "application/json", json);
}

ngx_int_t respond_empty(ngx_http_request_t& r, ngx_uint_t status)
{
    return send(r, status, {});
}

ngx_int_t respond_refusal(ngx_http_request_t& r, const Refusal& refusal)
{
    add_header(r, "X-Reason", refusal.reason);
    if (refusal.status == NGX_HTTP_SERVICE_UNAVAILABLE ||
        refusal.status == NGX_HTTP_TOO_MANY_REQUESTS) {
        add_header(r, "Retry-After", retry_after_seconds);
    }
    if (refusal.status == NGX_HTTP_UNAUTHORIZED) {
        add_header(r, "WWW-Authenticate", "Nostr");
    }
    JsonWriter json;
    json.begin_object();
    json.key("error");
    json.begin_object();
    json.field("code", code_of(refusal.status));
    json.field("message", std::string_view{refusal.reason});
    json.end_object();
    json.end_object();
    return respond_json(r, refusal.status, json.take());
}

}  // namespace btgw::ngx
