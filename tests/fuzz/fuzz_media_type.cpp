// Content-Type as clients declare it.
#include "fuzz.hpp"
#include "shared/http/media_type.hpp"

using btgw::fuzz::require;
using btgw::http::extension_for;
using btgw::http::is_active;
using btgw::http::normalized_media_type;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text = btgw::fuzz::text_of(data, size);
    const std::string normal = normalized_media_type(text);
    require(normal.size() <= 127 && btgw::fuzz::is_printable_ascii(normal));
    require(normalized_media_type(normal) == normal);
    require(extension_for(normal).starts_with('.'));
    require(normal.empty() || is_active(normal) == is_active(text));
    btgw::http::media_type_for(text);
    return 0;
}
