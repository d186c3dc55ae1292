// Makes torrents of blobs on demand. Runs on the io_context's thread, reads and hashes in the pool.
#pragma once

#include "asio.hpp"
#include "content_reader.hpp"
#include "ingest.hpp"
#include "put_torrent.hpp"

#include <unordered_map>
#include <vector>

namespace btgw::engine {

class BlobTorrents {
public:
    struct Collaborators {
        asio::io_context& io;
        asio::thread_pool& pool;
        const store::Index& index;
        const ContentReader& reader;
        StoreWriter& writer;
        TorrentSession& torrents;
    };

    explicit BlobTorrents(Collaborators with);

    // Replies TorrentMade, also where there was one; Refused 404 for unknown and for empty content.
    // Requests for one content share the work.
    void make(const wire::MakeTorrent& message, ReplyTo reply);

private:
    using Made = tl::expected<NewTorrent, wire::Refused>;

    void hash_in_pool(const Sha256& hash, std::uint64_t size, std::string name);
    [[nodiscard]] Made hash_content(const Sha256& hash, std::uint64_t size,
                                    const std::string& name) const;
    void put(NewTorrent torrent);
    void finish(const Sha256& hash, const wire::Reply& reply);

    Collaborators with_;
    std::unordered_map<Sha256, std::vector<ReplyTo>, BytesHash> waiting_;
};

}  // namespace btgw::engine
