#include "directives.hpp"

#include "c_boundary.hpp"
#include "conf.hpp"
#include "handlers.hpp"

#include <cstddef>

namespace btgw::ngx {

namespace {

template <ngx_int_t (*handler)(ngx_http_request_t&)>
char* set_handler(ngx_conf_t* cf, ngx_command_t*, void*)
{
    auto* core = static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module));
    core->handler = content_handler<handler>;
    auto* conf =
        static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_btgw_module));
    conf->used = 1;
    return NGX_CONF_OK;
}

char* set_peer_address(ngx_conf_t* cf, ngx_command_t*, void* data)
{
    auto* conf = static_cast<LocationConf*>(data);
    if (conf->peer_address != NGX_CONF_UNSET_PTR) {
        return const_cast<char*>("is duplicate");
    }
    const auto* args = static_cast<ngx_str_t*>(cf->args->elts);
    conf->peer_address = static_cast<ngx_addr_t*>(ngx_pcalloc(cf->pool, sizeof(ngx_addr_t)));
    if (conf->peer_address == nullptr ||
        ngx_parse_addr_port(cf->pool, conf->peer_address, args[1].data, args[1].len) != NGX_OK) {
        return const_cast<char*>(
            "needs an address, such as 203.0.113.5, 203.0.113.5:6882 or [2001:db8::5]:6882");
    }
    return NGX_CONF_OK;
}

ngx_conf_enum_t tracker_policies[] = {
    {ngx_string("held"), static_cast<ngx_uint_t>(TrackerPolicy::held)},
    {ngx_string("any"), static_cast<ngx_uint_t>(TrackerPolicy::any)},
    {ngx_null_string, 0},
};

constexpr ngx_uint_t anywhere = NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF;

}  // namespace

// clang-format off
ngx_command_t directives[] = {

    // btgw_storage PATH;  http
    { ngx_string("btgw_storage"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1,
      ngx_conf_set_str_slot, NGX_HTTP_MAIN_CONF_OFFSET, offsetof(MainConf, storage), nullptr },

    // btgw_engine ENDPOINT;  http
    { ngx_string("btgw_engine"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1,
      ngx_conf_set_str_slot, NGX_HTTP_MAIN_CONF_OFFSET, offsetof(MainConf, engine), nullptr },

    // btgw_engine_timeout TIME;  http
    { ngx_string("btgw_engine_timeout"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot, NGX_HTTP_MAIN_CONF_OFFSET, offsetof(MainConf, engine_timeout), nullptr },

    // btgw_blossom;  location
    { ngx_string("btgw_blossom"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS,
      set_handler<serve_blossom>, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr },

    // btgw_api;  location
    { ngx_string("btgw_api"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS,
      set_handler<serve_api>, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr },

    // btgw_announce;  location
    { ngx_string("btgw_announce"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS,
      set_handler<serve_announce>, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr },

    // btgw_scrape;  location
    { ngx_string("btgw_scrape"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS,
      set_handler<serve_scrape>, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr },

    // btgw_webseed;  location
    { ngx_string("btgw_webseed"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS,
      set_handler<serve_webseed>, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr },

    // btgw_error;  location
    { ngx_string("btgw_error"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS,
      set_handler<serve_error>, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr },

    // btgw_cors on | off;  http, server, location
    { ngx_string("btgw_cors"), anywhere | NGX_CONF_FLAG,
      ngx_conf_set_flag_slot, NGX_HTTP_LOC_CONF_OFFSET, offsetof(LocationConf, cors), nullptr },

    // btgw_anonymous_upload on | off;  http, server, location
    { ngx_string("btgw_anonymous_upload"), anywhere | NGX_CONF_FLAG,
      ngx_conf_set_flag_slot, NGX_HTTP_LOC_CONF_OFFSET, offsetof(LocationConf, anonymous_upload), nullptr },

    // btgw_list on | off;  http, server, location
    { ngx_string("btgw_list"), anywhere | NGX_CONF_FLAG,
      ngx_conf_set_flag_slot, NGX_HTTP_LOC_CONF_OFFSET, offsetof(LocationConf, list), nullptr },

    // btgw_chunk_threshold SIZE;  http, server, location
    { ngx_string("btgw_chunk_threshold"), anywhere | NGX_CONF_TAKE1,
      ngx_conf_set_off_slot, NGX_HTTP_LOC_CONF_OFFSET, offsetof(LocationConf, chunk_threshold), nullptr },

    // btgw_upload_buffer SIZE;  http, server, location
    { ngx_string("btgw_upload_buffer"), anywhere | NGX_CONF_TAKE1,
      ngx_conf_set_size_slot, NGX_HTTP_LOC_CONF_OFFSET, offsetof(LocationConf, upload_buffer), nullptr },

    // btgw_gateway_url URL;  http, server, location
    { ngx_string("btgw_gateway_url"), anywhere | NGX_CONF_TAKE1,
      ngx_http_set_complex_value_slot, NGX_HTTP_LOC_CONF_OFFSET, offsetof(LocationConf, gateway_url), nullptr },

    // btgw_blossom_url URL;  http, server, location
    { ngx_string("btgw_blossom_url"), anywhere | NGX_CONF_TAKE1,
      ngx_http_set_complex_value_slot, NGX_HTTP_LOC_CONF_OFFSET, offsetof(LocationConf, blossom_url), nullptr },

    // btgw_tracker held | any;  http, server, location
    { ngx_string("btgw_tracker"), anywhere | NGX_CONF_TAKE1,
      ngx_conf_set_enum_slot, NGX_HTTP_LOC_CONF_OFFSET, offsetof(LocationConf, tracker), tracker_policies },

    // btgw_announce_interval TIME;  http, server, location
    { ngx_string("btgw_announce_interval"), anywhere | NGX_CONF_TAKE1,
      ngx_conf_set_sec_slot, NGX_HTTP_LOC_CONF_OFFSET, offsetof(LocationConf, announce_interval), nullptr },

    // btgw_min_announce_interval TIME;  http, server, location
    { ngx_string("btgw_min_announce_interval"), anywhere | NGX_CONF_TAKE1,
      ngx_conf_set_sec_slot, NGX_HTTP_LOC_CONF_OFFSET, offsetof(LocationConf, min_announce_interval), nullptr },

    // btgw_peer_address ADDRESS[:PORT];  http, server, location
    { ngx_string("btgw_peer_address"), anywhere | NGX_CONF_TAKE1,
      set_peer_address, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr },

    ngx_null_command
};
// clang-format on

}  // namespace btgw::ngx
