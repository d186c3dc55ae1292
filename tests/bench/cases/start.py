"""Engine start with 100,000 torrents in the index: when the first is seeded, when all are, and memory."""

import json
import subprocess
import time
from pathlib import Path
from typing import List, Tuple

from harness import peer
from harness.bench import Bench
from harness.engine import PEER_PORT, Engine
from harness.measure import Sample, Series
from harness.process import memory_kib
from harness.report import Report, Row

TORRENTS = 100_000
SAMPLE = 500  # torrents, evenly spread in hash order, that stand for all
LIMIT = 60    # seconds


def run(bench: Bench) -> Report:
    report = Report(f"start: engine start with {TORRENTS:,} torrents")
    with bench.workspace() as home:
        storage = home / "storage"
        torrents, filling = _fill(bench, storage, TORRENTS)
        full = [_start(bench, home / f"full-{n}", storage, torrents) for n in range(min(bench.rounds, 3))]
        few = home / "few"
        _fill(bench, few, 1)
        empty = _memory_when_nearly_empty(bench, home / "empty", few)
    for metric in full[0]:
        report.rows.append(Row(f"{TORRENTS:,} torrents", metric, Series([sample[metric] for sample in full])))
    report.rows.append(Row("each torrent", "KiB anonymous", Series(
        [(sample["anonymous MiB"] - empty) * 1024 / TORRENTS for sample in full])))
    report.notes.append(f"times from the start of the process; `all` is when {SAMPLE} torrents spread over the "
                        "index answer handshakes, polled in turn")
    report.notes.append(f"filling the index took {filling:.1f} s; RSS that is not anonymous is the index, mapped "
                        "and shared with the workers")
    return report


def _fill(bench: Bench, storage: Path, count: int) -> Tuple[List[dict], float]:
    """Sampled torrents: [{"info_hash": hex, "file": path of the .torrent}], and how long filling took."""
    samples = storage.with_name(storage.name + "-torrents")
    samples.mkdir()
    start = time.monotonic()
    done = subprocess.run([str(bench.fill_index), str(storage), str(count), str(samples), str(min(SAMPLE, count))],
                          capture_output=True, text=True, check=True, timeout=120)
    return [json.loads(line) for line in done.stdout.splitlines()], time.monotonic() - start


def _start(bench: Bench, home: Path, storage: Path, torrents: List[dict]) -> Sample:
    start = time.monotonic()
    with Engine(bench.engine, home, storage, wait=False) as engine:
        first = _wait_for_all(torrents[:1], start)
        handshakes = _wait_for_all(torrents, start)
        resident = memory_kib(engine.process.pid, "VmRSS") / 1024
        anonymous = memory_kib(engine.process.pid, "RssAnon") / 1024
        cpu = engine.cpu()
        began = time.monotonic()
        peer.download(Path(torrents[-1]["file"]), home / "client", PEER_PORT, 20, cpu=None)
        whole = time.monotonic() - began
    return {"s until the first answers": first, "s until all answer": handshakes, "engine CPU s": cpu,
            "RSS MiB": resident, "anonymous MiB": anonymous, "s for a client to complete one": whole}


def _wait_for_all(torrents: List[dict], start: float) -> float:
    waiting = [bytes.fromhex(torrent["info_hash"]) for torrent in torrents]
    while waiting:
        if time.monotonic() - start > LIMIT:
            raise RuntimeError(f"{len(waiting)} of {len(torrents)} torrents not seeded after {LIMIT} s")
        while waiting and peer.seeds(PEER_PORT, waiting[-1]):
            waiting.pop()
        if waiting:
            time.sleep(0.02)
    return time.monotonic() - start


def _memory_when_nearly_empty(bench: Bench, home: Path, storage: Path) -> float:
    with Engine(bench.engine, home, storage) as engine:
        time.sleep(1)
        return memory_kib(engine.process.pid, "RssAnon") / 1024
