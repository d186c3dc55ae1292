"""POST /api/upload: forms and raw bodies become content, whatever their size and framing."""
import glob
import json
import os
import re
import socket
import subprocess
import time

import pytest

from gateway import CHUNK, MIB, THRESHOLD, form, sha256, wait_until

SIZES = [1, 2, 4095, 4096, 4097, 15871, 15872, 15873, 16384, MIB - 1, MIB, MIB + 1,
         CHUNK - 1, CHUNK, CHUNK + 1, THRESHOLD - 1, THRESHOLD, THRESHOLD + 1,
         2 * THRESHOLD, 2 * THRESHOLD + 12345]


def facts(gateway, digest):
    return gateway.get(f"/api/files/{digest}").json()


def assert_stored(gateway, data, answer):
    assert answer["sha256"] == sha256(data)
    assert answer["size"] == len(data)
    assert gateway.get(f"/api/download/{answer['sha256']}").body == data


def assert_error(answer, status):
    assert answer.status == status, (answer.status, answer.body)
    error = answer.json()["error"]
    assert error["code"] and error["message"]


def test_curl_form(gateway, fresh, tmp_path):
    path = tmp_path / "holiday.jpg"
    path.write_bytes(fresh(50_000))
    done = subprocess.run(["curl", "-sS", "-w", "\n%{http_code}", "-F", f"file=@{path}",
                           f"http://127.0.0.1:{gateway.port}/api/upload"],
                          capture_output=True, text=True, check=True)
    body, status = done.stdout.rsplit("\n", 1)
    assert status == "201"
    answer = json.loads(body)
    assert answer["name"] == "holiday.jpg"
    assert answer["type"] == "image/jpeg"
    assert_stored(gateway, path.read_bytes(), answer)


def test_answer_has_all_facts_and_its_links_work(gateway, fresh):
    data = fresh(THRESHOLD + 5)
    answer = gateway.upload(data, "film.mp4", "video/mp4")
    assert answer["name"] == "film.mp4" and answer["type"] == "video/mp4"
    assert abs(answer["uploaded"] - time.time()) < 60
    assert re.fullmatch("[0-9a-f]{40}", answer["info_hash_v1"])
    assert answer["magnet"].startswith("magnet:?xt=urn:btih:" + answer["info_hash_v1"])
    base = f"http://127.0.0.1:{gateway.port}"
    for key in ("download_url", "torrent_url", "webseed_url"):
        assert answer[key].startswith(base + "/"), (key, answer[key])
    assert answer["url"] == f"http://127.0.0.1:{gateway.blossom_port}/{sha256(data)}.mp4"
    for key in ("download_url", "webseed_url"):
        assert gateway.get(answer[key][len(base):]).body == data, key
    assert gateway.get(answer["torrent_url"][len(base):]).status == 200
    assert gateway.blossom("GET", f"/{sha256(data)}.mp4").body == data


@pytest.mark.parametrize("size", SIZES)
def test_raw_body(gateway, fresh, size):
    data = fresh(size)
    assert_stored(gateway, data, gateway.upload(data))


@pytest.mark.parametrize("size", SIZES)
def test_form_body(gateway, fresh, size):
    data = fresh(size)
    assert_stored(gateway, data, gateway.upload(data, f"{size}.bin"))


@pytest.mark.parametrize("size", [100, 5000, 3 * MIB, THRESHOLD, THRESHOLD + CHUNK + 7])
def test_chunked_transfer_encoding(gateway, fresh, size):
    data = fresh(size)
    pieces = [data[at:at + 70_001] for at in range(0, size, 70_001)]
    answer = gateway.request("POST", "/api/upload", iter(pieces),
                             {"Content-Type": "application/octet-stream"})
    assert answer.status == 201
    assert_stored(gateway, data, answer.json())


def test_content_below_the_threshold_is_a_blob_and_above_it_is_chunked(gateway, fresh):
    kinds = {}
    for size in (100, THRESHOLD - 1, THRESHOLD, THRESHOLD + 1):
        kinds[size] = facts(gateway, gateway.upload(fresh(size))["sha256"])
    assert [kinds[size]["chunks"] for size in (THRESHOLD, THRESHOLD + 1)] == [2, 3]
    assert "chunked" in kinds[THRESHOLD]["kind"] and "chunked" not in kinds[THRESHOLD - 1]["kind"]


def test_chunk_files_are_two_mebibytes_each_but_the_last(gateway, fresh):
    before = set(gateway.stored_files("chunks"))
    gateway.upload(fresh(THRESHOLD + 1000))
    new = set(gateway.stored_files("chunks")) - before
    sizes = sorted(os.path.getsize(path) for name in new
                   for path in glob.glob(f"{gateway.storage}/chunks/*/*/{name}"))
    assert sizes == [1000, CHUNK, CHUNK]


