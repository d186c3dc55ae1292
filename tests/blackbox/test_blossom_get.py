"""GET, HEAD and OPTIONS on the Blossom server: BUD-01."""
import pytest

from gateway import THRESHOLD, sha256

CONTENT = {"in index": 1000, "blob": 70_000, "chunked": THRESHOLD + 999}


@pytest.fixture(scope="module")
def stored(gateway, fresh):
    """Bytes of each kind of content, by kind."""
    contents = {kind: fresh(size) for kind, size in CONTENT.items()}
    for kind, data in contents.items():
        gateway.upload(data, f"{kind}.txt", "text/plain")
    return contents


@pytest.mark.parametrize("kind", CONTENT)
@pytest.mark.parametrize("extension", ["", ".txt", ".pdf", ".tar.gz", ".", ".nothing-known"])
def test_any_extension_is_ignored(gateway, stored, kind, extension):  # BUD-01: MUST
    data = stored[kind]
    answer = gateway.blossom("GET", f"/{sha256(data)}{extension}")
    assert (answer.status, answer.body) == (200, data)
    assert answer.header("content-type") == "text/plain"


@pytest.mark.parametrize("kind", CONTENT)
def test_head_equals_get_without_body(gateway, stored, kind):  # BUD-01: MUST
    path = f"/{sha256(stored[kind])}"
    got, head = gateway.blossom("GET", path), gateway.blossom("HEAD", path)
    assert head.status == 200 and head.body == b""
    ignore = {"date", "connection"}
    assert ([h for h in head.headers if h[0] not in ignore] ==
            [h for h in got.headers if h[0] not in ignore])
    assert head.header("content-length") == str(len(stored[kind]))
    assert head.header("accept-ranges") == "bytes"


@pytest.mark.parametrize("kind", CONTENT)
def test_content_is_immutable_and_says_so(gateway, stored, kind):
    answer = gateway.blossom("GET", f"/{sha256(stored[kind])}")
    assert answer.header("etag") == f'"{sha256(stored[kind])}"'
    assert answer.header("last-modified")
    assert "immutable" in answer.header("cache-control")


