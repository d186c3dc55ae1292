"""Seeding: the engine and qbittorrent-nox give the same 1 GiB torrent to one libtorrent client, in
turn. Seeders run on CPU 0, the client on CPU 1."""

import os
from pathlib import Path
from typing import Callable

import libtorrent

from harness import content, memory, peer
from harness import engine as gateway
from harness import qbittorrent
from harness.bench import Bench
from harness.engine import Engine
from harness.measure import Sample, Variant, interleave
from harness.nginx import Nginx
from harness.process import SERVER_CPU
from harness.report import Goal, Report, Row

# uTP is about ten times slower on loopback, so it is measured over less.
SIZES = {"tcp": 1 << 30, "utp": 64 << 20}


def run(bench: Bench) -> Report:
    report = Report("seed: one torrent to one libtorrent client")
    with bench.workspace() as home, bench.workspace(on="/dev/shm") as shm:
        for transport in SIZES:
            content.random_file(home / transport, SIZES[transport])
        _store(bench, home)
        with Engine(bench.engine, home / "engine", home / "storage", cpu=SERVER_CPU) as engine, \
                qbittorrent.QBittorrent(home / "qbittorrent", SERVER_CPU) as other:
            for transport in SIZES:
                other.seed(_torrent(home, transport), home)
                content.warm(home / transport)
                report.rows += _compare(bench, _torrent(home, transport), shm, engine, other, transport)
    report.notes.append("the client writes to memory and checks every piece; pieces of 2 MiB, the same .torrent "
                        "for both; both skip the check at start; seeder on CPU 0, client on CPU 1")
    return report


def _torrent(home: Path, transport: str) -> Path:
    return home / f"{transport}.torrent"


def _store(bench: Bench, home: Path) -> None:
    """Uploads the files, so that the engine seeds them from the next start on, and gets their torrents."""
    (home / "storage").mkdir()
    (home / "nginx").mkdir()
    with Engine(bench.engine, home / "ingest", home / "storage") as engine, \
            Nginx(home / "nginx", bench.module, home / "storage", engine.endpoint) as nginx:
        content.wait_for_uploads(nginx.api_url("upload"))
        for transport in SIZES:
            content.send_file(nginx.api_url("upload"), home / transport, "POST")
            name = content.last_answer(home / transport)["sha256"]
            torrent = _torrent(home, transport)
            torrent.write_bytes(content.fetch(nginx.api_url(f"torrent/{name}")))
            os.link(home / transport, home / libtorrent.torrent_info(str(torrent)).name())


def _compare(bench: Bench, torrent: Path, shm: Path, engine: Engine, other: qbittorrent.QBittorrent,
             transport: str) -> list:
    size = SIZES[transport]

    def from_port(port: int, cpu: Callable[[], float]) -> Sample:
        memory.back_free_memory(size * 3 // 2)
        before = cpu()
        done = peer.download(torrent, shm / os.urandom(4).hex(), port, 60, transport)
        per_gib = (1 << 30) / size
        return {"MB/s": size / done["seconds"] / 1e6, "CPU s": (cpu() - before) * per_gib,
                "client CPU s": done["cpu"] * per_gib}

    results = interleave([
        Variant("qbittorrent", lambda: from_port(qbittorrent.PEER_PORT, other.cpu)),
        Variant("ours", lambda: from_port(gateway.PEER_PORT, engine.cpu))], bench.rounds)
    ours, theirs = results["ours"], results["qbittorrent"]
    title = f"{size >> 20} MiB, {transport}"
    return [
        Row(title, "MB/s", ours["MB/s"], "qbittorrent", theirs["MB/s"], Goal(1.0)),
        Row(title, "seeder CPU s/GiB", ours["CPU s"], "qbittorrent", theirs["CPU s"]),
        Row(title, "client CPU s/GiB", ours["client CPU s"], "qbittorrent", theirs["client CPU s"]),
    ]
