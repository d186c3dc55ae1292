// Variables for limits, maps and logs. All can be read in any phase:
//   $btgw_hash      SHA-256 that the path names, lower-case hex; empty without one
//   $btgw_pubkey    public key of a valid Blossom token, lower-case hex; empty without one
//   $btgw_infohash  info-hash of an announce, scrape or web-seed request, lower-case hex
#pragma once

#include "ngx.hpp"

namespace btgw::ngx {

// Preconfiguration hook.
ngx_int_t add_variables(ngx_conf_t* cf);

}  // namespace btgw::ngx
