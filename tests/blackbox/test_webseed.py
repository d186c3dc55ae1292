"""GET /webseed/<info-hash>/<name>, with what real clients do to web seeds: BEP 19."""
import pytest

from gateway import CHUNK, THRESHOLD, sha256


@pytest.fixture(scope="module")
def seeded(gateway, fresh):
    """Bytes and facts of a blob, and of chunked content."""
    result = {}
    for kind, size in (("in index", 900), ("blob", 200_000), ("chunked", 2 * CHUNK + 1234)):
        data = fresh(size)
        answer = gateway.upload(data, "my film (1).mkv", "video/x-matroska")
        gateway.get(f"/api/torrent/{answer['sha256']}")
        result[kind] = data, gateway.get(f"/api/files/{answer['sha256']}").json()
    return result


KINDS = ["in index", "blob", "chunked"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("key", ["info_hash_v1", "info_hash_v2"])
@pytest.mark.parametrize("name", [
    "my%20film%20(1).mkv", "my%20film%20%281%29.mkv", "anything", "x/x", "my%20film%20(1).mkv/my%20film%20(1).mkv",
    "", "Gr%C3%BC%C3%9Fe", "a+b", "%E9"])
def test_any_name_is_the_content(gateway, seeded, kind, key, name):
    """libtorrent 2.0.8 asks <url>/<name> for v2 torrents; clients escape differently."""
    data, facts = seeded[kind]
    answer = gateway.get(f"/webseed/{facts[key]}/{name}")
    assert (answer.status, answer.body) == (200, data)


@pytest.mark.parametrize("kind", KINDS)
def test_whole_range_is_206(gateway, seeded, kind):
    """Transmission takes nothing but 206."""
    data, facts = seeded[kind]
    for value in ("bytes=0-", f"bytes=0-{len(data) - 1}", f"bytes=0-{len(data) + 99}"):
        answer = gateway.get(f"/webseed/{facts['info_hash_v1']}/x", {"Range": value})
        assert (answer.status, answer.body) == (206, data)
        assert answer.header("content-range") == f"bytes 0-{len(data) - 1}/{len(data)}"


@pytest.mark.parametrize("kind", KINDS)
def test_end_past_the_content_is_clamped(gateway, seeded, kind):
    """WebTorrent asks past the end."""
    data, facts = seeded[kind]
    start = len(data) - 10
    answer = gateway.get(f"/webseed/{facts['info_hash_v1']}/x", {"Range": f"bytes={start}-{start + 5000}"})
    assert (answer.status, answer.body) == (206, data[start:])
    answer = gateway.get(f"/webseed/{facts['info_hash_v1']}/x", {"Range": f"bytes={len(data)}-"})
    assert answer.status == 416
    assert answer.header("content-range") == f"bytes */{len(data)}"


@pytest.mark.parametrize("kind", KINDS)
def test_pipelined_requests_are_answered_in_order(gateway, seeded, kind):
    """libtorrent keeps five requests on one connection, Host without port."""
    data, facts = seeded[kind]
    step = max(1, len(data) // 7)
    starts = list(range(0, len(data), step))
    request = b""
    for at in starts:
        last = min(at + step, len(data)) - 1
        close = b"Connection: close\r\n" if at == starts[-1] else b""
        request += (b"GET /webseed/%s/x HTTP/1.1\r\nHost: 127.0.0.1\r\n%sRange: bytes=%d-%d\r\n\r\n"
                    % (facts["info_hash_v1"].encode(), close, at, last))
    answer = gateway.raw(request)
    received = b""
    while answer:
        head, answer = answer.split(b"\r\n\r\n", 1)
        assert head.startswith(b"HTTP/1.1 206")
        length = int([line for line in head.split(b"\r\n") if line.startswith(b"Content-Length")][0].split()[1])
        received, answer = received + answer[:length], answer[length:]
    assert received == data


def test_head(gateway, seeded):
    data, facts = seeded["chunked"]
    answer = gateway.request("HEAD", f"/webseed/{facts['info_hash_v1']}/x")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.header("content-length") == str(len(data))


def test_browsers_may_read(gateway, seeded):
    _, facts = seeded["chunked"]
    path = f"/webseed/{facts['info_hash_v1']}/x"
    preflight = gateway.request("OPTIONS", path, headers={
        "Origin": "https://app.example", "Access-Control-Request-Headers": "cache-control, range"})
    assert preflight.status in (200, 204)
    allowed = preflight.header("access-control-allow-headers").lower()
    assert "range" in allowed and "cache-control" in allowed
    assert preflight.header("access-control-max-age") == "86400"
    answer = gateway.get(path, {"Range": "bytes=0-9"})
    assert answer.all("access-control-allow-origin") == ["*"]
    assert "content-range" in answer.header("access-control-expose-headers").lower()


def test_never_encoded(gateway, seeded):
    data, facts = seeded["chunked"]
    answer = gateway.get(f"/webseed/{facts['info_hash_v1']}/x", {"Accept-Encoding": "gzip, deflate, br"})
    assert answer.header("content-encoding") is None and answer.body == data


@pytest.mark.parametrize("path", ["/webseed/", "/webseed/xyz/a", "/webseed/" + "0" * 40 + "/a",
                                  "/webseed/" + "0" * 64 + "/a", "/webseed/" + "0" * 41 + "/a",
                                  "/webseed/../api/health/x"])
def test_unknown_hashes_get_404(gateway, path):
    assert gateway.get(path).status in (400, 404)


def test_path_cannot_leave_the_hash(gateway, seeded):
    _, facts = seeded["blob"]
    answer = gateway.get(f"/webseed/{facts['info_hash_v1']}/..%2f..%2f..%2fetc%2fpasswd")
    assert answer.status in (200, 400, 404) and b"root:" not in answer.body


def test_blossom_serves_the_same_bytes(gateway, fresh):
    data = fresh(THRESHOLD + 3)
    answer = gateway.upload(data)
    assert gateway.blossom("GET", f"/{sha256(data)}").body == data
    path = answer["webseed_url"].split(str(gateway.port), 1)[1]
    assert gateway.get(path).body == data
