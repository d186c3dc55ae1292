"""How fast this machine can hash at all: what an upload cannot beat."""

import re
import subprocess
from dataclasses import dataclass

from .process import CLIENT_CPU


@dataclass
class HashBound:
    sha256: float  # seconds per GiB on one core
    sha1: float    # seconds per GiB on one core

    @property
    def upload(self) -> float:
        """SHA-256 of the content, SHA-1 of the pieces and SHA-256 of the merkle leaves, seconds per GiB
        of one core. Inner nodes of the tree add 64 bytes to every 16 KiB: left out."""
        return 2 * self.sha256 + self.sha1


def measure() -> HashBound:
    return HashBound(_seconds_per_gib("sha256"), _seconds_per_gib("sha1"))


def _seconds_per_gib(algorithm: str) -> float:
    done = subprocess.run(["taskset", "-c", str(CLIENT_CPU), "openssl", "speed", "-seconds", "2",
                           "-bytes", "16384", "-evp", algorithm],
                          capture_output=True, text=True, check=True, timeout=30)
    rate = float(re.search(rf"^{algorithm}\s+([\d.]+)k", done.stdout, re.MULTILINE | re.IGNORECASE).group(1))
    return (1 << 30) / (rate * 1000)
