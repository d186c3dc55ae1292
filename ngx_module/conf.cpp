#include "conf.hpp"

#include "ngx_str.hpp"

#include <algorithm>

namespace btgw::ngx {

namespace {

constexpr std::size_t mebibyte = 1024UL * 1024;  // bytes
constexpr time_t late = 300;  // seconds that a peer may be late with its second announce

void note_announce_interval(ngx_conf_t* cf, time_t interval)
{
    auto* conf =
        static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_btgw_module));
    conf->peer_lifetime = std::max(conf->peer_lifetime, 2 * interval + late);
}

}  // namespace

void* create_main_conf(ngx_conf_t* cf)
{
    auto* conf = static_cast<MainConf*>(ngx_pcalloc(cf->pool, sizeof(MainConf)));
    if (conf == nullptr) {
        return nullptr;
    }
    conf->engine_timeout = NGX_CONF_UNSET_MSEC;
    return conf;
}

char* init_main_conf(ngx_conf_t* cf, void* conf_data)
{
    auto* conf = static_cast<MainConf*>(conf_data);
    ngx_conf_init_msec_value(conf->engine_timeout, 60000);
    if (conf->engine.len == 0) {
        ngx_str_set(&conf->engine, "ipc:///run/bittorrent-gateway/engine.sock");
    }
    conf->threads = ngx_thread_pool_add(cf, nullptr);
    return conf->threads == nullptr ? static_cast<char*>(NGX_CONF_ERROR) : NGX_CONF_OK;
}

void* create_location_conf(ngx_conf_t* cf)
{
    auto* conf = static_cast<LocationConf*>(ngx_pcalloc(cf->pool, sizeof(LocationConf)));
    if (conf == nullptr) {
        return nullptr;
    }
    conf->cors = NGX_CONF_UNSET;
    conf->anonymous_upload = NGX_CONF_UNSET;
    conf->list = NGX_CONF_UNSET;
    conf->chunk_threshold = NGX_CONF_UNSET;
    conf->upload_buffer = NGX_CONF_UNSET_SIZE;
    conf->gateway_url = static_cast<ngx_http_complex_value_t*>(NGX_CONF_UNSET_PTR);
    conf->blossom_url = static_cast<ngx_http_complex_value_t*>(NGX_CONF_UNSET_PTR);
    conf->tracker = NGX_CONF_UNSET_UINT;
    conf->announce_interval = NGX_CONF_UNSET;
    conf->min_announce_interval = NGX_CONF_UNSET;
    conf->peer_address = static_cast<ngx_addr_t*>(NGX_CONF_UNSET_PTR);
    return conf;
}

char* merge_location_conf(ngx_conf_t* cf, void* parent, void* child)
{
    const auto* prev = static_cast<LocationConf*>(parent);
    auto* conf = static_cast<LocationConf*>(child);
    ngx_conf_merge_value(conf->cors, prev->cors, 0);
    ngx_conf_merge_value(conf->anonymous_upload, prev->anonymous_upload, 0);
    ngx_conf_merge_value(conf->list, prev->list, 1);
    ngx_conf_merge_off_value(conf->chunk_threshold, prev->chunk_threshold, 100 * mebibyte);
    ngx_conf_merge_size_value(conf->upload_buffer, prev->upload_buffer, mebibyte);
    ngx_conf_merge_ptr_value(conf->gateway_url, prev->gateway_url, nullptr);
    ngx_conf_merge_ptr_value(conf->blossom_url, prev->blossom_url, nullptr);
    ngx_conf_merge_uint_value(conf->tracker, prev->tracker,
                              static_cast<ngx_uint_t>(TrackerPolicy::held));
    ngx_conf_merge_sec_value(conf->announce_interval, prev->announce_interval, 1800);
    ngx_conf_merge_sec_value(conf->min_announce_interval, prev->min_announce_interval, 300);
    ngx_conf_merge_ptr_value(conf->peer_address, prev->peer_address, nullptr);

    note_announce_interval(cf, conf->announce_interval);

    if (conf->upload_buffer < mebibyte / 16 || conf->upload_buffer > 64 * mebibyte) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"btgw_upload_buffer\" must be between 64k and 64m");
        return static_cast<char*>(NGX_CONF_ERROR);
    }
    if (conf->chunk_threshold < 1) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"btgw_chunk_threshold\" must be positive");
        return static_cast<char*>(NGX_CONF_ERROR);
    }
    return NGX_CONF_OK;
}

const MainConf* main_conf(const ngx_cycle_t& cycle)
{
    auto* http = reinterpret_cast<ngx_http_conf_ctx_t*>(
        cycle.conf_ctx[ngx_http_module.index]);  // null without an http block
    if (http == nullptr) {
        return nullptr;
    }
    return static_cast<MainConf*>(http->main_conf[ngx_http_btgw_module.ctx_index]);
}

}  // namespace btgw::ngx
