// A ZeroMQ socket in an io_context. Its descriptor is edge-triggered, and any call on the socket
// may take the edge away: so read until there is nothing, and look again after every send.
#pragma once

#include "asio.hpp"

#include <zmq.hpp>

#include <functional>
#include <vector>

namespace btgw::engine {

class ZmqReader {
public:
    using Frames = std::vector<zmq::message_t>;
    using OnMessage = std::function<void(Frames)>;

    // The socket must outlive the reader, and stays the caller's.
    ZmqReader(asio::io_context& io, zmq::socket_ref socket, OnMessage on_message)
        : io_(io),
          socket_(socket),
          descriptor_(io, socket.get(zmq::sockopt::fd)),
          on_message_(std::move(on_message))
    {
    }
    ZmqReader(const ZmqReader&) = delete;
    ZmqReader& operator=(const ZmqReader&) = delete;
    ~ZmqReader() { descriptor_.release(); }

    void start()
    {
        wait();
        look_again();
    }

    void stop()
    {
        stopped_ = true;
        descriptor_.cancel();
    }

    // To be called after a send.
    void look_again()
    {
        if (!looking_) {
            looking_ = true;
            asio::post(io_, [this] {
                looking_ = false;
                drain();
            });
        }
    }

private:
    static constexpr int budget = 256;  // messages, before others have their turn

    void wait()
    {
        descriptor_.async_wait(asio::posix::stream_descriptor::wait_read,
                               [this](const boost::system::error_code& error) {
                                   if (!error && !stopped_) {
                                       drain();
                                       wait();
                                   }
                               });
    }

    void drain()
    {
        for (int n = 0; n < budget; ++n) {
            if (stopped_ || (socket_.get(zmq::sockopt::events) & ZMQ_POLLIN) == 0) {
                return;
            }
            receive();
        }
        look_again();
    }

    void receive()
    {
        Frames frames;
        do {
            zmq::message_t frame;
            if (!socket_.recv(frame, zmq::recv_flags::dontwait)) {
                return;
            }
            frames.push_back(std::move(frame));
        } while (frames.back().more());
        on_message_(std::move(frames));
    }

    asio::io_context& io_;
    zmq::socket_ref socket_;
    asio::posix::stream_descriptor descriptor_;
    const OnMessage on_message_;
    bool looking_ = false;
    bool stopped_ = false;
};

}  // namespace btgw::engine
