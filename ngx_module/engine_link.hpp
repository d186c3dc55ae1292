// A worker's line to the engine: a ZeroMQ DEALER driven by nginx's event loop. Nothing here blocks.
#pragma once

#include "ngx.hpp"
#include "respond.hpp"
#include "shared/wire/messages.hpp"

#include <tl/expected.hpp>
#include <zmq.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace btgw::ngx {

class EngineLink {
public:
    // Nothing came when the engine went away or was too slow: 503, and the engine may or may not
    // have done what it was asked.
    using Answer = tl::expected<wire::Reply, Refusal>;
    // Called once.
    using OnAnswer = std::function<void(const Answer&)>;

    EngineLink(ngx_cycle_t& cycle, std::string endpoint);
    EngineLink(const EngineLink&) = delete;
    EngineLink& operator=(const EngineLink&) = delete;
    ~EngineLink();

    // The engine is connected and has answered lately.
    [[nodiscard]] bool up() const;
    // It is up, or this worker is so young that it may be: requests are held until that is known.
    [[nodiscard]] bool maybe_up() const;
    // What the engine last said of itself; nothing while it is down.
    [[nodiscard]] const std::optional<wire::Pong>& engine() const { return pong_; }

    // Sends a request. The id is for forget(); 0: not sent, the engine is down.
    std::uint64_t ask(wire::Request request, ngx_msec_t timeout, OnAnswer on_answer);
    // The asker is gone: its reply will be dropped.
    void forget(std::uint64_t id);
    // Sends news, whose loss loses nothing.
    void tell(wire::Request news);

    // Once a second: gives up on requests past their deadline, and pings an engine that is up.
    void tick();

private:
    struct Pending {
        ngx_msec_t deadline;  // on ngx_current_msec's clock
        ngx_msec_t timeout;   // milliseconds, from when it is sent
        std::string held;     // the frame, while it waits for a young worker's first Pong
        OnAnswer on_answer;
    };

    static void on_readable(ngx_event_t& event);
    static void on_probe(ngx_event_t& event);
    bool send(std::uint64_t id, wire::Request request);
    bool send_frame(const std::string& frame);
    void watch_descriptor(ngx_cycle_t& cycle);
    void ping();
    void probe();
    void greet();
    void receive();
    void dispatch(std::string_view frame);
    void heard(const wire::Message<wire::Reply>& message);
    void send_held();
    void settle(std::map<std::uint64_t, Pending>::iterator entry, const Answer& answer);
    void settle_all(const std::vector<std::uint64_t>& ids, const Refusal& refusal);
    void fail_before(std::uint64_t id, const char* reason);
    void fail_late();

    std::string endpoint_;
    zmq::context_t context_;
    zmq::socket_t socket_;
    ngx_connection_t* connection_ = nullptr;
    std::map<std::uint64_t, Pending> pending_;  // by id: ids grow, so the oldest come first
    std::uint64_t next_id_ = 1;
    ngx_event_t probe_{};        // pings an engine that is down, at growing intervals
    ngx_msec_t probe_interval_;  // milliseconds
    std::optional<wire::Pong> pong_;
    // On ngx_current_msec's clock:
    ngx_msec_t started_;
    ngx_msec_t last_heard_ = 0;
    ngx_msec_t last_ping_ = 0;
};

}  // namespace btgw::ngx
