// Entry point: the module object and its hooks, in the order in which nginx calls them.

#include "conf.hpp"
#include "cors.hpp"
#include "directives.hpp"
#include "ngx.hpp"
#include "storage_check.hpp"
#include "variables.hpp"
#include "worker.hpp"

namespace {

namespace ngx = btgw::ngx;

ngx_int_t postconfiguration(ngx_conf_t*)
{
    ngx::install_cors_filter();
    return NGX_OK;
}

ngx_http_module_t hooks = {
    ngx::add_variables,         // preconfiguration
    postconfiguration,          // postconfiguration
    ngx::create_main_conf,      // create main configuration
    ngx::init_main_conf,        // init main configuration
    nullptr,                    // create server configuration
    nullptr,                    // merge server configuration
    ngx::create_location_conf,  // create location configuration
    ngx::merge_location_conf,   // merge location configuration
};

}  // namespace

ngx_module_t ngx_http_btgw_module = {
    NGX_MODULE_V1,
    &hooks,
    ngx::directives,
    NGX_HTTP_MODULE,
    nullptr,             // init master
    ngx::check_storage,  // init module: in the master, so that nginx -t fails loudly
    ngx::start_worker,   // init process
    nullptr,             // init thread
    nullptr,             // exit thread
    ngx::stop_worker,    // exit process
    nullptr,             // exit master
    NGX_MODULE_V1_PADDING,
};
