#include "engine_link.hpp"

#include "c_boundary.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

namespace btgw::ngx {

namespace {

constexpr int receive_budget = 256;     // messages before other events get their turn
constexpr int reconnect_interval = 20;  // milliseconds: a local socket costs nothing to try

// A worker that has just started, or whose engine has, wants to serve at once.
constexpr ngx_msec_t first_probe_interval = 5;    // milliseconds
constexpr ngx_msec_t last_probe_interval = 1000;  // milliseconds
constexpr ngx_msec_t youth = 1000;                // milliseconds: maybe_up()

const Refusal engine_gone{503, "the engine went away; try again"};
const Refusal engine_slow{503, "the engine did not answer in time; try again"};

constexpr auto silence_limit = static_cast<ngx_msec_t>(
    std::chrono::duration_cast<std::chrono::milliseconds>(wire::engine_silence_limit).count());

}  // namespace

EngineLink::EngineLink(ngx_cycle_t& cycle, std::string endpoint)
    : endpoint_(std::move(endpoint)),
      context_(1),
      socket_(context_, zmq::socket_type::dealer),
      probe_interval_(first_probe_interval),
      started_(ngx_current_msec)
{
    socket_.set(zmq::sockopt::linger, 0);
    socket_.set(zmq::sockopt::immediate, true);
    socket_.set(zmq::sockopt::sndhwm, wire::high_water_mark);
    socket_.set(zmq::sockopt::rcvhwm, wire::high_water_mark);
    socket_.set(zmq::sockopt::reconnect_ivl, reconnect_interval);
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

bool EngineLink::maybe_up() const
{
    return up() || (last_heard_ == 0 && ngx_current_msec - started_ < youth);
}

bool EngineLink::send(std::uint64_t id, wire::Request request)
{
    return send_frame(wire::encode(wire::Message<wire::Request>{id, std::move(request)}));
}

bool EngineLink::send_frame(const std::string& frame)
{
    const auto sent = socket_.send(zmq::buffer(frame), zmq::send_flags::dontwait);
    // The descriptor is edge-triggered inside ZeroMQ, and a send may swallow the edge of a reply.
    ngx_post_event(connection_->read, &ngx_posted_events);
    return sent.has_value();
}

std::uint64_t EngineLink::ask(wire::Request request, ngx_msec_t timeout, OnAnswer on_answer)
{
    const std::uint64_t id = next_id_++;
    std::string frame = wire::encode(wire::Message<wire::Request>{id, std::move(request)});
    if (!maybe_up()) {
        return 0;
    }
    if (!up()) {
        pending_.emplace(
            id, Pending{started_ + youth, timeout, std::move(frame), std::move(on_answer)});
        return id;
    }
    if (!send_frame(frame)) {
        return 0;
    }
    pending_.emplace(id, Pending{ngx_current_msec + timeout, timeout, {}, std::move(on_answer)});
    return id;
}

void EngineLink::send_held()
{
    for (auto& [id, pending] : pending_) {
        // One that cannot be sent stays, and is given up on at its deadline.
        if (!pending.held.empty() && send_frame(pending.held)) {
            pending.held.clear();
            pending.deadline = ngx_current_msec + pending.timeout;
        }
    }
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
    last_ping_ = ngx_current_msec;
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
    auto& link = *static_cast<EngineLink*>(connection->data);
    link.receive();
    link.greet();
}

// ZeroMQ has just connected, perhaps: an engine that is back need not wait for the next probe.
void EngineLink::greet()
{
    const bool lately = ngx_current_msec - last_ping_ < first_probe_interval;
    if (!pong_ && !lately && (socket_.get(zmq::sockopt::events) & ZMQ_POLLOUT) != 0) {
        ping();
    }
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
    send_held();
}

void EngineLink::settle(std::map<std::uint64_t, Pending>::iterator entry, const Answer& answer)
{
    // Out of the map first: the callback may ask or forget.
    const OnAnswer on_answer = std::move(entry->second.on_answer);
    pending_.erase(entry);
    on_answer(answer);
}

// Gives up on what was sent before this id.
void EngineLink::fail_before(std::uint64_t id, const char* reason)
{
    std::vector<std::uint64_t> lost;
    for (auto entry = pending_.begin(); entry != pending_.end() && entry->first < id; ++entry) {
        if (entry->second.held.empty()) {
            lost.push_back(entry->first);
        }
    }
    if (!lost.empty()) {
        ngx_log_error(NGX_LOG_WARN, connection_->read->log, 0,
                      "bittorrent gateway: %uz requests in flight are given up: %s", lost.size(),
                      reason);
    }
    settle_all(lost, engine_gone);
}

void EngineLink::fail_late()
{
    std::vector<std::uint64_t> late;
    for (const auto& [id, pending] : pending_) {
        if (static_cast<ngx_msec_int_t>(pending.deadline - ngx_current_msec) <= 0) {
            late.push_back(id);
        }
    }
    settle_all(late, engine_slow);
}

// A callback may settle or forget others: each is looked up anew.
void EngineLink::settle_all(const std::vector<std::uint64_t>& ids, const Refusal& refusal)
{
    for (const std::uint64_t id : ids) {
        if (const auto entry = pending_.find(id); entry != pending_.end()) {
            settle(entry, tl::unexpected{refusal});
        }
    }
}

}  // namespace btgw::ngx
