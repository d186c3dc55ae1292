"""Many clients that take a download slowly, in one thread."""

import selectors
import socket
import time
from typing import Callable
from urllib.parse import urlsplit

READ = 16 << 10  # bytes that a reader takes at a time


def read_slowly(url: str, readers: int, seconds: float, each_tick: Callable[[], None],
                interval: float = 0.1) -> int:
    """Every reader takes READ bytes each `interval`; calls each_tick after every turn. Returns the
    bytes read. The connections are cut at the end."""
    target = urlsplit(url)
    sockets = [_request(target.hostname, target.port, target.path) for _ in range(readers)]
    taken = 0
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        taken += _take_once(sockets)
        each_tick()
        time.sleep(interval)
    for connection in sockets:
        connection.close()
    return taken


def _request(host: str, port: int, path: str) -> socket.socket:
    connection = socket.create_connection((host, port), timeout=10)
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    return connection


def _take_once(sockets: list) -> int:
    taken = 0
    with selectors.DefaultSelector() as selector:
        for connection in sockets:
            selector.register(connection, selectors.EVENT_READ)
        for key, _events in selector.select(timeout=1):
            data = key.fileobj.recv(READ)
            if not data:
                raise RuntimeError("a slow reader was cut off")
            taken += len(data)
    return taken
