// C callbacks around C++ functions: no exception leaves them.
#pragma once

#include "ngx.hpp"

#include <exception>

namespace btgw::ngx {

inline void log_exception(ngx_log_t* log) noexcept
{
    try {
        throw;
    } catch (const std::exception& e) {
        ngx_log_error(NGX_LOG_ERR, log, 0, "bittorrent gateway: %s", e.what());
    } catch (...) {
        ngx_log_error(NGX_LOG_ERR, log, 0, "bittorrent gateway: unknown exception");
    }
}

// A content handler: returns an nginx code or an HTTP status.
template <ngx_int_t (*handler)(ngx_http_request_t&)>
ngx_int_t content_handler(ngx_http_request_t* r) noexcept
{
    try {
        return handler(*r);
    } catch (...) {
        log_exception(r->connection->log);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
}

// A request event handler (read, write, body): owns one count of the request, and finalises it.
template <void (*handler)(ngx_http_request_t&)>
void request_event(ngx_http_request_t* r) noexcept
{
    try {
        handler(*r);
    } catch (...) {
        log_exception(r->connection->log);
        if (r->main->blocked != 0) {
            r->connection->error =
                1;  // a thread still uses the request: only termination waits for it
        }
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
    }
}

// An event handler of the worker itself: timers, posted events, descriptors.
template <void (*handler)(ngx_event_t&)>
void worker_event(ngx_event_t* event) noexcept
{
    try {
        handler(*event);
    } catch (...) {
        log_exception(event->log);
    }
}

}  // namespace btgw::ngx
