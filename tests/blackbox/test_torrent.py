"""GET /api/torrent/<hash> and magnets, judged by libtorrent: BEP 3, 9, 12, 19, 52."""
import hashlib
import os
from urllib.parse import parse_qs, urlsplit

import libtorrent
import pytest

from bencode import decode
from gateway import CHUNK, THRESHOLD

SIZES = {"tiny": 1, "in index": 2000, "one block": 16384, "blob": 300_000, "blob of pieces": THRESHOLD - 1,
         "chunked": THRESHOLD, "chunked, short end": 3 * CHUNK + 5000}


@pytest.fixture(scope="module")
def contents(gateway, fresh):
    """Per label: bytes and the upload's answer."""
    result = {}
    for label, size in SIZES.items():
        data = fresh(size)
        result[label] = data, gateway.upload(data, f"{label}.dat")
    return result


def torrent(gateway, digest, query="", **options):
    answer = gateway.get(f"/api/torrent/{digest}{query}", **options)
    assert answer.status == 200, (answer.status, answer.body)
    assert answer.header("content-type") == "application/x-bittorrent"
    return answer.body


def independent(tmp_path, name, data, piece_length, form):
    """The torrent that libtorrent makes of the same file."""
    (tmp_path / name).write_bytes(data)
    files = libtorrent.file_storage()
    files.add_file(name, len(data))
    flags = {"v1": libtorrent.create_torrent.v1_only, "v2": libtorrent.create_torrent.v2_only, "hybrid": 0}
    made = libtorrent.create_torrent(files, piece_length, flags[form])
    libtorrent.set_piece_hashes(made, str(tmp_path))
    return libtorrent.torrent_info(libtorrent.bencode(made.generate()))


@pytest.mark.parametrize("form", ["v1", "v2", "hybrid"])
@pytest.mark.parametrize("label", SIZES)
def test_info_hashes_are_those_of_libtorrent(gateway, contents, tmp_path, label, form):
    data, answer = contents[label]
    ours = torrent(gateway, answer["sha256"], f"?format={form}")
    info = decode(ours)[b"info"]
    parsed = libtorrent.torrent_info(ours)
    assert parsed.files().file_size(0) == len(data)
    assert parsed.name() == f"{label}.dat"
    theirs = independent(tmp_path, parsed.name(), data, info[b"piece length"], form)
    assert parsed.info_hashes().v1 == theirs.info_hashes().v1
    assert parsed.info_hashes().v2 == theirs.info_hashes().v2
    assert parsed.info_hashes().has_v1() == (form != "v2")
    assert parsed.info_hashes().has_v2() == (form != "v1")


@pytest.mark.parametrize("label", SIZES)
def test_default_is_v1_with_our_tracker_and_web_seed(gateway, contents, label):
    data, answer = contents[label]
    decoded = decode(torrent(gateway, answer["sha256"]))
    info = decoded[b"info"]
    assert b"meta version" not in info
    assert [data[at:at + info[b"piece length"]] for at in range(0, len(data), info[b"piece length"])]
    pieces = b"".join(hashlib.sha1(data[at:at + info[b"piece length"]]).digest()
                      for at in range(0, len(data), info[b"piece length"]))
    assert info[b"pieces"] == pieces
    base = f"http://127.0.0.1:{gateway.port}"
    assert decoded[b"announce"].decode() == f"{base}/announce"
    seeds = decoded[b"url-list"]
    for url in seeds if isinstance(seeds, list) else [seeds]:
        assert url.decode().startswith(f"{base}/webseed/")
        assert "?" not in url.decode()
        assert gateway.get(url.decode()[len(base):]).body == data


@pytest.mark.parametrize("label", ["chunked", "chunked, short end"])
def test_one_piece_is_one_chunk(gateway, contents, label):
    _, answer = contents[label]
    decoded = decode(torrent(gateway, answer["sha256"], "?format=v2"))
    assert decoded[b"info"][b"piece length"] == CHUNK
    roots = list(decoded[b"piece layers"].values())[0]
    names = {roots[at:at + 32].hex() for at in range(0, len(roots), 32)}
    assert names <= set(gateway.stored_files("chunks"))


