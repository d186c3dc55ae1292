// File names from strangers, and the header that carries them back. RFC 6266, RFC 8187.
#pragma once

#include <string>
#include <string_view>

namespace btgw::http {

// What is safe to keep and to put into a torrent: the last path component of either slash, valid
// UTF-8, no control characters, not "." or "..", at most 255 bytes cut at a character; may be
// empty.
std::string sanitized_file_name(std::string_view name);

// attachment; filename="ascii fallback"; filename*=UTF-8''percent-encoded
// `disposition` is "attachment" or "inline". An empty name leaves the parameters out.
std::string content_disposition(std::string_view disposition, std::string_view name);

}  // namespace btgw::http
