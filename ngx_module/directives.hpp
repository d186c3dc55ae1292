// The directive table, and through it what the module can do.
#pragma once

#include "ngx.hpp"

namespace btgw::ngx {

extern ngx_command_t directives[];

}  // namespace btgw::ngx