@pytest.mark.parametrize("form", ["v1", "v2", "hybrid"])
def test_same_content_gives_the_same_bytes(gateway, contents, form):
    for data, answer in contents.values():
        query = f"?format={form}"
        assert torrent(gateway, answer["sha256"], query) == torrent(gateway, answer["sha256"], query)
    gateway.upload(data, "another name")
    assert decode(torrent(gateway, answer["sha256"], query))[b"info"][b"name"] == answer["name"].encode()


def test_info_hashes_of_the_upload_answer(gateway, contents):
    for data, answer in contents.values():
        if "info_hash_v1" not in answer:
            continue
        parsed = libtorrent.torrent_info(torrent(gateway, answer["sha256"]))
        assert str(parsed.info_hashes().v1) == answer["info_hash_v1"]
        second = libtorrent.torrent_info(torrent(gateway, answer["sha256"], "?format=v2"))
        assert str(second.info_hashes().v2) == answer["info_hash_v2"]
    assert "info_hash_v1" in contents["chunked"][1]


def test_by_info_hash(gateway, contents):
    _, answer = contents["chunked"]
    for key in ("info_hash_v1", "info_hash_v2"):
        assert decode(torrent(gateway, answer[key]))[b"info"][b"length"] == THRESHOLD


def test_urls_follow_the_host_of_the_request(gateway, contents):
    _, answer = contents["chunked"]
    decoded = decode(torrent(gateway, answer["sha256"], headers={"Host": "files.example:99"}))
    assert decoded[b"announce"] == b"http://files.example:99/announce"


@pytest.mark.parametrize("host", ["a b", "x\"y", "h/../", "<s>"])
def test_odd_hosts_do_no_harm(gateway, contents, host):
    _, answer = contents["chunked"]
    got = gateway.get(f"/api/torrent/{answer['sha256']}", {"Host": host})
    assert got.status in (200, 400)
    if got.status == 200:
        decode(got.body)


def test_file_name_of_the_torrent(gateway, contents):
    _, answer = contents["chunked"]
    got = gateway.get(f"/api/torrent/{answer['sha256']}")
    assert 'filename="chunked.dat.torrent"' in got.header("content-disposition")
    assert got.header("access-control-allow-origin") == "*"


def test_content_without_a_name_has_a_torrent(gateway, fresh):
    answer = gateway.upload(fresh(THRESHOLD + 1))
    info = decode(torrent(gateway, answer["sha256"]))[b"info"]
    assert info[b"name"]
    libtorrent.torrent_info(torrent(gateway, answer["sha256"], "?format=hybrid"))


@pytest.mark.parametrize("form", ["", "v3", "V1", "v1&format=v2"])
def test_unknown_formats_get_400(gateway, contents, form):
    _, answer = contents["blob"]
    got = gateway.get(f"/api/torrent/{answer['sha256']}?format={form}")
    assert got.status == 400 or (form == "v1&format=v2" and got.status == 200)


def test_head_equals_get(gateway, contents):
    _, answer = contents["chunked"]
    got, head = (gateway.request(method, f"/api/torrent/{answer['sha256']}") for method in ("GET", "HEAD"))
    assert head.status == 200 and head.body == b""
    assert head.header("content-length") == str(len(got.body))


def test_magnet(gateway, contents):  # BEP 9
    data, answer = contents["chunked"]
    parts = parse_qs(urlsplit(answer["magnet"]).query)
    assert f"urn:btih:{answer['info_hash_v1']}" in parts["xt"]
    assert parts["dn"] == ["chunked.dat"] and parts["xl"] == [str(len(data))]
    assert parts["tr"] == [f"http://127.0.0.1:{gateway.port}/announce"]
    assert parts["ws"][0].startswith(f"http://127.0.0.1:{gateway.port}/webseed/")
    parsed = libtorrent.parse_magnet_uri(answer["magnet"])
    assert str(parsed.info_hashes.v1) == answer["info_hash_v1"]
    assert parsed.trackers == parts["tr"] and parsed.url_seeds == parts["ws"]


def test_large_torrent(gateway, tmp_path):
    """300 MiB of one chunk: a layout of 150 equal entries, one file on disk."""
    block = os.urandom(CHUNK)
    data = block * 150
    answer = gateway.upload(data, "big.img")
    ours = torrent(gateway, answer["sha256"])
    theirs = independent(tmp_path, "big.img", data, CHUNK, "v1")
    assert libtorrent.torrent_info(ours).info_hashes().v1 == theirs.info_hashes().v1
