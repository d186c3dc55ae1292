"""PUT and HEAD /upload: BUD-02, BUD-06, and the tokens of BUD-11."""
import base64
import json
import re
import socket
import time

import pytest

from gateway import THRESHOLD, sha256, wait_until
from nostr import Key, authorization, event, token

NOW = int(time.time())


def put(gateway, data, authorization_value=None, **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    if authorization_value:
        headers["Authorization"] = authorization_value
    headers.setdefault("Content-Type", "application/octet-stream")
    return gateway.blossom("PUT", "/upload", data, headers)


def assert_refused(answer, status):
    assert answer.status == status, (answer.status, answer.headers, answer.body)
    reason = answer.header("x-reason")
    assert reason and re.fullmatch(r"[ -~]+", reason)
    assert answer.header("access-control-allow-origin") == "*"


@pytest.mark.parametrize("size", [0, 1, 15872, 15873, 100_000, THRESHOLD, THRESHOLD + 4321])
def test_new_content_gets_201_and_known_content_200(gateway, alice, fresh, size):
    data = fresh(size) + b"!"
    auth = token(alice, "upload", [sha256(data)])
    first, second = put(gateway, data, auth), put(gateway, data, auth)
    assert (first.status, second.status) == (201, 200)
    assert first.json() == second.json()
    assert gateway.blossom("GET", f"/{sha256(data)}").body == data


def test_descriptor_has_the_five_fields(gateway, alice, fresh):  # BUD-02
    data = fresh(1234)
    answer = put(gateway, data, token(alice, "upload", [sha256(data)]), Content_Type="image/png").json()
    assert answer["sha256"] == sha256(data)
    assert answer["size"] == 1234
    assert answer["type"] == "image/png"
    assert abs(answer["uploaded"] - time.time()) < 60
    assert answer["url"] == f"http://127.0.0.1:{gateway.blossom_port}/{sha256(data)}.png"


def test_url_of_an_unknown_type_ends_in_bin(gateway, alice, fresh):  # BUD-02: extension is a MUST
    data = b"\x00\x01\x02\x03" + fresh(500)
    answer = put(gateway, data, token(alice, "upload", [sha256(data)])).json()
    assert answer["type"] == "application/octet-stream"
    assert answer["url"].endswith(f"/{sha256(data)}.bin")


def test_upload_without_token_gets_401(gateway, fresh):
    assert_refused(put(gateway, fresh(100)), 401)
    assert gateway.spool() == []


def altered(alice, digest, **changes):
    signed = event(alice, 24242, [["t", "upload"], ["expiration", str(NOW + 600)], ["x", digest]], "x")
    signed.update(changes)
    return authorization(signed)


def with_tags(alice, *tags, kind=24242, created_at=None):
    return authorization(event(alice, kind, list(tags), "upload", created_at))


FAULTS = {
    "another scheme": lambda k, x: "Bearer abc",
    "no event": lambda k, x: "Nostr",
    "not base64": lambda k, x: "Nostr !!!!",
    "not JSON": lambda k, x: "Nostr " + base64.b64encode(b"hello").decode(),
    "JSON but no event": lambda k, x: "Nostr " + base64.b64encode(b"[]").decode(),
    "empty object": lambda k, x: "Nostr " + base64.b64encode(b"{}").decode(),
    "deep nesting": lambda k, x: "Nostr " + base64.b64encode(b"[" * 9000).decode(),
    "kind of another purpose": lambda k, x: token(k, "upload", [x], kind=27235),
    "expired": lambda k, x: token(k, "upload", [x], expires_in=-1),
    "created in the future": lambda k, x: token(k, "upload", [x], created_at=NOW + 900),
    "verb get": lambda k, x: token(k, "get", [x]),
    "verb delete": lambda k, x: token(k, "delete", [x]),
    "verb in other case": lambda k, x: token(k, "Upload", [x]),
    "no verb": lambda k, x: with_tags(k, ["expiration", str(NOW + 600)], ["x", x]),
    "no expiration": lambda k, x: with_tags(k, ["t", "upload"], ["x", x]),
    "expiration in words": lambda k, x: with_tags(k, ["t", "upload"], ["expiration", "never"], ["x", x]),
    "expiration signed": lambda k, x: with_tags(k, ["t", "upload"], ["expiration", f"+{NOW + 600}"], ["x", x]),
    "another server": lambda k, x: token(k, "upload", [x], servers=["cdn.example.com"]),
    "signature of another id": lambda k, x: altered(k, x, content="changed"),
    "wrong id": lambda k, x: altered(k, x, id="0" * 64),
    "wrong signature": lambda k, x: altered(k, x, sig="0" * 128),
    "another author": lambda k, x: altered(k, x, pubkey=Key("mallory").pubkey),
    "pubkey not on the curve": lambda k, x: altered(k, x, pubkey="f" * 64),
    "pubkey too short": lambda k, x: altered(k, x, pubkey="ab"),
    "created_at a string": lambda k, x: altered(k, x, created_at=str(NOW)),
    "kind a string": lambda k, x: altered(k, x, kind="24242"),
    "tags not arrays": lambda k, x: altered(k, x, tags=["t", "upload"]),
    "number in a tag": lambda k, x: altered(k, x, tags=[["t", 1]]),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_of_a_token_gets_401(gateway, alice, fresh, fault):  # BUD-11
    data = fresh(4500)
    assert_refused(put(gateway, data, FAULTS[fault](alice, sha256(data))), 401)
    assert gateway.blossom("HEAD", f"/{sha256(data)}").status == 404
    assert gateway.spool() == []


def test_token_without_x_gets_401(gateway, alice, fresh):  # BUD-11: x is required for uploads
    assert_refused(put(gateway, fresh(100), token(alice, "upload")), 401)


@pytest.mark.parametrize("size", [100, 50_000, THRESHOLD + 1])
def test_token_for_another_blob_stores_nothing(gateway, alice, fresh, size):
    data = fresh(size)
    answer = put(gateway, data, token(alice, "upload", [sha256(b"other")]))
    assert_refused(answer, answer.status)
    assert answer.status in (401, 403, 409)
    assert gateway.blossom("HEAD", f"/{sha256(data)}").status == 404
    wait_until(lambda: gateway.spool() == [], 10, "the spool is empty")


@pytest.mark.parametrize("alphabet", ["standard", "url"])
@pytest.mark.parametrize("padded", [True, False])
def test_all_four_spellings_of_base64(gateway, alice, fresh, alphabet, padded):  # BUD-11, and old clients
    data = fresh(99)
    signed = event(alice, 24242, [["t", "upload"], ["expiration", str(NOW + 600)], ["x", sha256(data)]],
                   "\u00fe\u00ff??>>~~")
    assert put(gateway, data, authorization(signed, alphabet, padded)).status == 201


@pytest.mark.parametrize("server", ["127.0.0.1", "http://127.0.0.1/", "127.0.0.1:80"])
def test_server_tag_that_names_this_host(gateway, alice, fresh, server):  # BUD-11; URLs occur in the wild
    data = fresh(98)
    assert put(gateway, data, token(alice, "upload", [sha256(data)], servers=["a.example", server])).status == 201


def test_one_token_for_many_blobs_may_be_used_again(gateway, alice, fresh):  # BUD-11
    blobs = [fresh(77) for _ in range(60)]
    auth = token(alice, "upload", [sha256(blob) for blob in blobs])
    assert [put(gateway, blob, auth).status for blob in blobs] == [201] * 60
    assert put(gateway, blobs[0], auth).status == 200


def test_x_sha256_that_differs_from_the_body_gets_409(gateway, alice, fresh):  # BUD-02
    data, other = fresh(9000), sha256(fresh(10))
    auth = token(alice, "upload", [sha256(data), other])
    assert_refused(put(gateway, data, auth, X_SHA_256=other), 409)
    assert gateway.blossom("HEAD", f"/{sha256(data)}").status == 404
    assert put(gateway, data, auth, X_SHA_256=sha256(data)).status == 201


def test_x_sha256_of_stored_content_gives_no_claim_without_its_bytes(gateway, alice, bob, fresh):
    data = fresh(7000)
    digest = sha256(data)
    put(gateway, data, token(alice, "upload", [digest]))
    assert_refused(put(gateway, b"not it", token(bob, "upload", [digest]), X_SHA_256=digest), 409)
    listed = gateway.blossom("GET", f"/list/{bob.pubkey}", headers={"Authorization": token(bob, "list")})
    assert digest not in [entry["sha256"] for entry in listed.json()]


@pytest.mark.parametrize("value", ["xyz", "ab" * 31, "ab" * 33, "zz" * 32])
def test_malformed_x_sha256_gets_400(gateway, alice, value):
    assert_refused(put(gateway, b"data", token(alice, "upload", [sha256(b"data")]), X_SHA_256=value), 400)


def test_token_that_does_not_cover_x_sha256_is_refused_before_the_body(gateway, alice):
    head = ("PUT /upload HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n"
            f"X-SHA-256: {sha256(b'a')}\r\nAuthorization: {token(alice, 'upload', [sha256(b'b')])}\r\n\r\n")
    with socket.create_connection(("127.0.0.1", gateway.blossom_port), 10) as connection:
        connection.sendall(head.encode())
        first = connection.recv(4096)
    assert first.startswith(b"HTTP/1.1 401"), first


def test_second_owner_gets_200_and_a_claim_of_their_own(gateway, alice, bob, fresh):
    data = fresh(5555)
    digest = sha256(data)
    assert put(gateway, data, token(alice, "upload", [digest])).status == 201
    assert put(gateway, data, token(bob, "upload", [digest])).status == 200
    for key in (alice, bob):
        listed = gateway.blossom("GET", f"/list/{key.pubkey}", headers={"Authorization": token(key, "list")})
        assert digest in [entry["sha256"] for entry in listed.json()]


def test_form_gets_415(gateway, alice):  # BUD-02: the body is the blob itself
    data = b"--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nhi\r\n--x--\r\n"
    assert_refused(put(gateway, data, token(alice, "upload", [sha256(data)]),
                       Content_Type="multipart/form-data; boundary=x"), 415)


@pytest.mark.parametrize("value", ["text/plain\x01", "nonsense", "a/b/c", "x" * 300, "text/plain; charset=utf-8"])
def test_odd_media_types_never_break_the_answer(gateway, alice, fresh, value):
    data = fresh(321)
    answer = put(gateway, data, token(alice, "upload", [sha256(data)]), Content_Type=value)
    assert answer.status in (201, 400, 415)
    if answer.status == 201:
        assert re.fullmatch(r"[\w.+-]+/[\w.+-]+(; *[\w-]+=[\w-]+)*", answer.json()["type"])


# ---- HEAD /upload ----

def preflight(gateway, authorization_value=None, **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    if authorization_value:
        headers["Authorization"] = authorization_value
    return gateway.blossom("HEAD", "/upload", headers=headers)


def good(**changes):
    headers = {"X_SHA_256": "ab" * 32, "X_Content_Length": "1000", "X_Content_Type": "image/png"}
    headers.update(changes)
    return {name: value for name, value in headers.items() if value is not None}


@pytest.mark.parametrize("changes,status", [
    ({}, 200),
    ({"X_Content_Type": None}, 200),
    ({"X_SHA_256": "xyz"}, 400),
    ({"X_SHA_256": None}, 400),
    ({"X_Content_Length": None}, 411),
    ({"X_Content_Length": "many"}, 400),
    ({"X_Content_Length": "-1"}, 400),
    ({"X_Content_Length": "99999999999999999999999"}, (400, 413)),
    ({"X_Content_Length": str(17 << 30)}, 413),
    ({"X_Content_Type": "multipart/form-data; boundary=x"}, 415),
    ({"X_Content_Type": "not a type"}, 400),
    ({"X_SHA_256": "xyz", "X_Content_Length": None}, 400),
    ({"X_Content_Length": None, "X_Content_Type": "multipart/form-data; boundary=x"}, 411),
    ({"X_Content_Length": str(17 << 30), "X_Content_Type": "multipart/form-data; boundary=x"}, 413),
])
def test_preflight_statuses_in_order(gateway, alice, changes, status):  # BUD-06
    answer = preflight(gateway, token(alice, "upload", ["ab" * 32]), **good(**changes))
    statuses = status if isinstance(status, tuple) else (status,)
    assert answer.status in statuses, (answer.status, answer.headers)
    assert answer.body == b""
    if answer.status != 200:
        assert_refused(answer, answer.status)


def test_preflight_without_token_gets_401_before_anything_else(gateway):  # clients then ask for a signature
    assert_refused(preflight(gateway, X_SHA_256="xyz"), 401)
    assert_refused(preflight(gateway), 401)


def test_preflight_checks_the_token(gateway, alice):
    assert_refused(preflight(gateway, token(alice, "upload", ["cd" * 32]), **good()), 401)
    assert_refused(preflight(gateway, token(alice, "delete", ["ab" * 32]), **good()), 401)
    assert_refused(preflight(gateway, token(alice, "upload"), **good()), 401)


def test_preflight_is_no_existence_check(gateway, alice, fresh):  # BUD-06
    data = fresh(50)
    auth = token(alice, "upload", [sha256(data)])
    put(gateway, data, auth)
    assert preflight(gateway, auth, X_SHA_256=sha256(data), X_Content_Length="50").status == 200


@pytest.mark.parametrize("own_gateway", [{"blossom_anonymous": "on"}], indirect=True)
def test_anonymous_upload_where_it_is_allowed(own_gateway, alice, fresh):
    data = fresh(600)
    assert put(own_gateway, data).status == 201
    assert preflight(own_gateway, **good()).status == 200
    # A bad token is an error all the same.
    assert_refused(put(own_gateway, data, token(alice, "upload", [sha256(data)], expires_in=-5)), 401)


def test_descriptor_is_json_and_nothing_else(gateway, alice):
    data = json.dumps({"quote": '"', "snow": "\u2603"}).encode()
    answer = put(gateway, data, token(alice, "upload", [sha256(data)]), Content_Type="application/json")
    assert answer.json()["type"] == "application/json"
