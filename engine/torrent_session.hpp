// The BitTorrent peer: seeds every torrent of the index, straight out of the store. Runs on the
// io_context's thread; libtorrent has threads of its own behind it.
#pragma once

#include "asio.hpp"
#include "config.hpp"
#include "content_reader.hpp"
#include "torrent_records.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_set>

namespace libtorrent {
class session;
struct alert;
}  // namespace libtorrent

namespace btgw::engine {

class TorrentSession {
public:
    struct Collaborators {
        asio::io_context& io;
        asio::thread_pool& pool;
        const store::Index& index;
        const ContentReader& reader;
    };

    TorrentSession(Collaborators with, TorrentConfig torrent, DhtConfig dht);
    ~TorrentSession();

    // Listens, and begins to add what the index holds, in slices. Does nothing when the
    // configuration has no address to listen on.
    void start();
    void stop();

    // Adds the content's torrents in the configured formats, unless they are there.
    void seed(const Sha256& content);
    void remove(const Sha256& content, const TorrentIds& ids);

    // Of the first TCP address that took; 0 before that, and when there is none.
    [[nodiscard]] std::uint16_t peer_port() const { return peer_port_; }
    [[nodiscard]] std::uint64_t torrents() const;  // seeded now
    [[nodiscard]] std::uint8_t formats() const;    // bit n: TorrentFormat n is seeded

private:
    void add_slice(const std::optional<Sha256>& after);
    void add(const store::Snapshot& snapshot, const Sha256& content);
    void add_format(const store::Snapshot& snapshot, const Sha256& content,
                    store::TorrentFormat format);
    void handle_alerts();
    void handle(const libtorrent::alert& alert);

    Collaborators with_;
    const TorrentConfig config_;
    const DhtConfig dht_;
    std::unique_ptr<libtorrent::session> session_;
    std::unordered_set<Sha256, BytesHash> seeded_;
    std::uint16_t peer_port_ = 0;
};

}  // namespace btgw::engine
