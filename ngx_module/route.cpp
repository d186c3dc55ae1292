#include "route.hpp"

#include "cors.hpp"
#include "request.hpp"
#include "respond.hpp"
#include "worker.hpp"

#include <optional>
#include <string>

namespace btgw::ngx {

namespace {

struct MethodName {
    ngx_uint_t method;
    std::string_view name;
};

constexpr MethodName method_names[] = {
    {NGX_HTTP_GET, "GET"}, {NGX_HTTP_HEAD, "HEAD"},     {NGX_HTTP_POST, "POST"},
    {NGX_HTTP_PUT, "PUT"}, {NGX_HTTP_DELETE, "DELETE"}, {NGX_HTTP_PATCH, "PATCH"},
};

// What '*' stands for; nothing when the path does not fit.
std::optional<std::string_view> match(std::string_view pattern, std::string_view path)
{
    if (!pattern.ends_with('*')) {
        return path == pattern ? std::optional{std::string_view{}} : std::nullopt;
    }
    pattern.remove_suffix(1);
    if (path.size() <= pattern.size() || !path.starts_with(pattern)) {
        return std::nullopt;
    }
    return path.substr(pattern.size());
}

}  // namespace

ngx_int_t dispatch(ngx_http_request_t& r, std::span<const Route> routes)
{
    if (r.method == NGX_HTTP_OPTIONS) {
        return answer_preflight(r);
    }
    if (worker() == nullptr) {
        return respond_refusal(r, {NGX_HTTP_SERVICE_UNAVAILABLE, "the storage is not ready"});
    }
    ngx_uint_t allowed = 0;
    for (const Route& route : routes) {
        const auto rest = match(route.pattern, path(r));
        if (!rest) {
            continue;
        }
        if ((r.method & route.methods) != 0) {
            return route.handler(r, *rest);
        }
        allowed |= route.methods;
    }
    if (allowed != 0) {
        return refuse_method(r, allowed);
    }
    return respond_refusal(r, {NGX_HTTP_NOT_FOUND, "there is nothing at this path"});
}

ngx_int_t refuse_method(ngx_http_request_t& r, ngx_uint_t allowed)
{
    std::string names;
    for (const MethodName& entry : method_names) {
        if ((allowed & entry.method) != 0) {
            names += entry.name;
            names += ", ";
        }
    }
    names += "OPTIONS";
    add_header(r, "Allow", names);
    return respond_refusal(r, {NGX_HTTP_NOT_ALLOWED, "this path does not take this method"});
}

}  // namespace btgw::ngx
