// Values of the index and of the swarms: any bytes are decoded or refused, and what has been
// decoded encodes to the same bytes.
#include "shared/bytes.hpp"
#include "shared/store/records.hpp"
#include "shared/swarm/peer_record.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace {

using btgw::ByteView;

void require_same(std::string_view encoded, ByteView bytes)
{
    if (encoded != btgw::as_chars(bytes)) {
        std::abort();
    }
}

void check_layout(ByteView bytes)
{
    const auto layout = btgw::store::decode_layout(bytes);
    if (!layout) {
        return;
    }
    std::vector<btgw::store::PieceHashes> pieces;
    for (std::size_t i = 0; i < layout->size(); ++i) {
        pieces.push_back(layout->at(i));
    }
    require_same(btgw::store::encode_layout(layout->piece_length, pieces), bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const ByteView bytes(data, size);
    if (const auto content = btgw::store::decode_content(bytes)) {
        require_same(encode(*content), bytes);
    }
    if (const auto chunk = btgw::store::decode_chunk(bytes)) {
        require_same(encode(*chunk), bytes);
    }
    if (const auto ownership = btgw::store::decode_ownership(bytes)) {
        require_same(encode(*ownership), bytes);
    }
    check_layout(bytes);
    for (const bool v6 : {false, true}) {
        if (const auto peer = btgw::swarm::decode_peer(bytes, v6)) {
            static_cast<void>(encode(*peer));
        }
    }
    return 0;
}
