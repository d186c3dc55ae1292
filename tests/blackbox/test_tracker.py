"""GET /announce and /scrape: BEP 3, 7, 21, 23, 24, 48."""
import http.client
import random
import re
import socket
import struct
import time

import pytest

from bencode import decode
from gateway import THRESHOLD, Response, has_ipv6, wait_until


def escape(raw):
    return "".join(f"%{byte:02x}" for byte in raw)


class Peer:
    """A peer of one swarm, at an address of its own in 127/8."""

    def __init__(self, gateway, info_hash, number, family=4):
        self.gateway, self.info_hash, self.family = gateway, info_hash, family
        self.address = f"127.0.{number // 250}.{number % 250 + 1}" if family == 4 else "::1"
        self.port = 10_000 + number
        self.id = b"-TT0001-%012d" % number

    def query(self, left=1000, event=None, **more):
        values = {"info_hash": escape(self.info_hash), "peer_id": escape(self.id), "port": self.port,
                  "uploaded": 0, "downloaded": 0, "left": left, **more}
        if event is not None:
            values["event"] = event
        return "&".join(f"{name}={value}" for name, value in values.items() if value is not None)

    def send(self, query):
        target = self.gateway.get_from(self.address, f"/announce?{query}")
        assert target.status == 200, (target.status, target.body)
        return decode(target.body)

    def announce(self, **values):
        return self.send(self.query(**values))

    @property
    def compact(self):
        return socket.inet_pton(socket.AF_INET if self.family == 4 else socket.AF_INET6,
                                self.address) + struct.pack(">H", self.port)


def get_from(gateway, address, target):
    host = "::1" if ":" in address else "127.0.0.1"
    connection = http.client.HTTPConnection(host, gateway.port, timeout=10, source_address=(address, 0))
    try:
        connection.request("GET", target)
        answer = connection.getresponse()
        return Response(answer.status, [(n.lower(), v) for n, v in answer.getheaders()], answer.read())
    finally:
        connection.close()


def addresses(answer, key=b"peers", size=6):
    data = answer[key]
    assert len(data) % size == 0
    return [data[at:at + size] for at in range(0, len(data), size)]


@pytest.fixture
def swarm(gateway, fresh):
    """swarm(n): a peer of the swarm of content that no other test uses."""
    gateway.get_from = lambda address, target: get_from(gateway, address, target)
    facts = gateway.upload(fresh(THRESHOLD + 1))
    info_hash = bytes.fromhex(facts["info_hash_v1"])

    def peer(number, family=4):
        return Peer(gateway, info_hash, number, family)
    peer.info_hash = info_hash
    peer.info_hash_v2 = bytes.fromhex(facts["info_hash_v2"])
    return peer


def counts(gateway, info_hash):
    files = decode(gateway.get(f"/scrape?info_hash={escape(info_hash)}").body)[b"files"]
    entry = files[info_hash]
    return entry[b"complete"], entry[b"downloaded"], entry[b"incomplete"]


def gateway_peer(gateway):
    return socket.inet_aton("127.0.0.1") + struct.pack(">H", gateway.peer_port)


def test_first_announce_gets_the_gateway_as_a_seed(gateway, swarm):
    answer = swarm(1).announce(event="started")
    assert addresses(answer) == [gateway_peer(gateway)]
    assert answer[b"interval"] >= 60 and answer[b"min interval"] >= 1
    assert answer[b"complete"] == 1 and answer[b"incomplete"] == 1


def test_peers_find_each_other_but_never_themselves(gateway, swarm):
    peers = [swarm(number) for number in range(1, 6)]
    for peer in peers:
        peer.announce(event="started")

    def all_found():
        return all(set(addresses(peer.announce())) - {gateway_peer(gateway)} ==
                   {other.compact for other in peers if other is not peer} for peer in peers)
    wait_until(all_found, 5, "everybody is found")


