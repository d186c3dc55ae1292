// A request that waits for one answer of the engine, and then answers its client.
#pragma once

#include "ngx.hpp"
#include "respond.hpp"
#include "shared/wire/messages.hpp"

#include <functional>

namespace btgw::ngx {

// Called with the engine's answer, unless it was Refused, which the client gets as it is. Returns
// what to finalise the request with.
using OnAnswer = std::function<ngx_int_t(ngx_http_request_t& r, const wire::Reply& reply)>;

// 503 at once where the engine is down. Returns what the handler must return.
ngx_int_t ask_engine(ngx_http_request_t& r, wire::Request question, OnAnswer on_answer);

}  // namespace btgw::ngx
