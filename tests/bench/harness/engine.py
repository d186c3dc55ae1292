"""The engine, seeding on loopback and talking to nobody else."""

import socket
from pathlib import Path
from typing import Optional

from .process import Process, cpu_seconds

PEER_PORT = 18482

_CONFIG = """
gateway:
  endpoint: {endpoint}
  socket_mode: 0660
storage:
  path: {storage}
  map_size: 64g
  durability: {durability}
  hash_threads: 0
torrent:
  listen: ["127.0.0.1:{port}"]
  seed_formats: [v1]
  pex: false
  lsd: false
dht:
  enabled: false
log:
  level: info
"""


class Engine:
    def __init__(self, binary: Path, home: Path, storage: Path, durability: str = "full",
                 cpu: Optional[int] = None, wait: bool = True):
        home.mkdir(parents=True, exist_ok=True)
        self.endpoint = f"ipc://{home}/engine.sock"
        config = home / "engine.yaml"
        config.write_text(_CONFIG.format(endpoint=self.endpoint, storage=storage, port=PEER_PORT,
                                         durability=durability))
        self.process = Process([str(binary), "--config", str(config)], home / "engine.log", cpu=cpu)
        if wait:
            self.process.wait_until(self._is_ready, 20)

    def _is_ready(self) -> bool:
        return Path(self.endpoint[len("ipc://"):]).exists() and takes_peers()

    def cpu(self) -> float:
        return cpu_seconds(self.process.pid)

    def __enter__(self) -> "Engine":
        return self

    def __exit__(self, *_error) -> None:
        self.process.end(seconds=30)


def takes_peers() -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", PEER_PORT)) == 0
