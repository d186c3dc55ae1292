"""A full disk: 507 with a reason, nothing half-stored, and everything else goes on."""
import os
import subprocess

import pytest

from bencode import decode
from gateway import MIB, Gateway, wait_until


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 24 MiB; skipped where mounting is not allowed."""
    path = tmp_path / "disk"
    path.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "none", str(path)],
                      capture_output=True).returncode != 0:
        pytest.skip("needs the right to mount a tmpfs")
    yield path
    subprocess.run(["umount", "-l", str(path)], check=True)


@pytest.fixture
def cramped(small_disk):
    """A gateway on that file system."""
    gateway = Gateway(storage=str(small_disk / "storage"), tracker="any")
    gateway.expected = [r"No space left on device"]
    try:
        yield gateway.start()
    finally:
        faults = gateway.stop()
    assert not faults, "\n".join(faults)


def fill(directory):
    """Takes the last byte of the file system."""
    with open(os.path.join(directory, "filler"), "wb", buffering=0) as file:
        for size in (MIB, 4096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                pass


def assert_507(answer):
    assert answer.status == 507, (answer.status, answer.body)
    error = answer.json()["error"]
    assert error["code"] and error["message"]


@pytest.mark.parametrize("size", [40 * MIB, 3 * MIB])
def test_upload_that_does_not_fit_gets_507_and_stores_nothing(cramped, fresh, size):
    kept = fresh(200_000)
    digest = cramped.upload(kept)["sha256"]
    for _ in range(12):
        answer = cramped.request("POST", "/api/upload", fresh(size))
        if answer.status != 201:
            break
    assert_507(answer)
    assert cramped.get(f"/api/download/{digest}").body == kept
    wait_until(lambda: cramped.spool() == [], 10, "the spool is empty")


@pytest.mark.parametrize("size", [300, 20_000])
def test_not_one_byte_is_left(cramped, small_disk, fresh, size):
    kept = fresh(50_000)
    digest = cramped.upload(kept)["sha256"]
    fill(small_disk)
    for _ in range(30):
        answer = cramped.request("POST", "/api/upload", fresh(size))
        if answer.status != 201:
            break
    assert_507(answer)
    assert cramped.get(f"/api/download/{digest}").body == kept
    os.unlink(small_disk / "filler")
    wait_until(lambda: cramped.request("POST", "/api/upload", fresh(size)).status == 201, 10, "it works again")


def test_tracker_goes_on(cramped, small_disk):
    """A write to a mapped page that the disk cannot back would be a SIGBUS."""
    fill(small_disk)
    for number in range(3000):
        info_hash = "".join(f"%{byte:02x}" for byte in number.to_bytes(20, "big"))
        answer = cramped.get(f"/announce?info_hash={info_hash}&peer_id={'x' * 20}&port=99&left=1")
        assert answer.status == 200 and b"interval" in answer.body, number
    assert decode(answer.body)
