"""Ranges and conditions: our answers beside nginx's own for the same bytes. RFC 9110 sections 13, 14."""
import email.utils
import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway import CHUNK, MIB, THRESHOLD, form, sha256

CONTENT = {"in index": 1000, "blob": 70_000, "chunked": 3 * CHUNK + 4321}
STAMP = 1_600_000_000


@pytest.fixture(scope="module")
def pairs(gateway, fresh):
    """Per kind: bytes, our path, that of nginx's static twin, and the ETag of each path."""
    result = {}
    for kind, size in CONTENT.items():
        data = fresh(size)
        answer = gateway.upload(data, f"{kind}.bin", "application/octet-stream")
        twin = os.path.join(gateway.dir, "static", sha256(data))
        with open(twin, "wb") as file:
            file.write(data)
        os.utime(twin, (answer["uploaded"], answer["uploaded"]))
        paths = f"/api/download/{sha256(data)}", f"/static/{sha256(data)}"
        result[kind] = data, *paths, {path: gateway.request("HEAD", path).header("etag") for path in paths}
    return result


def compare(gateway, pair, method, headers):
    """Same status, same headers that describe the body, same bytes."""
    data, ours, twin, etags = pair
    answers = [gateway.request(method, path, headers={
        name: value.replace("ETAG", etags[path]) for name, value in headers.items()})
        for path in (ours, twin)]
    mine, nginx = answers
    assert mine.status == nginx.status, (headers, mine.status, nginx.status)
    for name in ("content-range", "content-length", "accept-ranges", "last-modified"):
        if mine.status == 416 and name == "content-length":
            continue  # of the error page
        assert mine.all(name) == nginx.all(name), (headers, name)
    if mine.status in (200, 206, 304):
        assert mine.header("etag") == f'"{sha256(data)}"'
        assert mine.body == nginx.body
    return mine


def around(size):
    """Range headers whose borders are those of the content, of chunks and of nonsense."""
    edges = sorted({0, 1, 5, size // 2, size - 2, size - 1, size, size + 1} |
                   {edge + d for edge in range(CHUNK, size, CHUNK) for d in (-1, 0, 1)})
    for first in edges:
        yield f"bytes={first}-"
        for last in edges:
            yield f"bytes={first}-{last}"
    for suffix in (0, 1, 2, size // 3, size - 1, size, size + 1, 10**18):
        yield f"bytes=-{suffix}"


SYNTAX = ["bytes=", "bytes=-", "bytes=a-b", "bytes=1", "bytes=5-1", "bytes= 1-5", "bytes=1 - 5", "bytes=1-5 ",
          "bytes=--5", "BYTES=1-5", "octets=1-5", "bytes 1-5", "bytes=1-5;", "bytes=0-99999999999999999999999",
          "bytes=99999999999999999999999-", "bytes=-99999999999999999999999", "bytes=+1-5", "bytes=0x1-5"]


@pytest.mark.parametrize("kind", CONTENT)
def test_single_ranges_as_nginx(gateway, pairs, kind):
    size = CONTENT[kind]
    ranges = list(around(size))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda value: compare(gateway, pairs[kind], "GET", {"Range": value}), ranges))


@pytest.mark.parametrize("kind", CONTENT)
@pytest.mark.parametrize("value", SYNTAX)
def test_range_syntax_as_nginx(gateway, pairs, kind, value):
    compare(gateway, pairs[kind], "GET", {"Range": value})


LATER = email.utils.formatdate(time.time() + 86400, usegmt=True)
EARLIER = email.utils.formatdate(STAMP, usegmt=True)
CONDITIONS = [
    {"If-None-Match": "ETAG"}, {"If-None-Match": "W/ETAG"}, {"If-None-Match": '"x", ETAG, "y"'},
    {"If-None-Match": "*"}, {"If-None-Match": '"x"'}, {"If-None-Match": ""}, {"If-None-Match": '"x'},
    {"If-Match": "ETAG"}, {"If-Match": '"x"'}, {"If-Match": "*"}, {"If-Match": "W/ETAG"},
    {"If-Modified-Since": EARLIER}, {"If-Modified-Since": "rubbish"},
    {"If-Unmodified-Since": EARLIER}, {"If-Unmodified-Since": LATER},
    {"If-None-Match": '"x"', "If-Modified-Since": LATER},
    {"Range": "bytes=1-9", "If-Range": "ETAG"}, {"Range": "bytes=1-9", "If-Range": "W/ETAG"},
    {"Range": "bytes=1-9", "If-Range": '"x"'}, {"Range": "bytes=1-9", "If-Range": EARLIER},
    {"Range": "bytes=1-9", "If-Range": "x"}, {"Range": "bytes=1-9", "If-Match": '"x"'},
    {"Range": "bytes=1-9", "If-None-Match": "ETAG"}, {"Range": "bytes=999999999-", "If-Range": '"x"'},
]


