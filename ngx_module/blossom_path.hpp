// /<sha256>[.ext]: any extension is accepted and ignored (BUD-01).
#pragma once

#include "respond.hpp"
#include "shared/bytes.hpp"

#include <string_view>

namespace btgw::ngx {

// The hash that a path names, without its leading slash. 404 for anything that is no blob's path.
Result<Sha256> blob_in_path(std::string_view name);

}  // namespace btgw::ngx
