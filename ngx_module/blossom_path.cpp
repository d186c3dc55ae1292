#include "blossom_path.hpp"

#include "shared/hex.hpp"

namespace btgw::ngx {

Result<Sha256> blob_in_path(std::string_view name)
{
    constexpr std::size_t digits = 2 * Sha256::size;
    const bool ends_there = name.size() == digits || (name.size() > digits && name[digits] == '.');
    const bool one_segment = name.find('/') == std::string_view::npos;
    const auto hash = from_hex<Sha256>(name.substr(0, digits));
    if (!hash || !ends_there || !one_segment) {
        return refuse(NGX_HTTP_NOT_FOUND, "the path is not /<sha256>[.ext]");
    }
    return *hash;
}

}  // namespace btgw::ngx
