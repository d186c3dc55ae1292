// Bencode (BEP 3), written only: this program reads no foreign bencode yet. The caller keeps the
// keys of a dictionary in raw byte order.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace btgw::bittorrent {

void append_string(std::string& out, std::string_view value);  // 4:spam
void append_integer(std::string& out, std::uint64_t value);    // i42e

}  // namespace btgw::bittorrent
