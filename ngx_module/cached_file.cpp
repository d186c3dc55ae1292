#include "cached_file.hpp"

#include "ngx_str.hpp"

namespace btgw::ngx {

Result<ngx_file_t*> open_cached(ngx_http_request_t& r, ngx_pool_t& pool, std::string_view path,
                                off_t size)
{
    const auto* core = static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_get_module_loc_conf((&r), ngx_http_core_module));
    ngx_str_t name = copy(pool, path);

    ngx_open_file_info_t info;
    ngx_memzero(&info, sizeof info);
    info.read_ahead = core->read_ahead;
    info.directio = core->directio;
    info.valid = core->open_file_cache_valid;
    info.min_uses = core->open_file_cache_min_uses;
    info.errors = 0;  // what is missing now may be uploaded in a moment
    info.events = core->open_file_cache_events != 0 ? 1 : 0;

    if (ngx_open_cached_file(core->open_file_cache, &name, &info, &pool) != NGX_OK) {
        ngx_log_error(NGX_LOG_ERR, r.connection->log, info.err, "content file \"%V\": %s failed",
                      &name, info.failed);
        return refuse(NGX_HTTP_NOT_FOUND, "the content is damaged: a file of it is missing");
    }
    if (!info.is_file || info.size != size) {
        ngx_log_error(NGX_LOG_ERR, r.connection->log, 0,
                      "content file \"%V\" has %O bytes instead of %O", &name, info.size, size);
        return refuse(NGX_HTTP_NOT_FOUND, "the content is damaged: a file of it has another size");
    }
    auto* file = static_cast<ngx_file_t*>(ngx_pcalloc(&pool, sizeof(ngx_file_t)));
    if (file == nullptr) {
        throw std::bad_alloc{};
    }
    file->fd = info.fd;
    file->name = name;
    file->log = r.connection->log;
    file->directio = info.is_directio;
    return file;
}

}  // namespace btgw::ngx
