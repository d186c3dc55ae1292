"""Test bytes: files of distinct content, and uploads of them."""

import hashlib
import http.client
import json
import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import List
from urllib.parse import urlsplit

from .process import CLIENT_CPU

CHUNK = 2 << 20  # bytes; the gateway's chunk, so that stamping each makes all of them new


def random_file(path: Path, size: int) -> Path:
    with open(path, "wb") as file:
        while size > 0:
            size -= file.write(os.urandom(min(size, 8 << 20)))
    return path


def stamp(path: Path) -> None:
    """Makes every chunk of the file one that no server has seen, by 16 new bytes in each."""
    with open(path, "r+b") as file:
        for offset in range(0, path.stat().st_size, CHUNK):
            file.seek(offset)
            file.write(os.urandom(16))


def warm(path: Path) -> None:
    """Reads files into the page cache."""
    for file in [path] if path.is_file() else path.rglob("*"):
        if file.is_file():
            with open(file, "rb") as source:
                while source.read(8 << 20):
                    pass


def upload_small(api_upload_url: str, bodies: List[bytes]) -> List[str]:
    """POSTs raw bodies from a few connections; returns their SHA-256 in order."""
    url = urlsplit(api_upload_url)

    def upload_share(share: List[bytes]) -> None:
        connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
        for body in share:
            connection.request("POST", url.path, body, {"Content-Type": "application/octet-stream"})
            answer = connection.getresponse()
            text = answer.read()
            if answer.status not in (200, 201):
                raise RuntimeError(f"upload refused: {answer.status} {text[:300]!r}")
        connection.close()

    shares = [bodies[number::8] for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(upload_share, shares))
    return [hashlib.sha256(body).hexdigest() for body in bodies]


def wait_for_uploads(api_upload_url: str, seconds: float = 10) -> None:
    """Returns once the workers have found the engine: until then they refuse uploads."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            upload_small(api_upload_url, [b"is the engine there?"])
            return
        except RuntimeError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def send_file(url: str, path: Path, method: str) -> float:
    """Uploads a file by curl; returns seconds from connect to the complete answer."""
    done = subprocess.run(
        ["taskset", "-c", str(CLIENT_CPU), "curl", "-sS", "-o", str(path) + ".answer", "-X", method,
         "-T", str(path), "-H", "Content-Type: application/octet-stream", "-H", "Expect:",
         "-w", "%{http_code} %{time_total}", "--max-time", "120", url],
        capture_output=True, text=True, check=True)
    status, seconds = done.stdout.split()
    if status not in ("201", "204"):
        raise RuntimeError(f"{url}: {status} {Path(str(path) + '.answer').read_bytes()[:300]!r}")
    return float(seconds)


def last_answer(path: Path) -> dict:
    """The JSON that the last send_file of this path was answered with."""
    return json.loads(Path(str(path) + ".answer").read_text())


def fetch(url: str) -> bytes:
    done = subprocess.run(["curl", "-sSf", "--max-time", "60", url], capture_output=True, check=True)
    return done.stdout
