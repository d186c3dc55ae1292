// The media type of bytes that came without one, by libmagic.
#pragma once

#include "../shared/bytes.hpp"

#include <string>

namespace btgw::engine {

// By the first bytes of a content; http::unknown_media_type when they say nothing. For any thread:
// each has its own libmagic, loaded at its first use.
std::string media_type_of(ByteView first_bytes);

}  // namespace btgw::engine
