#include "media_type_of.hpp"

#include "../shared/http/media_type.hpp"

#include <magic.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace btgw::engine {

namespace {

struct Close {
    void operator()(magic_set* magic) const { magic_close(magic); }
};
using Magic = std::unique_ptr<magic_set, Close>;

// Null when the database is missing: then every type is unknown.
Magic load()
{
    Magic magic(magic_open(MAGIC_MIME_TYPE));
    if (magic && magic_load(magic.get(), nullptr) != 0) {
        spdlog::warn("media types are not found out: {}", magic_error(magic.get()));
        magic.reset();
    }
    return magic;
}

}  // namespace

std::string media_type_of(ByteView first_bytes)
{
    thread_local const Magic magic = load();
    if (!magic || first_bytes.empty()) {
        return std::string(http::unknown_media_type);
    }
    const char* found = magic_buffer(magic.get(), first_bytes.data(), first_bytes.size());
    const auto type = http::normalized_media_type(found == nullptr ? "" : found);
    return type.empty() ? std::string(http::unknown_media_type) : type;
}

}  // namespace btgw::engine
