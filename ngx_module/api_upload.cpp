#include "api.hpp"
#include "facts.hpp"
#include "request.hpp"
#include "shared/http/media_type.hpp"
#include "shared/http/multipart.hpp"
#include "shared/http/url.hpp"
#include "upload.hpp"

namespace btgw::ngx {

namespace {

// What curl --data-binary declares for any body.
constexpr std::string_view form_default = "application/x-www-form-urlencoded";

ngx_int_t respond_facts(ngx_http_request_t& r, const FoundContent& content, std::uint64_t uploaded,
                        bool existed)
{
    return respond_json(r, existed ? NGX_HTTP_OK : NGX_HTTP_CREATED,
                        facts_json(r, content, uploaded));
}

void describe_raw_body(ngx_http_request_t& r, std::string_view content_type, UploadPlan& plan)
{
    plan.name = http::query_value(query(r), "name").value_or("");
    const std::string declared = http::normalized_media_type(content_type);
    const bool unknown =
        declared.empty() || declared == form_default || declared == http::unknown_media_type;
    plan.media_type = unknown ? std::string{http::media_type_for(plan.name)} : declared;
}

Result<UploadPlan> plan_upload(ngx_http_request_t& r)
{
    UploadPlan plan;
    auto token = read_uploader(r);
    if (!token) {
        return tl::unexpected{std::move(token.error())};
    }
    plan.token = std::move(*token);
    if (auto length = check_body_length(r); !length) {
        return tl::unexpected{std::move(length.error())};
    }
    const std::string_view content_type = header(r, "content-type").value_or("");
    if (http::normalized_media_type(content_type).starts_with("multipart/")) {
        const auto boundary = http::multipart_boundary(content_type);
        if (!boundary) {
            return refuse(NGX_HTTP_BAD_REQUEST, "multipart: not form-data, or no boundary");
        }
        plan.boundary = *boundary;
    } else {
        describe_raw_body(r, content_type, plan);
    }
    plan.respond = respond_facts;
    return plan;
}

}  // namespace

ngx_int_t api_upload(ngx_http_request_t& r, std::string_view)
{
    auto plan = plan_upload(r);
    return plan ? receive_upload(r, std::move(*plan)) : respond_refusal(r, plan.error());
}

}  // namespace btgw::ngx
