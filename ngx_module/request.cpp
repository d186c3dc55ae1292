#include "request.hpp"

#include "conf.hpp"

#include <stdexcept>

namespace btgw::ngx {

namespace {

bool same_name(const ngx_table_elt_t& header, std::string_view lower_case_name)
{
    return header.key.len == lower_case_name.size() &&
           ngx_strncmp(header.lowcase_key, lower_case_name.data(), header.key.len) == 0;
}

std::string requested_origin(ngx_http_request_t& r)
{
    std::string out = "http";
#if (NGX_HTTP_SSL)
    if (r.connection->ssl != nullptr) {
        out += 's';
    }
#endif
    out += "://";
    if (r.headers_in.host != nullptr) {
        out += view(r.headers_in.host->value);
    } else {
        out += "localhost";
    }
    return out;
}

std::string base_url(ngx_http_request_t& r, ngx_http_complex_value_t* configured)
{
    if (configured == nullptr) {
        return requested_origin(r);
    }
    ngx_str_t value;
    if (ngx_http_complex_value(&r, configured, &value) != NGX_OK) {
        throw std::bad_alloc{};
    }
    std::string_view url = view(value);
    while (url.ends_with('/')) {
        url.remove_suffix(1);
    }
    return std::string{url};
}

}  // namespace

std::optional<std::string_view> header(const ngx_http_request_t& r,
                                       std::string_view lower_case_name)
{
    for (const ngx_list_part_t* part = &r.headers_in.headers.part; part != nullptr;
         part = part->next) {
        const auto* headers = static_cast<const ngx_table_elt_t*>(part->elts);
        for (ngx_uint_t i = 0; i < part->nelts; ++i) {
            if (same_name(headers[i], lower_case_name)) {
                return view(headers[i].value);
            }
        }
    }
    return std::nullopt;
}

std::string gateway_url(ngx_http_request_t& r)
{
    return base_url(r, location_conf(r).gateway_url);
}

std::string blossom_url(ngx_http_request_t& r)
{
    return base_url(r, location_conf(r).blossom_url);
}

}  // namespace btgw::ngx
