// The three symbols that nginx looks up in a dynamic module.

#include "ngx.hpp"

extern "C" {

extern ngx_module_t* ngx_modules[];
extern char* ngx_module_names[];
extern char* ngx_module_order[];

__attribute__((visibility("default")))
ngx_module_t* ngx_modules[] = {&ngx_http_btgw_module, nullptr};

__attribute__((visibility("default"))) char* ngx_module_names[] = {
    const_cast<char*>("ngx_http_btgw_module"), nullptr};

__attribute__((visibility("default"))) char* ngx_module_order[] = {nullptr};
}
