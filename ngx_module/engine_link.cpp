#include "engine_link.hpp"

#include "c_boundary.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

namespace btgw::ngx {

namespace {

constexpr int receive_budget = 256;     // messages before other events get their turn
constexpr int reconnect_interval = 50;  // milliseconds
constexpr int reconnect_limit = 1000;   // milliseconds

// A worker that has just started, or whose engine has, wants to serve at once.
constexpr ngx_msec_t first_probe_interval = 5;    // milliseconds
constexpr ngx_msec_t last_probe_interval = 1000;  // milliseconds

const Refusal engine_gone{503, "the engine went away; try again"};
const Refusal engine_slow{503, "the engine did not answer in time; try again"};

constexpr auto silence_limit = static_cast<ngx_msec_t>(
    std::chrono::duration_cast<std::chrono::milliseconds>(wire::engine_silence_limit).count());

}  // namespace

EngineLink::EngineLink(ngx_cycle_t& cycle, std::string endpoint)
    : endpoint_(std::move(endpoint)),
      context_(1),
      socket_(context_, zmq::socket_type::dealer),
      probe_interval_(first_probe_interval)
{
    socket_.set(zmq::sockopt::linger, 0);
    socket_.set(zmq::sockopt::immediate, true);
    socket_.set(zmq::sockopt::sndhwm, wire::high_water_mark);
    socket_.set(zmq::sockopt::rcvhwm, wire::high_water_mark);
    socket_.set(zmq::sockopt::reconnect_ivl, reconnect_interval);
    socket_.set(zmq::sockopt::reconnect_ivl_max, reconnect_limit);
    socket_.connect(endpoint_);
    watch_descriptor(cycle);
    probe_.data = this;
    probe_.handler = worker_event<&EngineLink::on_probe>;
    probe_.log = cycle.log;
    probe_.cancelable = 1;
    probe();
}

EngineLink::~EngineLink()
{
    if (probe_.timer_set) {
        ngx_del_timer((&probe_));
    }
    if (connection_ == nullptr) {
        return;
    }
    // Not ngx_close_connection: the descriptor is ZeroMQ's. A connection left open would be an
    // alert.
    if (connection_->read->posted) {
        ngx_delete_posted_event(connection_->read);
    }
    ngx_del_event(connection_->read, NGX_READ_EVENT, 0);
    ngx_free_connection(connection_);
    connection_->fd = static_cast<ngx_socket_t>(-1);
}

void EngineLink::watch_descriptor(ngx_cycle_t& cycle)
{
    connection_ = ngx_get_connection(socket_.get(zmq::sockopt::fd), cycle.log);
    if (connection_ == nullptr) {
        throw std::runtime_error("no free connection for the engine link");
    }
    connection_->data = this;
    connection_->read->handler = worker_event<&EngineLink::on_readable>;
    connection_->read->log = cycle.log;
    if (ngx_add_event(connection_->read, NGX_READ_EVENT, 0) != NGX_OK) {
        throw std::runtime_error("cannot watch the engine link");
    }
}

bool EngineLink::up() const
{
    return pong_.has_value() && ngx_current_msec - last_heard_ < silence_limit &&
           (socket_.get(zmq::sockopt::events) & ZMQ_POLLOUT) != 0;
}

bool EngineLink::send(std::uint64_t id, wire::Request request)
{
    const std::string frame = wire::encode(wire::Message<wire::Request>{id, std::move(request)});
    const auto sent = socket_.send(zmq::buffer(frame), zmq::send_flags::dontwait);
    // The descriptor is edge-triggered inside ZeroMQ, and a send may swallow the edge of a reply.
    ngx_post_event(connection_->read, &ngx_posted_events);
    return sent.has_value();
}

std::uint64_t EngineLink::ask(wire::Request request, ngx_msec_t timeout, OnAnswer on_answer)
{
    const std::uint64_t id = next_id_++;
    if (!up() || !send(id, std::move(request))) {
        return 0;
    }
    pending_.emplace(id, Pending{ngx_current_msec + timeout, std::move(on_answer)});
    return id;
}

void EngineLink::forget(std::uint64_t id)
{
    pending_.erase(id);
}

void EngineLink::tell(wire::Request news)
{
    send(0, std::move(news));
}

void EngineLink::ping()
{
    // The reply is heard(): no callback waits for it.
    const std::uint64_t id = next_id_++;
    if (!send(id, wire::Ping{})) {
        pong_.reset();
        fail_before(id, "the engine is down");
    }
}

void EngineLink::tick()
{
    if (pong_) {
        ping();
    }
    fail_late();
    if (ngx_current_msec - last_heard_ >= silence_limit) {
        pong_.reset();
    }
    if (!pong_ && !probe_.timer_set) {
        probe();
    }
}

void EngineLink::probe()
{
    ping();
    ngx_add_timer((&probe_), probe_interval_);
    probe_interval_ = std::min(2 * probe_interval_, last_probe_interval);
}

void EngineLink::on_probe(ngx_event_t& event)
{
    auto& link = *static_cast<EngineLink*>(event.data);
    if (!link.pong_) {
        link.probe();
    }
}

void EngineLink::on_readable(ngx_event_t& event)
{
    auto* connection = static_cast<ngx_connection_t*>(event.data);
    static_cast<EngineLink*>(connection->data)->receive();
}

void EngineLink::receive()
{
    zmq::message_t message;
    for (int i = 0; i < receive_budget; ++i) {
        if (!socket_.recv(message, zmq::recv_flags::dontwait)) {
            return;
        }
        dispatch(message.to_string_view());
    }
    ngx_post_event(connection_->read, &ngx_posted_next_events);
}

void EngineLink::dispatch(std::string_view frame)
{
    const auto message = wire::decode_reply(frame);
    if (!message) {
        ngx_log_error(NGX_LOG_ERR, connection_->read->log, 0,
                      "bittorrent gateway: the engine sent a message that this module does not "
                      "know: are both of the same version?");
        return;
    }
    heard(*message);
    const auto entry = pending_.find(message->id);
    if (entry != pending_.end()) {
        settle(entry, message->body);
    }
}

void EngineLink::heard(const wire::Message<wire::Reply>& message)
{
    last_heard_ = ngx_current_msec;
    const auto* pong = std::get_if<wire::Pong>(&message.body);
    if (pong == nullptr) {
        return;
    }
    if (pong_ && pong_->instance != pong->instance) {
        // The engine was started anew: it knows nothing of what was asked before.
        fail_before(message.id, "the engine was restarted");
    }
    pong_ = *pong;
    probe_interval_ = first_probe_interval;
}

void EngineLink::settle(std::map<std::uint64_t, Pending>::iterator entry, const Answer& answer)
{
    // Out of the map first: the callback may ask or forget.
    const OnAnswer on_answer = std::move(entry->second.on_answer);
    pending_.erase(entry);
    on_answer(answer);
}

void EngineLink::fail_before(std::uint64_t id, const char* reason)
{
    if (!pending_.empty() && pending_.begin()->first < id) {
        ngx_log_error(NGX_LOG_WARN, connection_->read->log, 0,
                      "bittorrent gateway: requests in flight are given up: %s", reason);
    }
    while (!pending_.empty() && pending_.begin()->first < id) {
        settle(pending_.begin(), tl::unexpected{engine_gone});
    }
}

void EngineLink::fail_late()
{
    std::vector<std::uint64_t> late;
    for (const auto& [id, pending] : pending_) {
        if (static_cast<ngx_msec_int_t>(pending.deadline - ngx_current_msec) <= 0) {
            late.push_back(id);
        }
    }
    for (const std::uint64_t id : late) {
        if (const auto entry = pending_.find(id); entry != pending_.end()) {
            settle(entry, tl::unexpected{engine_slow});
        }
    }
}

}  // namespace btgw::ngx
