// nginx's headers, included in the one right way.
#pragma once

extern "C" {
#include <ngx_config.h>
// ngx_config.h comes first, always.
#include <nginx.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <ngx_http.h>
#include <ngx_thread_pool.h>
}

extern "C" ngx_module_t ngx_http_btgw_module;
