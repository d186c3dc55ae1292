// The whole protocol between nginx workers and the engine.
//
// Transport: ZeroMQ over ipc. Each worker has one DEALER, the engine one ROUTER. High-water mark
// 1000 messages each way, LINGER 0. The DEALER has ZMQ_IMMEDIATE: with no engine connected a send
// fails at once (503 to the client) instead of queueing. The ROUTER drops replies to workers that
// are gone.
//
// One message is one frame:
//   0:1 version   1:1 type   2:8 request id:be64   10:4 j:be32   14:j JSON body   then a payload
// Requests and replies share ids: a reply carries the id of its request. News has no reply, its id
// is 0, and its loss loses nothing. A request has a deadline of `request_timeout`; the worker drops
// replies that come later.
#pragma once

#include "../bytes.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace btgw::wire {

inline constexpr std::uint8_t protocol_version = 1;
inline constexpr int high_water_mark = 1000;                    // messages
inline constexpr std::chrono::seconds ping_interval{1};         // worker to engine
inline constexpr std::chrono::seconds engine_silence_limit{4};  // without a Pong the engine is down

// How the bytes of an upload lie in spool/.
enum class Shape : std::uint8_t {
    in_message = 0,  // in this message's payload: at most store::inline_limit bytes
    file = 1,        // spool/<upload>
    chunks = 2,      // spool/<upload>.<n>, each store::chunk_length bytes but the last
};

// ---- worker to engine ----

// Every ping_interval. Answered by Pong.
struct Ping {
    bool operator==(const Ping&) const = default;
};

// News, when one chunk of an upload is complete in spool/, so that it is hashed while the rest
// still arrives.
struct ChunkWritten {
    std::string upload;
    std::uint32_t index = 0;
    bool operator==(const ChunkWritten&) const = default;
};

// News, when an upload ended without a commit and the worker has removed its spool files.
struct UploadAborted {
    std::string upload;
    bool operator==(const UploadAborted&) const = default;
};

// At the end of an upload. Answered by Committed once the content is durable, or by Refused, after
// which the engine has removed the spool files.
struct CommitUpload {
    std::string upload;      // 16 hexadecimal digits
    Sha256 hash;             // of all bytes, as the worker computed it
    std::uint64_t size = 0;  // bytes
    Shape shape = Shape::file;
    std::string media_type;          // empty: the engine finds it out from the bytes
    std::string name;                // file name, UTF-8; may be empty
    std::optional<PublicKey> owner;  // nothing: uploaded without a token
    std::string payload;             // the bytes when shape is in_message
    bool operator==(const CommitUpload&) const = default;
};

// Removes one owner's claim (BUD-12). Answered by Deleted or Refused (404, 403).
struct DeleteContent {
    Sha256 hash;
    PublicKey owner;
    bool operator==(const DeleteContent&) const = default;
};

// Makes the torrent of a blob that has none yet. Answered by TorrentMade or Refused (404).
struct MakeTorrent {
    Sha256 hash;
    bool operator==(const MakeTorrent&) const = default;
};

using Request =
    std::variant<Ping, ChunkWritten, UploadAborted, CommitUpload, DeleteContent, MakeTorrent>;

// ---- engine to worker ----

struct Pong {
    std::string version;              // of the engine
    std::uint64_t instance = 0;       // another number after each start of the engine
    std::uint16_t peer_port = 0;      // TCP port that takes BitTorrent peers; 0: none
    std::uint64_t torrents = 0;       // seeded now
    std::uint8_t seeded_formats = 0;  // bit n: TorrentFormat n is seeded
    bool operator==(const Pong&) const = default;
};

struct Committed {
    bool existed = false;        // the content was there already: 200 instead of 201 (BUD-02)
    std::uint64_t uploaded = 0;  // Unix seconds: by this owner
    bool operator==(const Committed&) const = default;
};

struct Deleted {
    bool last_owner = false;  // the content itself is gone
    bool operator==(const Deleted&) const = default;
};

struct TorrentMade {
    bool operator==(const TorrentMade&) const = default;
};

struct Refused {
    std::uint16_t status = 500;  // HTTP status for the client
    std::string reason;          // printable ASCII, for X-Reason
    bool operator==(const Refused&) const = default;
};

using Reply = std::variant<Pong, Committed, Deleted, TorrentMade, Refused>;

// ---- frames ----

template <class Body>
struct Message {
    std::uint64_t id = 0;  // 0: news
    Body body;
    bool operator==(const Message&) const = default;
};

std::string encode(const Message<Request>& message);
std::string encode(const Message<Reply>& message);

// Nothing for another version, an unknown type, or a body that is not exactly one such message.
std::optional<Message<Request>> decode_request(std::string_view frame);
std::optional<Message<Reply>> decode_reply(std::string_view frame);

}  // namespace btgw::wire
