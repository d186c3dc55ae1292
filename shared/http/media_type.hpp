// Media types: which are well-formed, which extension they have, which a browser would run.
#pragma once

#include <string>
#include <string_view>

namespace btgw::http {

inline constexpr std::string_view unknown_media_type = "application/octet-stream";

// type/subtype in lower case, parameters kept if well-formed (RFC 9110 section 8.3.1); empty when
// the text is not a media type of at most 127 bytes.
std::string normalized_media_type(std::string_view text);

// Extension with its dot for a descriptor's URL; ".bin" for what is not known (BUD-02).
std::string_view extension_for(std::string_view media_type);

// Media type by a file name's extension; empty when not known.
std::string_view media_type_for(std::string_view file_name);

// HTML, SVG, XML, JavaScript, PDF and their like: a browser may run it in the origin that serves
// it.
bool is_active(std::string_view media_type);

}  // namespace btgw::http
