"""What the client scripts share: their arguments, processes that end by pid, and waiting.

Every script downloads one torrent and exits 0 when its client says that it is complete, 1 when it
is not in time, 2 when the client refused the torrent. Comparing bytes is left to the caller.
"""

import argparse
import contextlib
import dataclasses
import os
import pathlib
import subprocess
import sys
import tempfile
import time

PEER_PORT = 20000
CONTROL_PORT = 30000  # on 127.0.0.1, for those clients that are driven by RPC


@dataclasses.dataclass(frozen=True)
class Job:
    source: str  # path of a .torrent file, or a magnet link
    folder: pathlib.Path  # where the content goes
    address: str  # IPv4 address that this client binds to
    deadline: float  # of time.monotonic()
    hold: pathlib.Path | None  # seed on while this file exists

    @property
    def is_magnet(self):
        return self.source.startswith("magnet:")


class Refused(Exception):
    """The client did not take the torrent."""


class Incomplete(Exception):
    """The client took the torrent and did not complete it in time."""


def main(download):
    arguments = argparse.ArgumentParser()
    arguments.add_argument("source", help="path of a .torrent file, or a magnet link")
    arguments.add_argument("folder", type=pathlib.Path)
    arguments.add_argument("--address", default="0.0.0.0", help="of this client")
    arguments.add_argument("--seconds", type=float, default=60)
    arguments.add_argument("--hold", type=pathlib.Path)
    given = vars(arguments.parse_args())

    given["folder"].mkdir(parents=True, exist_ok=True)
    given["folder"] = given["folder"].resolve()
    if not given["source"].startswith("magnet:"):
        given["source"] = os.path.realpath(given["source"])
    given["deadline"] = time.monotonic() + given.pop("seconds")
    try:
        download(Job(**given))
    except Refused as problem:
        print(f"refused: {problem}")
        sys.exit(2)
    except Incomplete as problem:
        print(f"incomplete: {problem}")
        sys.exit(1)


def seed_on(job):
    """Lets "completed" reach the tracker, then seeds for as long as the caller wants."""
    time.sleep(0.5)
    while job.hold and job.hold.exists() and time.monotonic() < job.deadline:
        time.sleep(0.1)


def wait_until(condition, deadline, interval=0.2):
    """The first true value of condition(), or the last false one when time is up."""
    while True:
        value = condition()
        if value or time.monotonic() > deadline:
            return value
        time.sleep(interval)


def end(process, seconds):
    """SIGTERM, for a clean stop that tells the tracker; SIGKILL when that takes too long."""
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def running(argv, log, **options):
    with open(log, "wb") as output:
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **options)
    try:
        yield process
    finally:
        end(process, seconds=8)


def profile():
    """A folder for the client's own settings, gone afterwards."""
    return tempfile.TemporaryDirectory(prefix="btgw-client-", ignore_cleanup_errors=True)


def environment(home):
    """Nothing of the user's own settings; file names are UTF-8."""
    return os.environ | {"HOME": home, "XDG_CONFIG_HOME": home, "LC_ALL": "C.UTF-8"}
