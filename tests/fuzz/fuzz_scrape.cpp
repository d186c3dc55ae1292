// The query of GET /scrape, and its answer.
#include "fuzz.hpp"
#include "shared/bittorrent/announce.hpp"

using btgw::bittorrent::encode_scrape;
using btgw::bittorrent::max_scrape_hashes;
using btgw::bittorrent::parse_scrape;
using btgw::bittorrent::ScrapedSwarm;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto hashes = parse_scrape(btgw::fuzz::text_of(data, size));
    if (!hashes) {
        btgw::fuzz::require(btgw::fuzz::is_printable_ascii(hashes.error()));
        return 0;
    }
    btgw::fuzz::require(!hashes->empty() && hashes->size() <= max_scrape_hashes);
    std::vector<ScrapedSwarm> swarms;
    for (const auto& hash : *hashes) {
        swarms.push_back({hash, {}});
    }
    encode_scrape(std::move(swarms), 60);
    return 0;
}
