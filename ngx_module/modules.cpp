// The three symbols that nginx looks up in a dynamic module.

#include "ngx.hpp"

extern "C" {

// Declared first: a definition without a declaration would be warned about.
// NOLINTBEGIN(readability-redundant-declaration)
extern ngx_module_t* ngx_modules[];
extern char* ngx_module_names[];
extern char* ngx_module_order[];
// NOLINTEND(readability-redundant-declaration)

__attribute__((visibility("default")))
ngx_module_t* ngx_modules[] = {&ngx_http_btgw_module, nullptr};

__attribute__((visibility("default"))) char* ngx_module_names[] = {
    const_cast<char*>("ngx_http_btgw_module"), nullptr};

__attribute__((visibility("default"))) char* ngx_module_order[] = {nullptr};
}
