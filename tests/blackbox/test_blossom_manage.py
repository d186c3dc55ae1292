"""GET /list/<pubkey> and DELETE /<sha256>: BUD-12."""
import os
import socket
import time

import pytest

from gateway import CHUNK, MIB, THRESHOLD, sha256, wait_until
from nostr import Key, token


def put(gateway, key, data, media_type="text/plain"):
    answer = gateway.blossom("PUT", "/upload", data, {
        "Authorization": token(key, "upload", [sha256(data)]), "Content-Type": media_type})
    assert answer.status in (200, 201), answer
    return sha256(data)


def listing(gateway, key, query="", signer=None):
    return gateway.blossom("GET", f"/list/{key.pubkey}{query}",
                           headers={"Authorization": token(signer or key, "list")})


def delete(gateway, key, digest, tags=None):
    return gateway.blossom("DELETE", f"/{digest}", headers={
        "Authorization": token(key, "delete", tags if tags is not None else [digest])})


@pytest.fixture(scope="module")
def carol(gateway, fresh):
    """A key with eleven blobs, some of one second and some of another."""
    key = Key("carol")
    for index in range(11):
        put(gateway, key, fresh(100 + index))
        if index in (3, 7):
            time.sleep(1.1)
    return key


def test_list_is_newest_first_with_whole_descriptors(gateway, carol):  # BUD-12
    entries = listing(gateway, carol).json()
    assert len(entries) == 11
    times = [entry["uploaded"] for entry in entries]
    assert times == sorted(times, reverse=True) and len(set(times)) >= 3
    for entry in entries:
        assert set(entry) >= {"url", "sha256", "size", "type", "uploaded"}
        assert entry["url"].endswith(f"/{entry['sha256']}.txt")


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 10, 11, 100])
def test_pages_neither_skip_nor_repeat(gateway, carol, limit):  # BUD-12: cursor is excluded
    whole = [entry["sha256"] for entry in listing(gateway, carol).json()]
    pages, cursor = [], ""
    while True:
        page = [entry["sha256"] for entry in listing(gateway, carol, f"?limit={limit}{cursor}").json()]
        assert len(page) <= limit
        if not page:
            break
        pages += page
        cursor = f"&cursor={page[-1]}"
    assert pages == whole


@pytest.mark.parametrize("query", ["?limit=x", "?limit=-1", "?cursor=xyz", "?cursor=" + "0" * 63])
def test_bad_parameters_get_400(gateway, carol, query):
    answer = listing(gateway, carol, query)
    assert answer.status == 400 and answer.header("x-reason")


def test_cursor_that_is_not_in_the_list(gateway, carol):
    answer = listing(gateway, carol, "?cursor=" + "0" * 64)
    assert answer.status in (200, 400, 404)


def test_list_is_public_but_a_bad_token_is_refused(gateway, carol):  # BUD-11: the token is optional
    assert gateway.blossom("GET", f"/list/{carol.pubkey}").json() == listing(gateway, carol).json()
    for bad in (token(carol, "get"), token(carol, "list", expires_in=-1)):
        answer = gateway.blossom("GET", f"/list/{carol.pubkey}", headers={"Authorization": bad})
        assert answer.status == 401 and answer.header("x-reason")


def test_unknown_pubkey_has_an_empty_list(gateway):
    assert listing(gateway, Key("nobody")).json() == []


@pytest.mark.parametrize("own_gateway", [{"blossom_server": "btgw_list off;"}], indirect=True)
def test_list_can_be_switched_off(own_gateway, alice):
    answer = listing(own_gateway, alice)
    assert answer.status in (403, 404) and answer.header("x-reason")


@pytest.mark.parametrize("size", [500, 50_000, THRESHOLD + 77])
def test_owner_deletes(gateway, alice, fresh, size):
    data = fresh(size)
    digest = put(gateway, alice, data)
    assert delete(gateway, alice, digest).status in (200, 204)
    assert gateway.blossom("GET", f"/{digest}").status == 404
    assert digest not in [entry["sha256"] for entry in listing(gateway, alice).json()]
    assert gateway.get(f"/api/download/{digest}").status == 404
    # What is gone may come back.
    assert put(gateway, alice, data) == digest
    assert gateway.blossom("GET", f"/{digest}").body == data