def test_equal_chunks_exist_once(gateway, fresh):
    block = fresh(CHUNK)
    before = len(gateway.stored_files("chunks"))
    gateway.upload(block * 3 + b"tail")
    assert len(gateway.stored_files("chunks")) == before + 2
    gateway.upload(block * 4)
    assert len(gateway.stored_files("chunks")) == before + 2


@pytest.mark.parametrize("size", [0, 1, 5000])
def test_second_upload_of_the_same_bytes_answers_200(gateway, size, fresh):
    data = fresh(size)
    first = gateway.request("POST", "/api/upload", data)
    second = gateway.request("POST", "/api/upload", data)
    assert (first.status, second.status) == (201, 200)
    assert first.json()["sha256"] == second.json()["sha256"] == sha256(data)


def test_empty_file_is_content_without_torrent(gateway):
    answer = gateway.upload(b"", "empty.txt", "text/plain")
    assert answer["sha256"] == sha256(b"") and answer["size"] == 0
    assert "info_hash_v1" not in answer
    got = gateway.get(f"/api/download/{sha256(b'')}")
    assert (got.status, got.body, got.header("content-length")) == (200, b"", "0")
    assert gateway.get(f"/api/torrent/{sha256(b'')}").status in (404, 409, 422)


def test_form_with_other_fields_before_and_after_the_file(gateway, fresh):
    data = fresh(20_000)
    body, kind = form(("announce_dht", b"true"), ("comment", b"x" * 3000),
                      ("file", data, "a b.bin", "application/octet-stream"),
                      ("announce_nostr", b"false"))
    answer = gateway.request("POST", "/api/upload", body, {"Content-Type": kind})
    assert answer.status == 201 and answer.json()["name"] == "a b.bin"
    assert_stored(gateway, data, answer.json())


def test_form_whose_content_looks_like_its_boundary(gateway):
    data = b"\r\n------btgw7MA4YWxkTrZu0g\r\n--\r\n------btgw7MA4YWxkTrZu0gX\r\n\r\n" * 3000
    assert_stored(gateway, data, gateway.upload(data, "tricky"))


def test_form_in_small_tcp_segments(gateway, fresh):
    data = fresh(300)
    body, kind = form(("file", data, "slow.bin"))
    head = (f"POST /api/upload HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: {kind}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n").encode()
    with socket.create_connection(("127.0.0.1", gateway.port), 20) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(head)
        for at in range(0, len(body), 3):
            connection.sendall(body[at:at + 3])
        answer = b""
        while part := connection.recv(65536):
            answer += part
    assert answer.startswith(b"HTTP/1.1 201")
    assert gateway.get(f"/api/download/{sha256(data)}").body == data


@pytest.mark.parametrize("sent,stored", [
    ("../../etc/passwd", "passwd"), ("C:\\\\dir\\\\x.txt", "x.txt"), ("Grüße ☃.txt", "Grüße ☃.txt"),
    ("", ""), ("..", ""),
])
def test_file_names_are_made_safe(gateway, fresh, sent, stored):
    assert gateway.upload(fresh(64), sent).get("name", "") == stored


def test_media_type_is_found_out_when_it_is_not_declared(gateway):
    png = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489") + b"x" * 99
    body, kind = form(("file", png))
    assert gateway.request("POST", "/api/upload", body, {"Content-Type": kind}).json()["type"] == "image/png"