def test_counters_over_the_life_of_a_peer(gateway, swarm):  # BEP 3, BEP 48
    """The gateway itself is one of the complete."""
    peer, see = swarm(1), lambda: counts(gateway, swarm.info_hash)

    def becomes(expected):
        wait_until(lambda: see() == expected, 3, f"{expected}, now {see()}")
    becomes((1, 0, 0))
    peer.announce(event="started")
    becomes((1, 0, 1))
    peer.announce()
    becomes((1, 0, 1))
    peer.announce(event="completed", left=0)
    becomes((2, 1, 0))
    peer.announce(event="completed", left=0)
    becomes((2, 1, 0))
    peer.announce(left=0)
    becomes((2, 1, 0))
    peer.announce(event="stopped", left=16384)
    becomes((1, 1, 0))


def test_completed_is_not_counted_for_who_started_as_a_seed(gateway, swarm):
    swarm(1).announce(event="started", left=0)
    wait_until(lambda: counts(gateway, swarm.info_hash) == (2, 0, 0), 3, "a seed")


def test_stopped_from_an_unknown_peer_changes_nothing(gateway, swarm):
    answer = swarm(1).announce(event="stopped")
    assert answer.get(b"peers", b"") in (b"", [])
    time.sleep(0.2)
    assert counts(gateway, swarm.info_hash) == (1, 0, 0)


def test_paused_is_incomplete_but_no_downloader(gateway, swarm):  # BEP 21
    swarm(1).announce(event="started")
    swarm(2).announce(event="paused")

    def entry():
        body = gateway.get(f"/scrape?info_hash={escape(swarm.info_hash)}").body
        return decode(body)[b"files"][swarm.info_hash]
    wait_until(lambda: entry()[b"incomplete"] == 2, 3, "two incomplete")
    assert entry()[b"downloaders"] == 1


def test_seeds_are_not_given_to_seeds(gateway, swarm):
    swarm(1).announce(event="started", left=0)
    swarm(2).announce(event="started", left=500)
    wait_until(lambda: addresses(swarm(3).announce(left=0)) == [swarm(2).compact], 3, "only the leecher")


def test_a_magnet_link_finds_the_gateway_although_nothing_is_left(gateway, swarm):
    """aria2 knows no size before it has the metadata, and starts with left=0."""
    assert addresses(swarm(1).announce(event="started", left=0)) == [gateway_peer(gateway)]


@pytest.mark.parametrize("numwant,expected", [("0", 0), ("1", 1), ("5", 5), ("-1", 50), ("30", 30), ("100000", 60),
                                              ("", 50), ("abc", None)])
def test_numwant(gateway, swarm, numwant, expected):
    for number in range(1, 61):
        swarm(number).announce(event="started", numwant=0)
    time.sleep(0.1)
    answer = swarm(100).announce(numwant=numwant)
    if expected is None:
        assert b"failure reason" in answer or len(addresses(answer)) <= 61
    else:
        assert expected <= len(addresses(answer)) <= expected + 1


def test_answers_are_a_random_sample(gateway, swarm):
    for number in range(1, 41):
        swarm(number).announce(event="started", numwant=0)
    time.sleep(0.1)
    seen = set()
    for _ in range(60):
        found = [a for a in addresses(swarm(100).announce(numwant=5)) if a != gateway_peer(gateway)]
        assert len(found) == len(set(found))
        seen.update(found)
    assert len(seen) == 40


def test_plain_answer_when_compact_is_0(gateway, swarm):  # BEP 23: advisory
    swarm(1).announce(event="started")
    time.sleep(0.1)
    peers = swarm(2).announce(compact=0)[b"peers"]
    if isinstance(peers, bytes):
        return
    ours = [peer for peer in peers if peer[b"port"] == 10_001]
    assert ours[0][b"ip"] == b"127.0.0.2" and ours[0][b"peer id"] == swarm(1).id
    for peer in swarm(2).announce(compact=0, no_peer_id=1)[b"peers"]:
        assert b"peer id" not in peer


def test_peers_key_is_always_there(gateway, swarm):
    """uTorrent and rtorrent fail without it."""
    assert swarm(1).announce(numwant=0)[b"peers"] == b""
    assert b"peers" in swarm(1).announce(event="stopped")


def test_external_ip(gateway, swarm):  # BEP 24
    answer = swarm(5).announce()
    assert answer[b"external ip"] == socket.inet_aton("127.0.0.6")


