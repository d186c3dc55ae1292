// Frames between workers and the engine: what is taken survives another way there and back.
#include "fuzz.hpp"
#include "shared/wire/messages.hpp"

using btgw::fuzz::require;
using btgw::wire::decode_reply;
using btgw::wire::decode_request;
using btgw::wire::encode;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view frame = btgw::fuzz::text_of(data, size);
    const auto request = decode_request(frame);
    const auto reply = decode_reply(frame);
    require(!request || !reply);
    require(!request || decode_request(encode(*request)) == request);
    require(!reply || decode_reply(encode(*reply)) == reply);
    return 0;
}
