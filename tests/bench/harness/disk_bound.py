"""How fast this disk makes bytes durable: what a durable upload cannot beat."""

import os
import time
from pathlib import Path


def large_write_seconds(directory: Path, size: int) -> float:
    """Seconds to write a file of `size` bytes from memory and sync it."""
    block = os.urandom(1 << 20)
    path = directory / "disk-bound"
    start = time.monotonic()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for _ in range(size >> 20):
        os.write(descriptor, block)
    os.fdatasync(descriptor)
    seconds = time.monotonic() - start
    os.close(descriptor)
    path.unlink()
    return seconds


def small_syncs_per_second(directory: Path, size: int, seconds: float) -> float:
    """New files of `size` bytes, each synced before the next, by one thread."""
    block = os.urandom(size)
    made = []
    start = time.monotonic()
    while time.monotonic() - start < seconds:
        path = directory / f"sync-bound-{len(made)}"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)
        os.write(descriptor, block)
        os.fdatasync(descriptor)
        os.close(descriptor)
        made.append(path)
    rate = len(made) / (time.monotonic() - start)
    for path in made:
        path.unlink()
    return rate
