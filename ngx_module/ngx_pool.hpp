// Objects that live as long as an nginx pool.
#pragma once

#include "ngx.hpp"

#include <new>
#include <type_traits>
#include <utility>

namespace btgw::ngx {

// Constructs a T that lives as long as the pool; its destructor runs as a pool cleanup handler.
template <class T, class... Args>
T& make_in_pool(ngx_pool_t& pool, Args&&... args)
{
    static_assert(alignof(T) <= NGX_ALIGNMENT);
    if constexpr (std::is_trivially_destructible_v<T>) {
        void* memory = ngx_palloc(&pool, sizeof(T));
        if (memory == nullptr) {
            throw std::bad_alloc{};
        }
        return *new (memory) T{std::forward<Args>(args)...};
    } else {
        ngx_pool_cleanup_t* cleanup = ngx_pool_cleanup_add(&pool, sizeof(T));
        if (cleanup == nullptr) {
            throw std::bad_alloc{};
        }
        T* object = new (cleanup->data) T{std::forward<Args>(args)...};
        // Set only now: had the constructor thrown, there would be nothing to destroy.
        cleanup->handler = [](void* data) { static_cast<T*>(data)->~T(); };
        return *object;
    }
}

}  // namespace btgw::ngx
