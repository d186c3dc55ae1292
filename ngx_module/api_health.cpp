#include "api.hpp"
#include "respond.hpp"
#include "shared/json.hpp"
#include "worker.hpp"

namespace btgw::ngx {

namespace {

std::string_view name_of(bool ready)
{
    return ready ? "ok" : "down";
}

}  // namespace

// 200 once this worker can read the index and the swarm, and the engine answers; 503 before.
ngx_int_t api_health(ngx_http_request_t& r, std::string_view)
{
    Worker& here = *worker();
    const bool index = here.index() != nullptr;
    const bool swarm = here.swarm() != nullptr;
    const bool engine = here.engine().up();
    const bool ready = index && swarm && engine;

    JsonWriter json;
    json.begin_object();
    json.field("status", name_of(ready));
    json.field("index", name_of(index));
    json.field("swarm", name_of(swarm));
    json.field("engine", name_of(engine));
    if (engine) {
        const wire::Pong& pong = *here.engine().engine();
        json.field("engine_version", std::string_view{pong.version});
        json.field("peer_port", std::uint64_t{pong.peer_port});
        json.field("torrents", pong.torrents);
    }
    json.end_object();
    add_header(r, "Cache-Control", "no-store");
    if (!ready) {
        add_header(r, "Retry-After", "2");
    }
    return respond_json(r, ready ? NGX_HTTP_OK : NGX_HTTP_SERVICE_UNAVAILABLE, json.take());
}

}  // namespace btgw::ngx
