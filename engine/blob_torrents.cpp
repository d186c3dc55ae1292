#include "blob_torrents.hpp"

#include "../shared/digest.hpp"
#include "../shared/hex.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace btgw::engine {

BlobTorrents::BlobTorrents(Collaborators with) : with_(with) {}

void BlobTorrents::make(const wire::MakeTorrent& message, ReplyTo reply)
{
    const auto snapshot = with_.index.snapshot();
    const auto content = snapshot.content(message.hash);
    if (!content) {
        reply(wire::Refused{404, "not found"});
    } else if (content->size == 0) {
        reply(wire::Refused{404, "an empty file has no torrent"});
    } else if (content->has_torrent) {
        reply(wire::TorrentMade{});
    } else {
        auto& waiting = waiting_[message.hash];
        waiting.push_back(std::move(reply));
        if (waiting.size() == 1) {
            hash_in_pool(message.hash, content->size, torrent_name(content->name, message.hash));
        }
    }
}

void BlobTorrents::hash_in_pool(const Sha256& hash, std::uint64_t size, std::string name)
{
    asio::post(with_.pool, [this, hash, size, name = std::move(name)] {
        auto made = hash_content(hash, size, name);
        if (made) {
            put(std::move(*made));
            return;
        }
        asio::post(with_.io,
                   [this, hash, reason = std::move(made.error())] { finish(hash, reason); });
    });
}

// In the pool. The bytes are checked as they go by: a torrent of damaged bytes would stay wrong.
BlobTorrents::Made BlobTorrents::hash_content(const Sha256& hash, std::uint64_t size,
                                              const std::string& name) const
{
    NewTorrent out;
    out.content = hash;
    out.piece_length = bittorrent::piece_length_for(size);
    std::vector<char> buffer(out.piece_length);
    Sha256Hasher whole;
    for (std::uint64_t offset = 0; offset < size; offset += out.piece_length) {
        const auto length =
            static_cast<std::size_t>(std::min<std::uint64_t>(out.piece_length, size - offset));
        const auto piece = std::span(buffer).first(length);
        if (const auto error = with_.reader.read(hash, offset, piece, ContentReader::Mode::wait)) {
            spdlog::error("cannot read content {}: {}", to_hex(hash), error.message());
            return tl::make_unexpected(wire::Refused{500, "the content cannot be read"});
        }
        const auto bytes = as_bytes({piece.data(), piece.size()});
        whole.update(bytes);
        out.pieces.push_back(
            bittorrent::hash_piece(bytes, out.piece_length, size <= out.piece_length));
    }
    if (whole.finish() != hash) {
        spdlog::error("content {} is damaged", to_hex(hash));
        return tl::make_unexpected(wire::Refused{500, "the content is damaged"});
    }
    out.records = make_torrent_records({name, size, out.piece_length, &out.pieces});
    return out;
}

// For any thread.
void BlobTorrents::put(NewTorrent torrent)
{
    const auto hash = torrent.content;
    with_.writer.submit(std::make_unique<PutTorrent>(
        std::move(torrent), [this, hash](tl::expected<PutTorrentResult, wire::Refused> result) {
            asio::post(with_.io, [this, hash, result = std::move(result)] {
                if (result) {
                    finish(hash, wire::TorrentMade{});
                    with_.torrents.seed(hash);
                } else {
                    finish(hash, result.error());
                }
            });
        }));
}

void BlobTorrents::finish(const Sha256& hash, const wire::Reply& reply)
{
    const auto node = waiting_.extract(hash);
    for (const auto& waiting : node.mapped()) {
        waiting(reply);
    }
}

}  // namespace btgw::engine
