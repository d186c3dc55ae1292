"""kill -9 at any instant leaves acknowledged content whole and the index consistent."""
import os
import random
import signal
import time

import pytest

from gateway import CHUNK, THRESHOLD, sha256, wait_until
from index_checker import check
from nostr import token
from test_engine_link import KILLED_WORKER, Load

ROUNDS = int(os.environ.get("BTGW_CRASH_ROUNDS", "15"))


@pytest.fixture
def dice():
    seed = int(os.environ.get("BTGW_SEED", time.time()))
    print(f"BTGW_SEED={seed}")
    return random.Random(seed)


def wait_until_swept(gateway):
    deadline = time.monotonic() + 20
    while faults := check(gateway.storage, swept=True):
        assert time.monotonic() < deadline, "\n".join(faults)
        time.sleep(0.3)


@pytest.mark.parametrize("sizes", [[300, 5000, 200_000], [THRESHOLD, THRESHOLD + CHUNK + 99]],
                         ids=["blobs", "chunked"])
def test_engine_killed_at_random_points(own_gateway, fresh, dice, sizes):
    acknowledged = {}
    for _ in range(ROUNDS):
        with Load(own_gateway, fresh, sizes) as load:
            time.sleep(dice.uniform(0.05, 0.6))
            own_gateway.kill_engine()
            load.running = False
        acknowledged.update(load.acknowledged)
        faults = check(own_gateway.storage)
        assert not faults, "\n".join(faults)
        own_gateway.restart_engine()
    load.acknowledged = acknowledged
    load.verify()
    wait_until_swept(own_gateway)


def test_workers_killed_at_random_points(own_gateway, fresh, dice):
    own_gateway.expected = [KILLED_WORKER]
    with Load(own_gateway, fresh, [300, 70_000, THRESHOLD + 55]) as load:
        for _ in range(ROUNDS):
            time.sleep(dice.uniform(0.02, 0.3))
            victim = dice.choice(own_gateway.workers() or [0])
            if victim:
                os.kill(victim, signal.SIGKILL)
    load.verify()
    own_gateway.kill_engine()
    own_gateway.restart_engine()
    wait_until_swept(own_gateway)


def test_engine_killed_while_it_deletes(own_gateway, alice, fresh, dice):
    """What is deleted is gone or there, never half."""
    for _ in range(max(3, ROUNDS // 3)):
        shared = fresh(CHUNK)
        contents = [shared + fresh(CHUNK + 10 * n) for n in range(4)] + [fresh(9000)]
        for data in contents:
            headers = {"Authorization": token(alice, "upload", [sha256(data)])}
            assert own_gateway.blossom("PUT", "/upload", data, headers).status == 201
        with Load(own_gateway, fresh, [3000], threads=1):
            for data in contents[:3]:
                headers = {"Authorization": token(alice, "delete", [sha256(data)])}
                own_gateway.blossom("DELETE", f"/{sha256(data)}", headers=headers)
            time.sleep(dice.uniform(0, 0.5))
            own_gateway.kill_engine()
        own_gateway.restart_engine()
        for data in contents[:3]:
            assert own_gateway.blossom("GET", f"/{sha256(data)}").status == 404
        for data in contents[3:]:
            assert own_gateway.blossom("GET", f"/{sha256(data)}").body == data
        wait_until_swept(own_gateway)


def test_orphans_are_swept_at_start(own_gateway, fresh):
    kept = fresh(50_000)
    own_gateway.upload(kept)
    own_gateway.kill_engine()
    strays = [os.path.join(own_gateway.storage, kind, "ab", "cd", "abcd" + "0" * 60) for kind in ("blobs", "chunks")]
    strays += [os.path.join(own_gateway.storage, "spool", name) for name in ("0123456789abcdef", "0123456789abcdef.000000")]
    for path in strays:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(b"stray")
    own_gateway.restart_engine()
    wait_until(lambda: not any(map(os.path.exists, strays)), 20, "strays are gone")
    assert own_gateway.get(f"/api/download/{sha256(kept)}").body == kept


def test_checker_finds_what_it_should(own_gateway, fresh):
    """The reference is no use if it is blind."""
    own_gateway.upload(fresh(20_000))
    own_gateway.upload(fresh(THRESHOLD + 1))
    assert check(own_gateway.storage, swept=True) == []
    blob = own_gateway.stored_files("blobs")[0]
    path = os.path.join(own_gateway.storage, "blobs", blob[:2], blob[2:4], blob)
    os.rename(path, path + "00")
    assert len(check(own_gateway.storage, swept=True)) == 2
    os.rename(path + "00", path)
