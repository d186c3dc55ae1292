#include "digest.hpp"

#include <openssl/evp.h>

#include <new>
#include <stdexcept>
#include <string>

namespace btgw {

namespace {

// EVP_sha256() looks the algorithm up at every use; a fetched one costs a third (OpenSSL 3).
const EVP_MD* fetched(const char* name)
{
    const EVP_MD* algorithm = EVP_MD_fetch(nullptr, name, nullptr);
    if (algorithm == nullptr) {
        throw std::runtime_error(std::string("OpenSSL has no ") + name);
    }
    return algorithm;
}

const EVP_MD* sha256_algorithm()
{
    static const EVP_MD* const algorithm = fetched("SHA256");
    return algorithm;
}

const EVP_MD* sha1_algorithm()
{
    static const EVP_MD* const algorithm = fetched("SHA1");
    return algorithm;
}

void require(int ok)
{
    if (ok != 1) {
        throw std::runtime_error("OpenSSL cannot compute a digest");
    }
}

}  // namespace

Sha256 sha256(ByteView bytes)
{
    Sha256 out;
    require(EVP_Digest(bytes.data(), bytes.size(), out.bytes.data(), nullptr, sha256_algorithm(),
                       nullptr));
    return out;
}

Sha1 sha1(ByteView bytes)
{
    Sha1 out;
    require(EVP_Digest(bytes.data(), bytes.size(), out.bytes.data(), nullptr, sha1_algorithm(),
                       nullptr));
    return out;
}

void Sha256Hasher::Free::operator()(void* context) const
{
    EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(context));
}

Sha256Hasher::Sha256Hasher() : context_(EVP_MD_CTX_new())
{
    if (!context_) {
        throw std::bad_alloc{};
    }
    require(
        EVP_DigestInit_ex2(static_cast<EVP_MD_CTX*>(context_.get()), sha256_algorithm(), nullptr));
}

void Sha256Hasher::update(ByteView bytes)
{
    require(EVP_DigestUpdate(static_cast<EVP_MD_CTX*>(context_.get()), bytes.data(), bytes.size()));
}

Sha256 Sha256Hasher::finish()
{
    Sha256 out;
    require(
        EVP_DigestFinal_ex(static_cast<EVP_MD_CTX*>(context_.get()), out.bytes.data(), nullptr));
    return out;
}

}  // namespace btgw
