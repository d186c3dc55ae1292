"""The engine dead, frozen or back; workers dead or replaced. design: reading goes on, nothing hangs."""
import os
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from bencode import decode
from gateway import MIB, THRESHOLD, sha256, wait_until
from nostr import token

KILLED_WORKER = r"exited on signal 9"


def everything_readable(gateway, contents):
    for data, facts in contents:
        assert gateway.get(f"/api/download/{facts['sha256']}").body == data
        assert gateway.blossom("GET", f"/{facts['sha256']}", headers={"Range": "bytes=1-9"}).body == data[1:10]
        assert gateway.get(f"/api/files/{facts['sha256']}").status == 200
        if "info_hash_v1" in facts:
            assert gateway.get(f"/webseed/{facts['info_hash_v1']}/x").body == data
            assert gateway.get(f"/api/torrent/{facts['info_hash_v1']}").status == 200
            escaped = "".join(f"%{byte:02x}" for byte in bytes.fromhex(facts["info_hash_v1"]))
            answer = decode(gateway.get(f"/announce?info_hash={escaped}&peer_id={'x' * 20}&port=99&left=1").body)
            assert b"interval" in answer and b"failure reason" not in answer
            assert decode(gateway.get(f"/scrape?info_hash={escaped}").body)[b"files"]


def store(gateway, fresh):
    return [(data, gateway.upload(data)) for data in (fresh(500), fresh(60_000), fresh(THRESHOLD + 9))]


def writes(gateway, alice, data):
    """Everything that needs the engine; each answer with how long it took."""
    calls = [
        lambda: gateway.request("POST", "/api/upload", data),
        lambda: gateway.blossom("PUT", "/upload", data, {"Authorization": token(alice, "upload", [sha256(data)])}),
    ]
    for call in calls:
        began = time.monotonic()
        answer = call()
        yield answer, time.monotonic() - began


def assert_unavailable(answer):
    assert answer.status == 503, (answer.status, answer.body)
    assert int(answer.header("retry-after")) >= 1
    assert answer.header("x-reason") or answer.json()["error"]["message"]


def test_without_the_engine_reading_goes_on_and_writing_gets_503(own_gateway, alice, fresh):
    contents = store(own_gateway, fresh)
    own_gateway.kill_engine()
    own_gateway.engine.killed = True
    everything_readable(own_gateway, contents)
    time.sleep(5)  # longer than wire::engine_silence_limit
    everything_readable(own_gateway, contents)
    for size in (100, 100_000, THRESHOLD + 5):
        for answer, took in writes(own_gateway, alice, fresh(size)):
            assert_unavailable(answer)
            assert took < 1.5, f"{size} bytes: {took} s"
    assert own_gateway.get("/api/health").status == 503
    own_gateway.restart_engine()
    everything_readable(own_gateway, contents)
    for answer, _ in writes(own_gateway, alice, fresh(70_000)):
        assert answer.status in (200, 201)
    assert own_gateway.spool() == []


def test_at_once_after_the_kill_nothing_hangs(own_gateway, alice, fresh):
    """Before the silence is noticed: 503 within the timeout at the latest."""
    contents = store(own_gateway, fresh)
    own_gateway.kill_engine()
    for answer, took in writes(own_gateway, alice, fresh(5000)):
        assert_unavailable(answer)
        assert took < 12
    everything_readable(own_gateway, contents)
    own_gateway.restart_engine()
    assert own_gateway.upload(fresh(5000))


def test_upload_that_began_before_the_engine_died(own_gateway, fresh):
    data = fresh(THRESHOLD + 100)
    with socket.create_connection(("127.0.0.1", own_gateway.port), 30) as connection:
        connection.sendall(b"POST /api/upload HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
                           % len(data) + data[:3 * MIB])
        wait_until(own_gateway.spool, 5, "spool")
        own_gateway.kill_engine()
        connection.sendall(data[3 * MIB:])
        assert connection.recv(4096).startswith(b"HTTP/1.1 503")
    # Where the commit had been handed over already, its files go when the engine starts.
    own_gateway.restart_engine()
    wait_until(lambda: own_gateway.spool() == [], 10, "spool is empty")


def test_upload_across_an_engine_restart(own_gateway, fresh):
    """The bytes are in spool/, the worker still holds the request: 201, or an honest 503."""
    data = fresh(THRESHOLD + 100)
    with socket.create_connection(("127.0.0.1", own_gateway.port), 30) as connection:
        connection.sendall(b"POST /api/upload HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
                           % len(data) + data[:3 * MIB])
        wait_until(own_gateway.spool, 5, "spool")
        own_gateway.kill_engine()
        own_gateway.restart_engine()
        connection.sendall(data[3 * MIB:])
        status = connection.recv(4096)[9:12]
    assert status in (b"201", b"503", b"500"), status
    got = own_gateway.get(f"/api/download/{sha256(data)}")
    assert (got.body == data) if status == b"201" else (got.status == 404)
    wait_until(lambda: own_gateway.spool() == [], 10, "spool is empty")


