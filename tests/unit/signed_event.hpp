// Nostr events signed for tests, by libsecp256k1.
#pragma once

#include "shared/digest.hpp"
#include "shared/hex.hpp"
#include "shared/json.hpp"
#include "shared/nostr/event.hpp"

#include <secp256k1.h>
#include <secp256k1_extrakeys.h>
#include <secp256k1_schnorrsig.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <string>

namespace btgw::test {

// A key whose secret is a small number. 3 is the key of BIP-340's test vector 0.
class SigningKey {
public:
    explicit SigningKey(std::uint8_t secret = 3)
        : context_(secp256k1_context_create(SECP256K1_CONTEXT_NONE))
    {
        std::array<std::uint8_t, 32> bytes{};
        bytes.back() = secret;
        secp256k1_xonly_pubkey key;
        require(secp256k1_keypair_create(context_.get(), &pair_, bytes.data()));
        require(secp256k1_keypair_xonly_pub(context_.get(), &key, nullptr, &pair_));
        require(secp256k1_xonly_pubkey_serialize(context_.get(), public_key.bytes.data(), &key));
    }

    [[nodiscard]] nostr::Signature sign(const Sha256& message) const
    {
        const std::array<std::uint8_t, 32> no_randomness{};
        nostr::Signature out;
        require(secp256k1_schnorrsig_sign32(context_.get(), out.bytes.data(), message.bytes.data(),
                                            &pair_, no_randomness.data()));
        return out;
    }

    // Fills in what depends on the rest: pubkey, id and signature.
    void sign(nostr::Event& event) const
    {
        event.pubkey = public_key;
        event.id = sha256(as_bytes(nostr::canonical_form(event)));
        event.signature = sign(event.id);
    }

    PublicKey public_key;

private:
    static void require(int ok)
    {
        if (ok != 1) {
            throw std::runtime_error("libsecp256k1 refuses the key");
        }
    }

    struct Destroy {
        void operator()(secp256k1_context* context) const { secp256k1_context_destroy(context); }
    };

    std::unique_ptr<secp256k1_context, Destroy> context_;
    secp256k1_keypair pair_{};
};

inline std::string event_json(const nostr::Event& event)
{
    JsonWriter json;
    json.begin_object();
    json.field("id", to_hex(event.id));
    json.field("pubkey", to_hex(event.pubkey));
    json.field("created_at", event.created_at);
    json.field("kind", event.kind);
    json.key("tags");
    json.begin_array();
    for (const auto& tag : event.tags) {
        json.begin_array();
        for (const std::string& element : tag) {
            json.value(std::string_view(element));
        }
        json.end_array();
    }
    json.end_array();
    json.field("content", event.content);
    json.field("sig", to_hex(event.signature));
    json.end_object();
    return json.take();
}

}  // namespace btgw::test
