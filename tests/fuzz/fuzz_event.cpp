// A Nostr event as JSON.
#include "fuzz.hpp"
#include "shared/json.hpp"
#include "shared/nostr/event.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto event = btgw::nostr::parse_event(btgw::fuzz::text_of(data, size));
    if (!event) {
        btgw::fuzz::require(btgw::fuzz::is_printable_ascii(event.error()));
        return 0;
    }
    rapidjson::Document canonical;
    btgw::fuzz::require(btgw::parse_json(btgw::nostr::canonical_form(*event), canonical));
    btgw::nostr::verify_event(*event);
    btgw::nostr::first_tag(*event, "t");
    return 0;
}