@pytest.mark.parametrize("own_gateway", [{"engine_timeout": "3s"}], indirect=True)
def test_frozen_engine_is_answered_for_within_the_timeout(own_gateway, alice, fresh):
    contents = store(own_gateway, fresh)
    own_gateway.engine.popen.send_signal(signal.SIGSTOP)
    try:
        for answer, took in writes(own_gateway, alice, fresh(4000)):
            assert_unavailable(answer)
            assert took < 5
        everything_readable(own_gateway, contents)
        time.sleep(3)
        for answer, took in writes(own_gateway, alice, fresh(4000)):
            assert_unavailable(answer)
            assert took < 1.5
    finally:
        own_gateway.engine.popen.send_signal(signal.SIGCONT)
    own_gateway.wait_for_health()
    assert own_gateway.upload(fresh(4000))


def test_engine_comes_and_goes(own_gateway, fresh):
    for _ in range(4):
        own_gateway.kill_engine()
        own_gateway.restart_engine()
        data = fresh(30_000)
        assert own_gateway.get(f"/api/download/{own_gateway.upload(data)['sha256']}").body == data


def test_nginx_starts_without_the_engine(own_gateway, fresh):
    contents = store(own_gateway, fresh)
    own_gateway.nginx.stop(signal.SIGQUIT)
    own_gateway.kill_engine()
    own_gateway.start_nginx()
    everything_readable(own_gateway, contents)
    assert_unavailable(own_gateway.request("POST", "/api/upload", b"x"))
    own_gateway.restart_engine()
    assert own_gateway.upload(fresh(4000))


class Load:
    """Uploads from several threads until stopped; remembers what was acknowledged."""

    def __init__(self, gateway, fresh, sizes, threads=4):
        self.gateway, self.acknowledged, self.other = gateway, {}, []
        self.running = True
        self.contents = [fresh(sizes[index % len(sizes)]) for index in range(40)]
        self.threads = [threading.Thread(target=self._work, args=(index,)) for index in range(threads)]

    def _work(self, index):
        count = 0
        while self.running:
            data = self.contents[(index * 10 + count) % len(self.contents)] + b"%d %d" % (index, count)
            count += 1
            try:
                answer = self.gateway.request("POST", "/api/upload", data, timeout=40)
            except (OSError, EOFError, Exception) as error:  # a killed worker takes its connections along
                self.other.append(repr(error))
                time.sleep(0.02)
                continue
            if answer.status in (200, 201):
                self.acknowledged[answer.json()["sha256"]] = data
            else:
                self.other.append(answer.status)
                time.sleep(0.02)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.running = False
        for thread in self.threads:
            thread.join(60)
            assert not thread.is_alive(), "a request hangs"

    def verify(self):
        assert self.acknowledged

        def one(item):
            digest, data = item
            assert digest == sha256(data)
            answer = self.gateway.get(f"/api/download/{digest}")
            assert answer.status == 200 and answer.body == data, digest
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(one, self.acknowledged.items()))


SIZES = [200, 9000, 300_000, THRESHOLD + 1000]


def test_reload_under_load_loses_nothing(own_gateway, fresh):
    with Load(own_gateway, fresh, SIZES) as load:
        for _ in range(4):
            time.sleep(0.7)
            own_gateway.reload()
    # A connection that waits for a request is closed by a leaving worker; an answered upload is never lost.
    assert not [other for other in load.other if isinstance(other, int)], load.other
    load.verify()
    wait_until(lambda: own_gateway.spool() == [], 10, "spool is empty")


def test_killed_workers_lose_no_acknowledged_upload(own_gateway, fresh):
    own_gateway.expected = [KILLED_WORKER]
    with Load(own_gateway, fresh, SIZES) as load:
        for _ in range(5):
            time.sleep(0.6)
            victim = own_gateway.workers()[0]
            os.kill(victim, signal.SIGKILL)
            wait_until(lambda: victim not in own_gateway.workers() and len(own_gateway.workers()) == 2, 10, "respawn")
    load.verify()
    own_gateway.kill_engine()
    own_gateway.restart_engine()
    wait_until(lambda: own_gateway.spool() == [], 10, "the engine sweeps what dead workers left")


def test_leaving_workers_finish_their_downloads(own_gateway, fresh):
    data = fresh(24 * MIB)
    digest = own_gateway.upload(data)["sha256"]
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        connection.settimeout(30)
        connection.connect(("127.0.0.1", own_gateway.port))
        connection.sendall(f"GET /api/download/{digest} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        received = connection.recv(65536)
        own_gateway.reload()
        time.sleep(0.5)
        while part := connection.recv(1 << 20):
            received += part
    assert received.split(b"\r\n\r\n", 1)[1] == data


def test_leaving_workers_finish_their_uploads(own_gateway, fresh):
    data = fresh(THRESHOLD + 100)
    with socket.create_connection(("127.0.0.1", own_gateway.port), 30) as connection:
        connection.sendall(b"POST /api/upload HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
                           % len(data) + data[:3 * MIB])
        wait_until(own_gateway.spool, 5, "spool")
        own_gateway.reload()
        connection.sendall(data[3 * MIB:])
        assert connection.recv(4096).startswith(b"HTTP/1.1 201")
    assert own_gateway.get(f"/api/download/{sha256(data)}").body == data


def test_graceful_stop_ends_in_time(own_gateway, fresh):
    own_gateway.upload(fresh(1000))
    began = time.monotonic()
    assert own_gateway.nginx.stop(signal.SIGQUIT) == 0
    assert own_gateway.engine.stop(signal.SIGTERM) == 0
    assert time.monotonic() - began < 10
    own_gateway.start()