@pytest.mark.skipif(not has_ipv6(), reason="no IPv6 here")
def test_ipv6_peers(gateway, swarm):  # BEP 7
    six, four = swarm(1, family=6), swarm(2)
    assert six.announce(event="started")[b"external ip"] == socket.inet_pton(socket.AF_INET6, "::1")
    four.announce(event="started")
    wait_until(lambda: six.compact in addresses(four.announce(), b"peers6", 18)
               if b"peers6" in four.announce() else False, 3, "IPv4 learns of IPv6")
    wait_until(lambda: four.compact in addresses(six.announce()), 3, "IPv6 learns of IPv4")


def test_v2_swarm_by_truncated_info_hash(gateway, swarm):  # BEP 52
    peer = Peer(gateway, swarm.info_hash_v2[:20], 1)
    assert b"failure reason" not in peer.announce(event="started")
    # The engine seeds the v1 torrent only, so the gateway is no peer of this swarm.
    wait_until(lambda: counts(gateway, swarm.info_hash_v2[:20])[2] == 1, 3, "counted")
    assert counts(gateway, swarm.info_hash)[2] == 0


def test_ip_parameters_of_strangers_are_ignored(gateway, swarm):
    swarm(1).announce(event="started", ip="198.51.100.7", ipv4="198.51.100.8:99", ipv6="2001:db8::1")
    time.sleep(0.1)
    answer = swarm(2).announce()
    assert swarm(1).compact in addresses(answer)
    assert socket.inet_aton("198.51.100.7") not in answer[b"peers"] + answer.get(b"peers6", b"")


@pytest.mark.parametrize("port", [0, -1, 65536, "x", None])
def test_peers_without_a_usable_port_are_not_given_out(gateway, swarm, port):
    answer = swarm(1).announce(event="started", port=port)
    time.sleep(0.1)
    given = addresses(swarm(2).announce())
    assert [a for a in given if a[:4] == socket.inet_aton("127.0.0.2")] == []
    assert b"failure reason" in answer or b"interval" in answer


ODD = {
    "parameters in another order": "left=5&port=7001&event=&compact=1&peer_id={id}&info_hash={hash}",
    "upper-case escapes": "info_hash={HASH}&peer_id={id}&port=7002&left=1",
    "unknown event": "info_hash={hash}&peer_id={id}&port=7003&left=1&event=sneezed",
    "unknown parameters": "info_hash={hash}&peer_id={id}&port=7004&left=1&supportcrypto=1&corrupt=0&redundant=9",
    "huge left": "info_hash={hash}&peer_id={id}&port=7005&left=18446744073709551615",
    "larger than huge left": "info_hash={hash}&peer_id={id}&port=7006&left=99999999999999999999999",
    "no left": "info_hash={hash}&peer_id={id}&port=7007",
    "no peer_id": "info_hash={hash}&port=7008&left=1",
    "empty parts": "&&info_hash={hash}&&peer_id={id}&port=7009&left=1&=&x",
}


@pytest.mark.parametrize("odd", ODD)
def test_odd_but_sound_announces(gateway, swarm, odd):
    escaped = escape(swarm.info_hash)
    query = ODD[odd].format(hash=escaped, HASH=escaped.upper().replace("%X", "%x"), id=escape(b"-OD0001-abcdefghijkl"))
    answer = decode(gateway.get(f"/announce?{query}").body)
    assert b"failure reason" not in answer, answer


def bad_queries(escaped):
    good = f"peer_id={escape(b'-BA0001-abcdefghijkl')}&port=7100&left=1"
    return {
        "nothing": "", "no info_hash": good, "short info_hash": f"info_hash={escaped[:-3]}&{good}",
        "long info_hash": f"info_hash={escaped}%00&{good}", "two": f"info_hash={escaped}&info_hash={escaped}&{good}",
        "cut escape": f"info_hash={escaped[:-1]}&{good}", "no hex": f"info_hash={escaped[:-2]}zz&{good}",
        "short peer_id": f"info_hash={escaped}&peer_id=abc&port=1&left=1",
        "unknown": f"info_hash={'%01' * 20}&{good}",
    }


