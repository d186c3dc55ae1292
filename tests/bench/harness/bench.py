"""What every case is given: where the programs are, a directory that is removed at the end, options."""

import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Tuple

from . import content
from .engine import Engine
from .nginx import MODULE_NAME, Nginx


@dataclass
class Bench:
    build: Path      # CMake's build directory
    directory: Path  # where servers keep their files; decides which disk is measured
    rounds: int
    seconds: int     # of each run of a load generator
    aio: str         # nginx's aio directive, for both sides
    durability: str  # of the engine

    @property
    def module(self) -> Path:
        return self.build / "ngx_module" / MODULE_NAME

    @property
    def engine(self) -> Path:
        return self.build / "engine" / "btgw-engine"

    @property
    def fill_index(self) -> Path:
        return self.build / "tests" / "bench" / "bench_fill_index"

    @contextmanager
    def workspace(self, on: str = "") -> Iterator[Path]:
        """A fresh directory; nginx's worker may be another user, so it is open to all."""
        home = Path(tempfile.mkdtemp(prefix="btgw-bench-", dir=on or self.directory))
        try:
            home.chmod(0o755)
            yield home
        finally:
            shutil.rmtree(home, ignore_errors=True)

    @contextmanager
    def gateway(self, home: Path) -> Iterator[Tuple[Nginx, Engine]]:
        """Engine and nginx over a fresh storage in `home`."""
        storage = home / "storage"
        storage.mkdir()
        with Engine(self.engine, home / "engine", storage, self.durability) as engine:
            (home / "nginx").mkdir()
            with Nginx(home / "nginx", self.module, storage, engine.endpoint, self.aio) as nginx:
                content.wait_for_uploads(nginx.api_url("upload"))
                yield nginx, engine