@pytest.mark.parametrize("media_type,body", [
    ("text/html", b"<script>alert(1)</script>"), ("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    ("application/javascript", b"alert(2)"), ("application/pdf", b"%PDF-1.4"), ("image/png", b"\x89PNG"),
    ("text/xml", b"<a/>"),
])
def test_foreign_content_cannot_script_our_origin(gateway, media_type, body):
    digest = gateway.upload(body, "x", media_type)["sha256"]
    for port, path in ((gateway.blossom_port, f"/{digest}"), (gateway.port, f"/api/download/{digest}")):
        answer = gateway.get(path, port=port)
        assert answer.body == body
        assert answer.header("x-content-type-options") == "nosniff"
        assert "sandbox" in answer.header("content-security-policy")


def one_allow_origin(answer):
    assert answer.all("access-control-allow-origin") == ["*"], (answer.status, answer.headers)


@pytest.mark.parametrize("method,path,headers,status", [
    ("GET", "/%s", {}, 200),
    ("GET", "/%s", {"Range": "bytes=1-5"}, 206),
    ("GET", "/%s", {"If-None-Match": '"%s"'}, 304),
    ("GET", "/%s", {"Range": "bytes=999999999-"}, 416),
    ("GET", "/" + "0" * 64, {}, 404),
    ("GET", "/", {}, 404),
    ("GET", "/favicon.ico", {}, 404),
    ("PUT", "/upload", {}, 401),
    ("DELETE", "/%s", {}, 401),
    ("GET", "/upload", {}, (404, 405)),
    ("POST", "/%s", {}, 405),
    ("PATCH", "/upload", {}, 405),
    ("GET", "/%%zz", {}, 400),
    ("GET", "/" + "a" * 40_000, {}, 414),
    ("GET", "/%s", {"X-Long": "b" * 40_000}, (400, 494)),
    ("GET", "/list/xyz", {}, (400, 401)),
])
def test_every_status_has_one_allow_origin(gateway, stored, method, path, headers, status):  # BUD-01: MUST
    digest = sha256(stored["blob"])
    fill = {name: value.replace("%s", digest) for name, value in headers.items()}
    answer = gateway.blossom(method, path.replace("%s", digest).replace("%%", "%"), headers=fill)
    assert answer.status in (status if isinstance(status, tuple) else (status,))
    one_allow_origin(answer)


@pytest.mark.parametrize("own_gateway", [{"max_body": "1k"}], indirect=True)
def test_413_of_nginx_has_one_allow_origin_and_a_reason(own_gateway):
    answer = own_gateway.blossom("PUT", "/upload", b"x" * 5000)
    assert answer.status in (401, 413)
    one_allow_origin(answer)
    head = own_gateway.blossom("HEAD", "/upload", headers={"X-Content-Length": "5000"})
    one_allow_origin(head)


@pytest.mark.parametrize("request_line", [b"GET / HTTP/9.9\r\n\r\n", b"GARBAGE\r\n\r\n",
                                          b"GET / HTTP/1.1\r\n\r\n",
                                          b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"])
def test_broken_requests_have_one_allow_origin(gateway, request_line):
    answer = gateway.raw(request_line, port=gateway.blossom_port)
    assert answer.lower().count(b"access-control-allow-origin: *\r\n") == 1, answer


@pytest.mark.parametrize("path", ["/upload", "/" + "a" * 64, "/list/" + "b" * 64, "/mirror", "/anything"])
@pytest.mark.parametrize("server", ["blossom", "gateway"])
def test_options_preflight(gateway, path, server):  # BUD-01: MUST
    port = gateway.blossom_port if server == "blossom" else gateway.port
    path = path if server == "blossom" else "/api" + path
    answer = gateway.request("OPTIONS", path, port=port, headers={
        "Origin": "https://app.example", "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "authorization,x-sha-256"})
    assert answer.status in (200, 204) and answer.body == b""
    one_allow_origin(answer)
    allowed = {name.strip().lower() for name in answer.header("access-control-allow-headers").split(",")}
    assert {"authorization", "*", "x-sha-256", "x-content-type", "x-content-length", "content-type",
            "range"} <= allowed
    methods = {name.strip() for name in answer.header("access-control-allow-methods").split(",")}
    assert {"GET", "HEAD", "PUT", "DELETE"} <= methods
    assert answer.header("access-control-max-age") == "86400"


def test_answers_expose_what_scripts_need(gateway, stored):
    answer = gateway.blossom("GET", f"/{sha256(stored['blob'])}")
    exposed = answer.header("access-control-expose-headers").lower()
    for name in ("x-reason", "content-range", "content-length", "accept-ranges", "etag"):
        assert name in exposed


@pytest.mark.parametrize("path", [
    "/" + "0" * 64, "/" + "0" * 64 + ".txt", "/{hash}0", "/0{hash}", "/{hash}/x", "/x/{hash}", "/{hash}x",
    "/{half}", "/nothing",
])
def test_what_names_no_blob_gets_404_with_a_reason(gateway, stored, path):
    digest = sha256(stored["blob"])
    answer = gateway.blossom("GET", path.format(hash=digest, half=digest[:32]))
    assert answer.status == 404
    assert answer.header("x-reason")


def test_upper_case_hash_is_not_served_as_another_name(gateway, stored):
    """BUD-01 names blobs in lower case; 404 and the blob itself are both sound, a crash is not."""
    data = stored["blob"]
    answer = gateway.blossom("GET", f"/{sha256(data).upper()}")
    assert answer.status == 404 or (answer.status, answer.body) == (200, data)


def test_read_needs_no_token_but_a_bad_one_does_no_harm(gateway, stored):
    data = stored["blob"]
    answer = gateway.blossom("GET", f"/{sha256(data)}", headers={"Authorization": "Nostr rubbish"})
    assert answer.status in (200, 401)


def test_keep_alive_after_every_kind(gateway, stored):
    """Bodies end where their Content-Length says."""
    paths = [f"/{sha256(data)}" for data in stored.values()] * 3 + ["/" + "0" * 64]
    message = b"".join(b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % path.encode() for path in paths)
    message += b"HEAD %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % paths[2].encode()
    answer = gateway.raw(message, port=gateway.blossom_port)
    assert answer.count(b"HTTP/1.1 200 OK\r\n") == 10
    for data in stored.values():
        assert answer.count(data) == 3
