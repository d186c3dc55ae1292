#include "content_send.hpp"

#include "cached_file.hpp"
#include "chunk_pump.hpp"
#include "ngx_str.hpp"
#include "shared/hex.hpp"
#include "shared/http/file_name.hpp"
#include "shared/store/content_files.hpp"
#include "worker.hpp"

#include <new>
#include <string>

namespace btgw::ngx {

namespace {

// Bytes of strangers: a browser must neither guess their type nor run them in this origin.
void add_safety_headers(ngx_http_request_t& r)
{
    add_header(r, "X-Content-Type-Options", "nosniff");
    add_header(r, "Content-Security-Policy", "sandbox; default-src 'none'");
}

void add_etag(ngx_http_request_t& r, const Sha256& hash)
{
    add_header(r, "ETag", '"' + to_hex(hash) + '"');
    // nginx's conditional filters look for it here.
    const ngx_list_part_t& part = *r.headers_out.headers.last;
    r.headers_out.etag = static_cast<ngx_table_elt_t*>(part.elts) + (part.nelts - 1);
}

}  // namespace

void set_content_headers(ngx_http_request_t& r, const FoundContent& content,
                         std::string_view disposition)
{
    r.headers_out.status = NGX_HTTP_OK;
    r.headers_out.content_length_n = content.size;
    r.headers_out.last_modified_time = content.created;
    r.headers_out.content_type = borrow(content.media_type);
    r.headers_out.content_type_len = content.media_type.size();
    add_etag(r, content.hash);
    add_header(r, "Cache-Control", "public, max-age=31536000, immutable");
    add_safety_headers(r);
    if (!disposition.empty()) {
        add_header(r, "Content-Disposition", http::content_disposition(disposition, content.name));
    }
    r.allow_ranges = 1;
}

ngx_int_t send_content_header(ngx_http_request_t& r)
{
    const ngx_int_t rc = ngx_http_send_header(&r);
    if (rc > NGX_OK) {
        // 416: what follows is an error page, neither immutable nor an attachment.
        for (const std::string_view name : {"Cache-Control", "Content-Disposition"}) {
            if (ngx_table_elt_t* header = find_response_header(r, name); header != nullptr) {
                header->hash = 0;
            }
        }
    }
    return rc;
}

namespace {

// One buffer is the whole body: the range filter may cut several ranges out of it.
ngx_int_t send_buffer(ngx_http_request_t& r, ngx_buf_t& buffer)
{
    const ngx_int_t rc = send_content_header(r);
    if (rc == NGX_ERROR || rc > NGX_OK || r.header_only) {
        return rc;
    }
    buffer.last_buf = &r == r.main;
    buffer.last_in_chain = 1;
    ngx_chain_t out{&buffer, nullptr};
    return ngx_http_output_filter(&r, &out);
}

ngx_int_t send_inline(ngx_http_request_t& r, const FoundContent& content,
                      std::string_view disposition)
{
    set_content_headers(r, content, disposition);
    auto* buffer = static_cast<ngx_buf_t*>(ngx_calloc_buf(r.pool));
    if (buffer == nullptr) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    const ngx_str_t bytes = borrow(content.inline_bytes);
    buffer->start = buffer->pos = bytes.data;
    buffer->end = buffer->last = bytes.data + bytes.len;
    buffer->memory = bytes.len != 0;
    return send_buffer(r, *buffer);
}

ngx_buf_t* file_buffer(ngx_http_request_t& r, ngx_file_t& file, off_t size)
{
    auto* buffer = static_cast<ngx_buf_t*>(ngx_calloc_buf(r.pool));
    if (buffer == nullptr) {
        throw std::bad_alloc{};
    }
    buffer->file = &file;
    buffer->in_file = 1;
    buffer->file_last = size;
    return buffer;
}

ngx_int_t send_blob(ngx_http_request_t& r, const FoundContent& content,
                    std::string_view disposition)
{
    const std::string path = worker()->storage() + '/' + store::blob_path(content.hash);
    const auto file = open_cached(r, *r.pool, path, content.size);
    if (!file) {
        return respond_refusal(r, file.error());
    }
    set_content_headers(r, content, disposition);
    return send_buffer(r, *file_buffer(r, **file, content.size));
}

}  // namespace

ngx_int_t send_content(ngx_http_request_t& r, const FoundContent& content,
                       std::string_view disposition)
{
    const ngx_int_t rc = ngx_http_discard_request_body(&r);
    if (rc != NGX_OK) {
        return rc;
    }
    r.connection->log->action = const_cast<char*>("sending content to client");
    switch (content.kind) {
        case store::Kind::in_index:
            return send_inline(r, content, disposition);
        case store::Kind::blob:
            return send_blob(r, content, disposition);
        case store::Kind::chunked:
            return send_chunks(r, content, disposition);
    }
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
}

}  // namespace btgw::ngx