def test_files_go_with_the_last_owner(gateway, alice, bob, fresh):
    blob, large = fresh(90_000), fresh(THRESHOLD + 5)
    before = set(gateway.stored_files("chunks"))
    for data in (blob, large):
        put(gateway, alice, data)
        put(gateway, bob, data)
    chunks = set(gateway.stored_files("chunks")) - before
    assert len(chunks) == 3
    for data in (blob, large):
        assert delete(gateway, alice, sha256(data)).status in (200, 204)
        assert gateway.blossom("GET", f"/{sha256(data)}").body == data
        assert delete(gateway, bob, sha256(data)).status in (200, 204)
        assert gateway.blossom("GET", f"/{sha256(data)}").status == 404
    wait_until(lambda: sha256(blob) not in gateway.stored_files("blobs"), 15, "the blob's file goes")
    wait_until(lambda: not chunks & set(gateway.stored_files("chunks")), 15, "the chunks go")


def test_non_owner_gets_403(gateway, alice, bob, fresh):
    digest = put(gateway, alice, fresh(800))
    answer = delete(gateway, bob, digest)
    assert answer.status == 403 and answer.header("x-reason")
    assert gateway.blossom("HEAD", f"/{digest}").status == 200


def test_anonymous_content_cannot_be_deleted(gateway, alice, fresh):
    digest = gateway.upload(fresh(801))["sha256"]
    assert delete(gateway, alice, digest).status == 403


def test_unknown_content_gets_404(gateway, alice):
    answer = delete(gateway, alice, "0" * 64)
    assert answer.status == 404 and answer.header("x-reason")


@pytest.mark.parametrize("fault", ["none", "no x", "x of another", "verb", "expired"])
def test_delete_needs_a_token_for_this_blob(gateway, alice, fresh, fault):  # BUD-11, BUD-12
    digest = put(gateway, alice, fresh(802))
    values = {"none": None, "no x": token(alice, "delete"), "x of another": token(alice, "delete", ["1" * 64]),
              "verb": token(alice, "upload", [digest]), "expired": token(alice, "delete", [digest], -5)}
    headers = {"Authorization": values[fault]} if values[fault] else {}
    answer = gateway.blossom("DELETE", f"/{digest}", headers=headers)
    assert answer.status == 401 and answer.header("x-reason")
    assert gateway.blossom("HEAD", f"/{digest}").status == 200


def test_several_x_tags_never_mean_several_deletions(gateway, alice, fresh):  # BUD-12: MUST
    one, two = put(gateway, alice, fresh(803)), put(gateway, alice, fresh(804))
    assert delete(gateway, alice, one, [one, two]).status in (200, 204)
    assert gateway.blossom("HEAD", f"/{two}").status == 200


def test_shared_chunks_stay(gateway, alice, fresh):
    shared, own = fresh(2 * CHUNK), fresh(1000)
    first, second = shared + own, shared
    put(gateway, alice, first)
    put(gateway, alice, second)
    assert delete(gateway, alice, sha256(first)).status in (200, 204)
    time.sleep(2)
    assert gateway.blossom("GET", f"/{sha256(second)}").body == second


@pytest.mark.parametrize("size", [30 * MIB, THRESHOLD - 1])
def test_download_in_flight_outlives_the_delete(gateway, alice, fresh, size):
    data = fresh(size)
    digest = put(gateway, alice, data)
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        connection.settimeout(30)
        connection.connect(("127.0.0.1", gateway.blossom_port))
        connection.sendall(f"GET /{digest} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        received = connection.recv(100_000)
        assert delete(gateway, alice, digest).status in (200, 204)
        assert gateway.blossom("GET", f"/{digest}").status == 404
        time.sleep(2.5)
        while part := connection.recv(1 << 20):
            received += part
    assert received.split(b"\r\n\r\n", 1)[1] == data
    wait_until(lambda: os.listdir(f"{gateway.storage}/spool") == [], 5, "spool")


def test_chunks_go_after_the_last_download(gateway, alice, fresh):
    before = set(gateway.stored_files("chunks"))
    data = fresh(20 * MIB)
    digest = put(gateway, alice, data)
    chunks = set(gateway.stored_files("chunks")) - before
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        connection.settimeout(30)
        connection.connect(("127.0.0.1", gateway.blossom_port))
        connection.sendall(f"GET /{digest} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        connection.recv(100_000)
        delete(gateway, alice, digest)
        time.sleep(2)
    wait_until(lambda: not chunks & set(gateway.stored_files("chunks")), 40, "the chunks go")


def test_upload_again_while_the_deleted_one_is_still_read(gateway, alice, fresh):
    data = fresh(20 * MIB)
    digest = put(gateway, alice, data)
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        connection.settimeout(30)
        connection.connect(("127.0.0.1", gateway.blossom_port))
        connection.sendall(f"GET /{digest} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        received = connection.recv(100_000)
        assert delete(gateway, alice, digest).status in (200, 204)
        put(gateway, alice, data)
        while part := connection.recv(1 << 20):
            received += part
    assert received.split(b"\r\n\r\n", 1)[1] == data
    time.sleep(3)
    assert gateway.blossom("GET", f"/{digest}").body == data