@pytest.mark.parametrize("kind", CONTENT)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("headers", CONDITIONS, ids=str)
def test_conditions_as_nginx(gateway, pairs, kind, method, headers):
    compare(gateway, pairs[kind], method, headers)


@pytest.mark.parametrize("kind", CONTENT)
def test_if_modified_since_own_date_is_304(gateway, pairs, kind):
    stamp = gateway.request("HEAD", pairs[kind][1]).header("last-modified")
    compare(gateway, pairs[kind], "GET", {"If-Modified-Since": stamp})
    assert gateway.get(pairs[kind][1], {"If-Modified-Since": stamp}).status == 304
    assert compare(gateway, pairs[kind], "GET", {"Range": "bytes=5-8", "If-Range": stamp}).status == 206


@pytest.mark.parametrize("kind", CONTENT)
@pytest.mark.parametrize("value", ["bytes=0-9", "bytes=-5", "bytes=999999999-", "bytes=3-"])
def test_head_with_range_as_nginx(gateway, pairs, kind, value):
    assert compare(gateway, pairs[kind], "HEAD", {"Range": value}).body == b""


SEVERAL = ["bytes=0-0,2-2", "bytes=0-99,500-599", "bytes=0-9,-10", "bytes=1-2,5-1", "bytes=0-,0-", "bytes=900-,0-1",
           "bytes=0-1,999999999-", "bytes=" + ",".join(f"{n}-{n}" for n in range(0, 100, 2))]


def parts_of(answer):
    """The parts of multipart/byteranges, as (Content-Range, bytes)."""
    kind, _, boundary = answer.header("content-type").partition("; boundary=")
    assert kind == "multipart/byteranges"
    pieces = (b"\r\n" + answer.body if not answer.body.startswith(b"\r\n") else answer.body).split(
        b"\r\n--" + boundary.encode())
    assert pieces[-1].startswith(b"--")
    for piece in pieces[1:-1]:
        head, data = piece.split(b"\r\n\r\n", 1)
        lines = dict(line.split(b": ", 1) for line in head.strip().split(b"\r\n"))
        yield lines[b"Content-Range"].decode(), data


def assert_correct(answer, data):
    """200 with everything, or 206 whose parts are what they claim to be."""
    assert int(answer.header("content-length")) == len(answer.body)
    if answer.status == 200:
        assert answer.body == data
        return
    assert answer.status == 206
    if answer.header("content-range"):
        ranges = [(answer.header("content-range"), answer.body)]
    else:
        ranges = list(parts_of(answer))
    for value, body in ranges:
        span, size = value.removeprefix("bytes ").split("/")
        first, last = map(int, span.split("-"))
        assert int(size) == len(data) and body == data[first:last + 1]


@pytest.mark.parametrize("kind", ["in index", "blob"])
@pytest.mark.parametrize("value", SEVERAL)
def test_several_ranges_of_blobs_as_nginx(gateway, pairs, kind, value):
    data, ours, twin, _ = pairs[kind]
    mine, nginx = gateway.get(ours, {"Range": value}), gateway.get(twin, {"Range": value})
    assert mine.status == nginx.status
    if mine.status in (200, 206):
        assert_correct(mine, data)


@pytest.mark.parametrize("value", SEVERAL + [f"bytes=0-1,{CHUNK - 1}-{CHUNK},-1", f"bytes={CHUNK}-,0-5"])
def test_several_ranges_of_chunked_content_are_never_an_error(gateway, pairs, value):
    data, ours, *_ = pairs["chunked"]
    assert_correct(gateway.get(ours, {"Range": value}), data)


