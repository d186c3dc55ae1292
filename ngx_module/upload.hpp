// The write path of a worker: body → spool/ → engine → answer (BUD-02, POST /api/upload).
#pragma once

#include "access.hpp"
#include "content.hpp"
#include "ngx.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace btgw::ngx {

// What the request's headers said, checked already.
struct UploadPlan {
    Token token;                          // null: anonymous
    std::optional<Sha256> declared_hash;  // X-SHA-256
    std::string name;                     // of a raw body; a multipart one brings its own
    std::string media_type;               // likewise; empty: found out from the bytes
    std::string boundary;                 // empty: the body is the file itself

    // Answers once the content is durable. `existed`: it was there already.
    ngx_int_t (*respond)(ngx_http_request_t& r, const FoundContent& content, std::uint64_t uploaded,
                         bool existed) = nullptr;
};

// Who uploads, by the location's rule: null where an upload without a token is allowed and made.
// 401.
Result<Token> read_uploader(ngx_http_request_t& r);

// 411 for a body of neither declared nor chunked length.
Result<void> check_body_length(ngx_http_request_t& r);

// Reads the body and finalises the request in the end. Returns what the handler must return.
ngx_int_t receive_upload(ngx_http_request_t& r, UploadPlan plan);

}  // namespace btgw::ngx
