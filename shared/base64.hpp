// Base64 as clients really send it: standard or URL alphabet, padded or not (RFC 4648 sections 4,
// 5).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace btgw {

// Nothing for any other character, mixed alphabets, misplaced padding or an impossible length.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace btgw
