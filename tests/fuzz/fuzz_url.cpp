// Percent-encoding and queries.
#include "fuzz.hpp"
#include "shared/http/url.hpp"

#include <array>

using btgw::fuzz::require;
using btgw::http::percent_decode;
using btgw::http::percent_decode_to;
using btgw::http::percent_encode;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text = btgw::fuzz::text_of(data, size);
    require(percent_decode(percent_encode(text)) == text);
    for (btgw::http::QueryReader reader{text}; const auto parameter = reader.next();) {
        const auto value = percent_decode(parameter->value);
        std::array<std::uint8_t, 20> bytes{};
        require(percent_decode_to(parameter->value, bytes) == (value && value->size() == 20));
        btgw::http::query_value(text, parameter->name);
    }
    return 0;
}
