// SHA-1 and SHA-256 by OpenSSL, whose algorithms are fetched once per process.
#pragma once

#include "bytes.hpp"

#include <memory>

namespace btgw {

Sha256 sha256(ByteView bytes);
Sha1 sha1(ByteView bytes);

// SHA-256 of bytes that come in parts.
class Sha256Hasher {
public:
    Sha256Hasher();
    void update(ByteView bytes);
    // The hash of all bytes so far; the hasher must not be used afterwards.
    Sha256 finish();

private:
    struct Free {
        void operator()(void* context) const;
    };
    std::unique_ptr<void, Free> context_;
};

}  // namespace btgw
