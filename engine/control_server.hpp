// Where nginx workers reach the engine: decodes their messages, hands them on, sends the replies
// (shared/wire/messages.hpp). Runs on the io_context's thread.
#pragma once

#include "blob_torrents.hpp"
#include "chunk_hasher.hpp"
#include "config.hpp"
#include "ingest.hpp"
#include "zmq_reader.hpp"

#include <zmq.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace btgw::engine {

class ControlServer {
public:
    struct Collaborators {
        asio::io_context& io;
        ChunkHasher& chunk_hasher;
        Ingest& ingest;
        BlobTorrents& blob_torrents;
        const TorrentSession& torrents;
    };

    ControlServer(Collaborators with, GatewayConfig config);

    // Binds; throws std::runtime_error that names the endpoint when that fails.
    void start();
    // Takes no more messages; replies still go out.
    void stop_reading();
    // Sends what waits, for a moment at most.
    void stop();

private:
    void on_message(ZmqReader::Frames frames);
    void on_malformed();
    ReplyTo reply_to(const zmq::message_t& worker, std::uint64_t id);
    void send(const std::string& worker, const wire::Message<wire::Reply>& message);
    [[nodiscard]] wire::Pong pong() const;

    void handle(wire::Ping message, ReplyTo reply);
    void handle(wire::ChunkWritten message, ReplyTo reply);
    void handle(wire::UploadAborted message, ReplyTo reply);
    void handle(wire::CommitUpload message, ReplyTo reply);
    void handle(wire::DeleteContent message, ReplyTo reply);
    void handle(wire::MakeTorrent message, ReplyTo reply);

    Collaborators with_;
    const GatewayConfig config_;
    const std::uint64_t instance_;
    zmq::context_t context_;
    zmq::socket_t socket_;
    std::optional<ZmqReader> reader_;
    std::uint64_t malformed_ = 0;
};

}  // namespace btgw::engine