def test_expect_100_continue(gateway, fresh):
    """RFC 9110 section 10.1.1: the body is sent after the interim answer."""
    data = fresh(9000)
    with socket.create_connection(("127.0.0.1", gateway.port), 10) as connection:
        connection.sendall(b"POST /api/upload HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                           b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(data))
        assert connection.recv(4096).startswith(b"HTTP/1.1 100 Continue\r\n")
        connection.sendall(data)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    assert answer.startswith(b"HTTP/1.1 201")


def test_two_uploads_on_one_connection(gateway, fresh):
    """Bytes of the next request are not taken for the body of this one."""
    parts = [fresh(70_000), fresh(10), fresh(5000)]
    message = b""
    for index, data in enumerate(parts):
        close = b"Connection: close\r\n" if index == len(parts) - 1 else b""
        message += b"POST /api/upload HTTP/1.1\r\nHost: x\r\n%sContent-Length: %d\r\n\r\n" % (close, len(data))
        message += data
    answer = gateway.raw(message)
    assert answer.count(b"HTTP/1.1 201") == 3
    for data in parts:
        assert gateway.get(f"/api/download/{sha256(data)}").body == data


@pytest.mark.parametrize("body,kind", [
    (b"no boundary at all", "multipart/form-data; boundary=xyz"),
    (b"--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\ncut off",
     "multipart/form-data; boundary=xyz"),
    (b"--xyz\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nno file\r\n--xyz--\r\n",
     "multipart/form-data; boundary=xyz"),
    (b"--xyz\r\nnot a header\r\n\r\n\r\n--xyz--\r\n", "multipart/form-data; boundary=xyz"),
    (b"--xyz--\r\n", "multipart/form-data; boundary=xyz"),
    (b"", "multipart/form-data; boundary=xyz"),
    (b"--\r\n", "multipart/form-data"),
    (b"--\r\n", "multipart/form-data; boundary=" + "b" * 71),
    (b"--xyz\r\nX: " + b"y" * 100_000 + b"\r\n\r\n\r\n--xyz--\r\n", "multipart/form-data; boundary=xyz"),
])
def test_malformed_forms_get_400(gateway, body, kind):
    assert_error(gateway.request("POST", "/api/upload", body, {"Content-Type": kind}), 400)
    assert gateway.spool() == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_other_methods_get_405(gateway, method):
    answer = gateway.request(method, "/api/upload")
    assert_error(answer, 405)
    assert "POST" in answer.header("allow")


@pytest.mark.parametrize("target", ["/api/nothing", "/api/", "/api/files/xyz", "/api/download/12",
                                    f"/api/download/{'0' * 64}", f"/api/files/{'0' * 64}",
                                    f"/api/torrent/{'0' * 64}", f"/api/download/{'0' * 40}"])
def test_unknown_paths_get_404_as_json(gateway, target):
    answer = gateway.get(target)
    assert answer.status in (400, 404)
    assert_error(answer, answer.status)


@pytest.mark.parametrize("sent", [0, 1000, 3 * MIB, THRESHOLD + CHUNK + 100])
@pytest.mark.parametrize("framing", ["length", "chunked", "form"])
def test_cut_off_upload_leaves_nothing(gateway, fresh, sent, framing):
    data = fresh(sent)
    head = b"POST /api/upload HTTP/1.1\r\nHost: x\r\n"
    if framing == "length":
        head += b"Content-Length: %d\r\n\r\n" % (sent + 100_000)
    elif framing == "chunked":
        head += b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % (sent + 100_000)
    else:
        data = form(("file", data, "x"))[0][:-20]
        head += (b"Content-Type: multipart/form-data; boundary=----btgw7MA4YWxkTrZu0gW\r\n"
                 b"Content-Length: %d\r\n\r\n" % (len(data) + 100_000))
    before = gateway.stored_files("blobs"), gateway.stored_files("chunks")
    with socket.create_connection(("127.0.0.1", gateway.port), 20) as connection:
        connection.sendall(head + data)
        if sent > 5000:
            wait_until(gateway.spool, 10, "the upload has begun")
    wait_until(lambda: gateway.spool() == [], 10, "the spool is empty again")
    assert (gateway.stored_files("blobs"), gateway.stored_files("chunks")) == before


def test_body_longer_than_declared_is_the_next_request(gateway, fresh):
    data = fresh(6000)
    answer = gateway.raw(b"POST /api/upload HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n" + data)
    assert answer.startswith(b"HTTP/1.1 201")
    assert gateway.get(f"/api/download/{sha256(data[:5000])}").status == 200


@pytest.mark.parametrize("own_gateway", [{"max_body": "1m"}], indirect=True)
def test_too_large_gets_413(own_gateway, fresh):
    assert_error(own_gateway.request("POST", "/api/upload", fresh(MIB + 1)), 413)
    # Without a length it shows while the body arrives.
    head = b"POST /api/upload HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    piece = b"%x\r\n%s\r\n" % (65536, fresh(65536))
    with socket.create_connection(("127.0.0.1", own_gateway.port), 20) as connection:
        connection.sendall(head)
        try:
            for _ in range(40):
                connection.sendall(piece)
            connection.sendall(b"0\r\n\r\n")
        except OSError:
            pass
        assert b"413" in connection.recv(4096)[:15]
    wait_until(lambda: own_gateway.spool() == [], 10, "the spool is empty")
    assert own_gateway.upload(fresh(1000))["size"] == 1000


@pytest.mark.parametrize("own_gateway", [{"chunk_threshold": "100m"}], indirect=True)
def test_default_threshold_is_100_mebibytes(own_gateway, fresh):
    data = fresh(100 * MIB)
    own_gateway.write_conf(chunk_threshold="100m")
    for size, chunked in ((len(data) - 1, False), (len(data), True)):
        answer = own_gateway.upload(data[:size])
        assert answer["sha256"] == sha256(data[:size])
        assert ("chunked" in facts(own_gateway, answer["sha256"])["kind"]) == chunked
        assert own_gateway.get(f"/api/download/{answer['sha256']}").body == data[:size]


def test_many_uploads_at_once(gateway, fresh):
    """Group commit answers each with its own content."""
    from concurrent.futures import ThreadPoolExecutor
    files = [fresh(size) for size in [100, 5000, 70_000, THRESHOLD + 3] * 10]
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(gateway.upload, files))
    for data, answer in zip(files, answers):
        assert_stored(gateway, data, answer)
    assert gateway.spool() == []
