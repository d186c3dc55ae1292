// The Authorization header of Blossom.
#include "fuzz.hpp"
#include "shared/nostr/blossom_token.hpp"

using btgw::fuzz::is_printable_ascii;
using btgw::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto token = btgw::nostr::parse_blossom_token(btgw::fuzz::text_of(data, size));
    if (!token) {
        require(is_printable_ascii(token.error()));
        return 0;
    }
    const auto use = btgw::nostr::check_use(*token, {"upload", "example.com", 1700000000});
    require(use || is_printable_ascii(use.error()));
    btgw::nostr::covers(*token, {});
    return 0;
}
