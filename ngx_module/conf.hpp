// What the directives set (directives.cpp). Plain data, so that nginx's own setters can write it.
#pragma once

#include "ngx.hpp"

#include <type_traits>

namespace btgw::ngx {

struct MainConf {
    ngx_str_t storage;           // btgw_storage: directory, absolute
    ngx_flag_t used;             // some location has a handler of this module
    ngx_str_t engine;            // btgw_engine: ZeroMQ endpoint
    ngx_msec_t engine_timeout;   // btgw_engine_timeout: deadline of a request to the engine
    ngx_thread_pool_t* threads;  // where uploads are written and hashed
    time_t peer_lifetime;        // seconds: twice the longest btgw_announce_interval and then some
};

enum class TrackerPolicy : ngx_uint_t { held, any };

struct LocationConf {
    ngx_flag_t cors;              // btgw_cors
    ngx_flag_t anonymous_upload;  // btgw_anonymous_upload
    ngx_flag_t list;              // btgw_list
    off_t chunk_threshold;        // btgw_chunk_threshold: bytes
    size_t upload_buffer;         // btgw_upload_buffer: bytes; two of them for each upload
    ngx_http_complex_value_t* gateway_url;  // btgw_gateway_url; null: scheme and Host
    ngx_http_complex_value_t* blossom_url;  // btgw_blossom_url; null: scheme and Host
    ngx_uint_t tracker;                     // btgw_tracker: a TrackerPolicy
    time_t announce_interval;               // btgw_announce_interval: seconds
    time_t min_announce_interval;           // btgw_min_announce_interval: seconds
    ngx_addr_t* peer_address;  // btgw_peer_address; null: the address the client came to
};

static_assert(std::is_standard_layout_v<MainConf> && std::is_trivially_destructible_v<MainConf>);
static_assert(std::is_standard_layout_v<LocationConf> &&
              std::is_trivially_destructible_v<LocationConf>);

void* create_main_conf(ngx_conf_t* cf);
char* init_main_conf(ngx_conf_t* cf, void* conf_data);
void* create_location_conf(ngx_conf_t* cf);
char* merge_location_conf(ngx_conf_t* cf, void* parent, void* child);

// The main configuration of a cycle; null when it has no http block.
const MainConf* main_conf(const ngx_cycle_t& cycle);

inline const MainConf& main_conf(ngx_http_request_t& r)
{
    return *static_cast<MainConf*>(ngx_http_get_module_main_conf((&r), ngx_http_btgw_module));
}

inline const LocationConf& location_conf(ngx_http_request_t& r)
{
    return *static_cast<LocationConf*>(ngx_http_get_module_loc_conf((&r), ngx_http_btgw_module));
}

}  // namespace btgw::ngx
