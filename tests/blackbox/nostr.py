"""Nostr events and Blossom tokens for tests: NIP-01, BIP-340 signing, BUD-11.

Plain and slow, and not constant-time: never for a key that matters.
"""
import base64
import hashlib
import json
import time

P = 2**256 - 2**32 - 977
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
G = (0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
     0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8)


def add(a, b):
    """Sum of two points; None is the point at infinity."""
    if a is None:
        return b
    if b is None:
        return a
    if a[0] == b[0]:
        if a[1] != b[1]:
            return None
        slope = 3 * a[0] * a[0] * pow(2 * a[1], -1, P)
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def multiply(point, scalar):
    result = None
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def tagged_hash(tag, message):
    prefix = hashlib.sha256(tag.encode()).digest()
    return hashlib.sha256(prefix + prefix + message).digest()


class Key:
    """A secret key, made from any text."""

    def __init__(self, seed):
        self.secret = int.from_bytes(hashlib.sha256(seed.encode()).digest(), "big") % N
        point = multiply(G, self.secret)
        self.pubkey = point[0].to_bytes(32, "big").hex()
        self.even_secret = self.secret if point[1] % 2 == 0 else N - self.secret

    def sign(self, message):
        """BIP-340 with all-zero auxiliary randomness."""
        pubkey = bytes.fromhex(self.pubkey)
        mask = int.from_bytes(tagged_hash("BIP0340/aux", bytes(32)), "big")
        masked = (self.even_secret ^ mask).to_bytes(32, "big")
        nonce = int.from_bytes(tagged_hash("BIP0340/nonce", masked + pubkey + message), "big") % N
        point = multiply(G, nonce)
        if point[1] % 2:
            nonce = N - nonce
        r = point[0].to_bytes(32, "big")
        challenge = int.from_bytes(tagged_hash("BIP0340/challenge", r + pubkey + message), "big")
        return r + ((nonce + challenge * self.even_secret) % N).to_bytes(32, "big")


def event(key, kind, tags, content="", created_at=None):
    """A signed event as a dict (NIP-01)."""
    created_at = int(time.time()) if created_at is None else created_at
    canonical = json.dumps([0, key.pubkey, created_at, kind, tags, content],
                           separators=(",", ":"), ensure_ascii=False)
    event_id = hashlib.sha256(canonical.encode()).digest()
    return {"id": event_id.hex(), "pubkey": key.pubkey, "created_at": created_at, "kind": kind,
            "tags": tags, "content": content, "sig": key.sign(event_id).hex()}


def authorization(signed, alphabet="standard", padded=True):
    """The header's value for a signed event."""
    text = json.dumps(signed, separators=(",", ":"), ensure_ascii=False).encode()
    encode = base64.b64encode if alphabet == "standard" else base64.urlsafe_b64encode
    encoded = encode(text).decode()
    return "Nostr " + (encoded if padded else encoded.rstrip("="))


def token(key, verb, hashes=(), expires_in=600, created_at=None, servers=(), kind=24242):
    """An Authorization value that is right in everything but what the arguments make wrong."""
    tags = [["t", verb], ["expiration", str(int(time.time()) + expires_in)]]
    tags += [["x", value] for value in hashes] + [["server", value] for value in servers]
    return authorization(event(key, kind, tags, f"{verb} test", created_at))