@pytest.mark.parametrize("bad", bad_queries(""))
def test_bad_announces_get_a_failure_reason_with_status_200(gateway, swarm, bad):
    """Clients show the reason only then."""
    answer = gateway.get("/announce?" + bad_queries(escape(swarm.info_hash))[bad])
    assert answer.status == 200
    decoded = decode(answer.body)
    assert re.fullmatch(rb"[ -~]+", decoded[b"failure reason"])
    assert b"peers" not in decoded


def test_unknown_swarm_says_when_to_retry_or_not(gateway, swarm):
    """libtorrent takes `interval` for its delay after a failure."""
    answer = decode(gateway.get("/announce?" + bad_queries("")["unknown"]).body)
    assert b"interval" in answer or b"retry in" in answer


@pytest.mark.parametrize("own_gateway", [{"tracker": "any"}], indirect=True)
def test_any_swarm_where_the_policy_says_so(own_gateway):
    own_gateway.get_from = lambda address, target: get_from(own_gateway, address, target)
    first, second = (Peer(own_gateway, b"\x00&=%" + b"+" * 16, number) for number in (1, 2))
    first.announce(event="started", left=0)
    wait_until(lambda: addresses(second.announce()) == [first.compact], 3, "found")


def test_answer_is_plain_http(gateway, swarm):
    answer = gateway.get("/announce?" + swarm(1).query(), {"Accept-Encoding": "gzip"})
    assert answer.header("content-type").startswith("text/plain")
    assert answer.header("content-encoding") is None
    assert answer.header("content-length") == str(len(answer.body))
    old = gateway.raw(b"GET /announce?%s HTTP/1.0\r\n\r\n" % swarm(1).query().encode())
    assert b"chunked" not in old and b"d8:complete" in old


def test_scrape_of_several(gateway, swarm):  # BEP 48
    other = bytes(20)
    query = "&".join(f"info_hash={escape(value)}" for value in (swarm.info_hash, swarm.info_hash, other,
                                                              swarm.info_hash_v2[:20]))
    files = decode(gateway.get(f"/scrape?{query}").body)[b"files"]
    assert set(files) - {other} == {swarm.info_hash, swarm.info_hash_v2[:20]}
    assert files.get(other, {b"complete": 0})[b"complete"] == 0


@pytest.mark.parametrize("query", ["", "?", "?info_hash=", "?info_hash=%01", "?x=1"])
def test_no_full_scrape(gateway, query):
    answer = gateway.get(f"/scrape{query}")
    assert answer.status in (200, 400)
    if answer.status == 200:
        decoded = decode(answer.body)
        assert decoded.get(b"files", {}) == {}


def test_scrape_of_very_many(gateway):
    random_bytes = random.Random(3)
    query = "&".join(f"info_hash={escape(random_bytes.randbytes(20))}" for _ in range(400))
    assert gateway.get(f"/scrape?{query}").status in (200, 400)


def test_peers_survive_reload(own_gateway, fresh):
    own_gateway.get_from = lambda address, target: get_from(own_gateway, address, target)
    facts = own_gateway.upload(fresh(THRESHOLD))
    peers = [Peer(own_gateway, bytes.fromhex(facts["info_hash_v1"]), number) for number in (1, 2)]
    peers[0].announce(event="started")
    time.sleep(0.2)
    own_gateway.reload()
    assert peers[0].compact in addresses(peers[1].announce())


@pytest.mark.parametrize("own_gateway", [{"server": "btgw_announce_interval 45m; btgw_min_announce_interval 7m; "
                                                    "btgw_peer_address 203.0.113.9:7777;"}], indirect=True)
def test_settings(own_gateway, fresh):
    own_gateway.get_from = lambda address, target: get_from(own_gateway, address, target)
    facts = own_gateway.upload(fresh(THRESHOLD))
    answer = Peer(own_gateway, bytes.fromhex(facts["info_hash_v1"]), 1).announce()
    assert abs(answer[b"interval"] - 2700) <= 300 and abs(answer[b"min interval"] - 420) <= 60
    assert addresses(answer) == [socket.inet_aton("203.0.113.9") + struct.pack(">H", 7777)]
