// libtorrent's disk, as far as seeding needs one: pieces are read straight out of the store, in
// place. Nothing is ever written. Included by torrent_session.cpp alone.
#pragma once

#include "content_reader.hpp"

#include <libtorrent/disk_interface.hpp>
#include <libtorrent/io_context.hpp>

#include <memory>

namespace btgw::engine {

// For lt::session_params::disk_io_constructor. `threads` read what is not in the page cache. A
// torrent belongs to the content that the index has under its info-hash.
std::unique_ptr<libtorrent::disk_interface> make_content_disk_io(libtorrent::io_context& io,
                                                                 const store::Index& index,
                                                                 const ContentReader& reader,
                                                                 unsigned threads);

}  // namespace btgw::engine
