#include "engine_question.hpp"

#include "c_boundary.hpp"
#include "conf.hpp"
#include "in_flight.hpp"
#include "ngx_pool.hpp"
#include "worker.hpp"

namespace btgw::ngx {

namespace {

// Lives in the request's pool: a client that goes away takes its question along.
struct Question {
    explicit Question(ngx_log_t* log) : in_flight(log) {}
    Question(const Question&) = delete;
    Question& operator=(const Question&) = delete;
    ~Question()
    {
        if (id != 0 && worker() != nullptr) {
            worker()->engine().forget(id);
        }
    }

    InFlight in_flight;
    std::uint64_t id = 0;
};

ngx_int_t answer(ngx_http_request_t& r, const EngineLink::Answer& reply,
                 const OnAnswer& on_answer) noexcept
{
    try {
        if (!reply) {
            return respond_refusal(r, reply.error());
        }
        if (const auto* refused = std::get_if<wire::Refused>(&*reply)) {
            return respond_refusal(r, {refused->status, refused->reason});
        }
        return on_answer(r, *reply);
    } catch (...) {
        log_exception(r.connection->log);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
}

}  // namespace

ngx_int_t ask_engine(ngx_http_request_t& r, wire::Request question, OnAnswer on_answer)
{
    auto& pending = make_in_pool<Question>(*r.pool, r.connection->log);
    auto deliver = [&r, &pending,
                    on_answer = std::move(on_answer)](const EngineLink::Answer& reply) {
        pending.id = 0;
        ngx_connection_t* connection = r.connection;
        ngx_http_set_log_request(connection->log, &r);
        ngx_http_finalize_request(&r, answer(r, reply, on_answer));
        ngx_http_run_posted_requests(connection);
    };
    pending.id = worker()->engine().ask(std::move(question), main_conf(r).engine_timeout,
                                        std::move(deliver));
    if (pending.id == 0) {
        return respond_refusal(r, {NGX_HTTP_SERVICE_UNAVAILABLE, "the engine is down; try again"});
    }
    const ngx_int_t rc = ngx_http_discard_request_body(&r);
    if (rc != NGX_OK) {
        return rc;
    }
    ++r.main->count;
    r.read_event_handler = ngx_http_test_reading;
    r.write_event_handler = ngx_http_request_empty_handler;
    return NGX_DONE;
}

}  // namespace btgw::ngx
