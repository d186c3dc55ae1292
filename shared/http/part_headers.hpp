// The headers of one part of multipart/form-data. RFC 7578 section 4.
#pragma once

#include "multipart.hpp"

namespace btgw::http {

// `lines` are the headers, each ended by CRLF. The error says what is wrong, in printable ASCII.
tl::expected<PartHeaders, std::string> parse_part_headers(std::string_view lines);

}  // namespace btgw::http
