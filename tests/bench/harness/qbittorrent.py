"""qbittorrent-nox seeding one file, with a profile of its own and nothing on but TCP, uTP and its API."""

import os
import subprocess
import time
from pathlib import Path

from .process import Process, cpu_seconds

PEER_PORT = 18483
_API_PORT = 18484

_PROFILE = r"""
[LegalNotice]
Accepted=true
[BitTorrent]
Session\DHTEnabled=false
Session\LSDEnabled=false
Session\PeXEnabled=false
Session\Port={port}
Session\Interface=lo
Session\InterfaceName=lo
Session\InterfaceAddress=127.0.0.1
Session\QueueingSystemEnabled=false
Session\MultiConnectionsPerIp=true
[Network]
PortForwardingEnabled=false
[Preferences]
WebUI\Address=127.0.0.1
WebUI\Port={api}
WebUI\LocalHostAuth=false
WebUI\CSRFProtection=false
WebUI\HostHeaderValidation=false
WebUI\UseUPnP=false
General\Locale=en
"""


class QBittorrent:
    def __init__(self, home: Path, cpu: int):
        profile = home / "qBittorrent" / "config"
        profile.mkdir(parents=True)
        (profile / "qBittorrent.conf").write_text(_PROFILE.format(port=PEER_PORT, api=_API_PORT))
        self.process = Process(["qbittorrent-nox", f"--profile={home}"], home / "qbittorrent.out", cpu=cpu,
                               env={**os.environ, "HOME": str(home)})
        self.process.wait_until(lambda: bool(self._call("app/version")), 20, poll=0.1)

    def seed(self, torrent: Path, directory: Path) -> None:
        """Takes the file as complete, as the gateway does: no re-check."""
        self._call("torrents/add", "-F", f"torrents=@{torrent}", "-F", f"savepath={directory}",
                   "-F", "skip_checking=true")
        deadline = time.monotonic() + 20
        while b'"progress":1' not in self._call("torrents/info"):
            if time.monotonic() > deadline:
                raise RuntimeError("qbittorrent does not seed: " + self._call("torrents/info").decode()[:500])
            time.sleep(0.1)

    def cpu(self) -> float:
        return cpu_seconds(self.process.pid)

    def _call(self, path: str, *arguments: str) -> bytes:
        return subprocess.run(["curl", "-s", "--max-time", "10", *arguments,
                               f"http://127.0.0.1:{_API_PORT}/api/v2/{path}"], capture_output=True).stdout

    def __enter__(self) -> "QBittorrent":
        return self

    def __exit__(self, *_error) -> None:
        self.process.end()
