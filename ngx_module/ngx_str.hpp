// ngx_str_t and std::string_view.
#pragma once

#include "ngx.hpp"
#include "shared/bytes.hpp"

#include <new>
#include <string_view>

namespace btgw::ngx {

inline std::string_view view(const ngx_str_t& text)
{
    return {reinterpret_cast<const char*>(text.data), text.len};
}

// An ngx_str_t over bytes that somebody else owns and keeps.
inline ngx_str_t borrow(std::string_view text)
{
    return {text.size(), const_cast<u_char*>(
                             reinterpret_cast<const u_char*>(text.data()))};  // nginx never writes
}

// A copy that lives as long as the pool, with a NUL behind its end.
inline ngx_str_t copy(ngx_pool_t& pool, std::string_view text)
{
    auto* data = static_cast<u_char*>(ngx_pnalloc(&pool, text.size() + 1));
    if (data == nullptr) {
        throw std::bad_alloc{};
    }
    ngx_memcpy(data, text.data(), text.size());
    data[text.size()] = '\0';
    return {text.size(), data};
}

}  // namespace btgw::ngx
