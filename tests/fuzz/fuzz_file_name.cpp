// File names from strangers, on their way to the index, a torrent and a header.
#include "fuzz.hpp"
#include "shared/http/file_name.hpp"

using btgw::fuzz::require;
using btgw::http::content_disposition;
using btgw::http::sanitized_file_name;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text = btgw::fuzz::text_of(data, size);
    const std::string name = sanitized_file_name(text);
    require(name.size() <= 255 && name != "." && name != "..");
    require(name.find_first_of(std::string_view("/\\\r\n\0", 5)) == std::string::npos);
    require(sanitized_file_name(name) == name);
    require(btgw::fuzz::is_printable_ascii(content_disposition("attachment", name)));
    require(btgw::fuzz::is_printable_ascii(content_disposition("inline", text)));
    return 0;
}