def test_random_ranges_over_chunks_against_the_bytes(gateway, pairs):
    import random
    random_numbers = random.Random(7)
    data, ours, *_ = pairs["chunked"]

    def one(_):
        first = random_numbers.randrange(len(data))
        last = min(len(data) - 1, first + random_numbers.choice([0, 1, 1000, CHUNK - 1, CHUNK, 5 * MIB]))
        answer = gateway.get(ours, {"Range": f"bytes={first}-{last}"})
        assert (answer.status, answer.body) == (206, data[first:last + 1])
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(200)))


@pytest.mark.parametrize("kind", CONTENT)
def test_http_1_0(gateway, pairs, kind):
    data, ours, *_ = pairs[kind]
    answer = gateway.raw(b"GET %s HTTP/1.0\r\n\r\n" % ours.encode())
    head, body = answer.split(b"\r\n\r\n", 1)
    assert b"Transfer-Encoding" not in head and body == data


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_other_methods_get_405(gateway, pairs, method):
    assert gateway.request(method, pairs["blob"][1]).status == 405


def test_by_info_hash(gateway, fresh):
    for size in (50_000, THRESHOLD + 9):
        data = fresh(size)
        answer = gateway.upload(data, "x.bin")
        gateway.get(f"/api/torrent/{answer['sha256']}")
        facts = gateway.get(f"/api/files/{answer['sha256']}").json()
        for key in ("info_hash_v1", "info_hash_v2"):
            assert gateway.get(f"/api/download/{facts[key]}").body == data, key
            assert gateway.get(f"/api/files/{facts[key]}").json()["sha256"] == answer["sha256"]


@pytest.mark.parametrize("name,ascii_only", [
    ("plain.txt", True), ("with space.txt", True), ("Grüße.txt", False), ("雪.bin", False),
    ("semi;colon.txt", True), ("per%cent.txt", True), ("apo'strophe.txt", True),
])
def test_file_name_comes_back(gateway, fresh, name, ascii_only):  # RFC 6266, RFC 8187
    from urllib.parse import unquote
    answer = gateway.upload(fresh(200), name)
    value = gateway.get(f"/api/download/{answer['sha256']}").header("content-disposition")
    kind, *parameters = [part.strip() for part in value.split("; ")]
    assert kind == "attachment"
    extended = [p for p in parameters if p.startswith("filename*=UTF-8''")]
    if extended:
        assert unquote(extended[0].removeprefix("filename*=UTF-8''")) == name
    else:
        assert ascii_only and f'filename="{name}"' in value
    assert value.isascii()


def test_file_name_cannot_break_out_of_the_header(gateway, fresh):
    body, kind = form(("file", fresh(300), 'a\\"b\\\\c.txt'))
    answer = gateway.request("POST", "/api/upload", body, {"Content-Type": kind}).json()
    got = gateway.get(f"/api/download/{answer['sha256']}")
    assert got.status == 200 and got.header("content-disposition").count("\n") == 0


def test_slow_reader_gets_every_byte(gateway, fresh):
    import socket
    data = fresh(12 * MIB)
    digest = gateway.upload(data)["sha256"]
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
        connection.settimeout(30)
        connection.connect(("127.0.0.1", gateway.port))
        connection.sendall(f"GET /api/download/{digest} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        received = bytearray()
        while part := connection.recv(65536):
            received += part
            if len(received) < MIB:
                time.sleep(0.01)
    assert bytes(received).split(b"\r\n\r\n", 1)[1] == data


def test_many_slow_readers_need_few_descriptors(gateway, fresh):
    import socket
    data = fresh(10 * MIB)
    digest = gateway.upload(data)["sha256"]
    connections = []
    for _ in range(60):
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
        connection.connect(("127.0.0.1", gateway.port))
        connection.sendall(f"GET /api/download/{digest} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        connections.append(connection)
    time.sleep(1)
    try:
        assert sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in gateway.workers()) < 60 * 4 + 150
        assert gateway.get(f"/api/download/{digest}").body == data
    finally:
        for connection in connections:
            connection.close()
