#include "variables.hpp"

#include "access.hpp"
#include "c_boundary.hpp"
#include "request.hpp"
#include "shared/hex.hpp"
#include "shared/http/url.hpp"
#include "worker.hpp"

#include <string>

namespace btgw::ngx {

namespace {

std::size_t hex_run(std::string_view text)
{
    std::size_t length = 0;
    while (length < text.size() && std::isxdigit(static_cast<unsigned char>(text[length])) != 0) {
        ++length;
    }
    return length;
}

// The last run of exactly `digits` hexadecimal digits in a path; empty without one.
std::string last_hex_run(std::string_view text, std::size_t digits)
{
    std::string out;
    while (!text.empty()) {
        const std::size_t run = hex_run(text);
        if (run == digits) {
            out = text.substr(0, run);
        }
        text.remove_prefix(run == 0 ? 1 : run);
    }
    for (char& c : out) {
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return out;
}

std::string hash_of(ngx_http_request_t& r)
{
    return last_hex_run(path(r), 2 * Sha256::size);
}

std::string pubkey_of(ngx_http_request_t& r)
{
    if (worker() == nullptr || r.headers_in.authorization == nullptr) {
        return {};
    }
    const auto token = verified_token(r);
    return token ? to_hex((*token)->pubkey) : std::string{};
}

std::string infohash_of(ngx_http_request_t& r)
{
    if (const auto value = http::query_value(query(r), "info_hash")) {
        return value->size() == InfoHash::size ? to_hex(as_bytes(*value)) : std::string{};
    }
    std::string v2 = last_hex_run(path(r), 2 * InfoHashV2::size);
    return v2.empty() ? last_hex_run(path(r), 2 * InfoHash::size) : v2;
}

template <std::string (*compute)(ngx_http_request_t&)>
ngx_int_t get(ngx_http_request_t* r, ngx_http_variable_value_t* out, uintptr_t) noexcept
{
    try {
        const std::string text = compute(*r);
        out->data = copy(*r->pool, text).data;
        out->len = static_cast<unsigned>(text.size()) & 0x0fffffffU;
        out->valid = 1;
        out->no_cacheable = 0;
        out->not_found = 0;
        return NGX_OK;
    } catch (...) {
        log_exception(r->connection->log);
        return NGX_ERROR;
    }
}

struct Variable {
    const char* name;
    ngx_http_get_variable_pt get;
};

constexpr Variable variables[] = {
    {"btgw_hash", get<hash_of>},
    {"btgw_pubkey", get<pubkey_of>},
    {"btgw_infohash", get<infohash_of>},
};

}  // namespace

ngx_int_t add_variables(ngx_conf_t* cf)
{
    for (const Variable& entry : variables) {
        ngx_str_t name = borrow(entry.name);
        ngx_http_variable_t* variable = ngx_http_add_variable(cf, &name, 0);
        if (variable == nullptr) {
            return NGX_ERROR;
        }
        variable->get_handler = entry.get;
    }
    return NGX_OK;
}

}  // namespace btgw::ngx
