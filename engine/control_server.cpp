#include "control_server.hpp"

#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <cerrno>
#include <random>
#include <stdexcept>
#include <system_error>

namespace btgw::engine {

namespace {

constexpr int last_linger = 500;  // milliseconds that replies have to leave when the engine stops

std::uint64_t random_number()
{
    std::random_device random;
    return std::uint64_t{random()} << 32 | random();
}

std::string socket_path(const std::string& endpoint)
{
    return endpoint.substr(std::string_view("ipc://").size());
}

}  // namespace

ControlServer::ControlServer(Collaborators with, GatewayConfig config)
    : with_(with),
      config_(std::move(config)),
      instance_(random_number()),
      socket_(context_, zmq::socket_type::router)
{
}

// A socket file that a killed engine left behind is replaced by bind(2)'s caller, libzmq.
void ControlServer::start()
{
    socket_.set(zmq::sockopt::sndhwm, wire::high_water_mark);
    socket_.set(zmq::sockopt::rcvhwm, wire::high_water_mark);
    socket_.set(zmq::sockopt::linger, 0);
    try {
        socket_.bind(config_.endpoint);
    } catch (const zmq::error_t& e) {
        throw std::runtime_error("cannot bind gateway.endpoint " + config_.endpoint + ": " +
                                 e.what());
    }
    const auto path = socket_path(config_.endpoint);
    if (chmod(path.c_str(), config_.socket_mode) != 0) {
        throw std::system_error(errno, std::generic_category(), "cannot set the mode of " + path);
    }
    reader_.emplace(with_.io, socket_,
                    [this](ZmqReader::Frames frames) { on_message(std::move(frames)); });
    reader_->start();
}

void ControlServer::stop_reading()
{
    if (reader_) {
        reader_->stop();
    }
}

void ControlServer::stop()
{
    reader_.reset();
    if (socket_) {
        socket_.set(zmq::sockopt::linger, last_linger);
        socket_.close();
    }
}

void ControlServer::on_message(ZmqReader::Frames frames)
{
    auto message =
        frames.size() == 2 ? wire::decode_request(frames[1].to_string_view()) : std::nullopt;
    if (!message) {
        on_malformed();
        return;
    }
    auto reply = reply_to(frames[0], message->id);
    std::visit([&](auto& body) { handle(std::move(body), std::move(reply)); }, message->body);
}

void ControlServer::on_malformed()
{
    ++malformed_;
    spdlog::debug("message {} that is none of ours: dropped", malformed_);
}

ReplyTo ControlServer::reply_to(const zmq::message_t& worker, std::uint64_t id)
{
    return [this, worker = worker.to_string(), id](wire::Reply reply) {
        send(worker, {id, std::move(reply)});
    };
}

// A ROUTER drops what is for a worker that is gone, or whose queue is full: the worker has given
// up.
void ControlServer::send(const std::string& worker, const wire::Message<wire::Reply>& message)
{
    if (!reader_) {
        return;
    }
    const auto frame = encode(message);
    try {
        socket_.send(zmq::buffer(worker), zmq::send_flags::sndmore | zmq::send_flags::dontwait);
        socket_.send(zmq::buffer(frame), zmq::send_flags::dontwait);
    } catch (const zmq::error_t& e) {
        spdlog::debug("reply {} is lost: {}", message.id, e.what());
    }
    reader_->look_again();
}

wire::Pong ControlServer::pong() const
{
    wire::Pong out;
    out.version = BTGW_VERSION;
    out.instance = instance_;
    out.peer_port = with_.torrents.peer_port();
    out.torrents = with_.torrents.torrents();
    out.seeded_formats = with_.torrents.formats();
    return out;
}

void ControlServer::handle(wire::Ping, ReplyTo reply)
{
    reply(pong());
}

void ControlServer::handle(wire::ChunkWritten message, ReplyTo)
{
    with_.chunk_hasher.chunk_written(message.upload, message.index);
}

void ControlServer::handle(wire::UploadAborted message, ReplyTo)
{
    with_.chunk_hasher.forget(message.upload);
}

void ControlServer::handle(wire::CommitUpload message, ReplyTo reply)
{
    with_.ingest.commit(std::move(message), std::move(reply));
}

void ControlServer::handle(wire::DeleteContent message, ReplyTo reply)
{
    with_.ingest.remove(message, std::move(reply));
}

void ControlServer::handle(wire::MakeTorrent message, ReplyTo reply)
{
    with_.blob_torrents.make(message, std::move(reply));
}

}  // namespace btgw::engine
