"""Peers as a seeder meets them: a bare BEP 3 handshake, and whole downloads."""

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import List, Optional

from .process import CLIENT_CPU

_PROGRAM = Path(__file__).with_name("torrent_client.py")


def seeds(port: int, info_hash: bytes) -> bool:
    """Whether the seeder at that port answers a handshake for this info-hash: it closes the connection
    on one that it does not know."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(b"\x13BitTorrent protocol" + bytes(8) + info_hash + b"-BN0001-" + os.urandom(12))
            return _receive(connection, 48)[28:48] == info_hash
    except OSError:
        return False


def _receive(connection: socket.socket, size: int) -> bytes:
    received = b""
    while len(received) < size:
        more = connection.recv(size - len(received))
        if not more:
            break
        received += more
    return received


def download(torrent: Path, directory: Path, port: int, seconds: float, transport: str = "tcp",
             cpu: Optional[int] = CLIENT_CPU) -> dict:
    """Downloads everything from the seeder at that port into a directory, which is removed after it."""
    directory.mkdir(parents=True)
    command: List[str] = [sys.executable, str(_PROGRAM), str(torrent), str(directory), "127.0.0.1",
                          str(port), str(seconds), transport]
    if cpu is not None:
        command = ["taskset", "-c", str(cpu)] + command
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 30)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    if done.returncode != 0:
        raise RuntimeError(f"download from port {port} failed: {done.stdout}{done.stderr}")
    return json.loads(done.stdout)
