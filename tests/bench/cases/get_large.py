"""Large downloads: 1 GiB of chunked content against one file served by nginx itself; and what 100 slow
readers cost the worker in memory and descriptors."""

import subprocess
from pathlib import Path
from typing import Callable

from harness import content
from harness.bench import Bench
from harness.measure import Sample, Series, Variant, interleave
from harness.nginx import Nginx
from harness.process import CLIENT_CPU, memory_kib, open_descriptors
from harness.report import Goal, Report, Row
from harness.slow_readers import read_slowly

LARGE = 1 << 30
SMALLER = 128 << 20
READERS = 100


def run(bench: Bench) -> Report:
    report = Report("get_large: downloads of chunked content")
    with bench.workspace() as home:
        with bench.gateway(home) as (nginx, _engine):
            hashes = {size: _store(nginx, size) for size in (LARGE, SMALLER)}
            report.rows += _throughput(bench, nginx, hashes[LARGE])
        report.rows += _slow_readers(bench, home, hashes)
    report.notes.append(f"one curl to /dev/null; aio {bench.aio} for both sides")
    report.notes.append(f"{READERS} slow readers: 8 s each, {LARGE >> 20} MiB against {SMALLER >> 20} MiB; "
                        "each from a fresh worker")
    return report


def _store(nginx: Nginx, size: int) -> str:
    file = content.random_file(nginx.static_files / str(size), size)
    content.send_file(nginx.api_url("upload"), file, "POST")
    return content.last_answer(file)["sha256"]


def _throughput(bench: Bench, nginx: Nginx, name: str) -> list:
    content.warm(nginx.static_files)

    results = interleave([
        Variant("static", lambda: _download(nginx, nginx.static_url(str(LARGE)))),
        Variant("ours", lambda: _download(nginx, nginx.blossom_url(name)))], bench.rounds + 2)
    ours, static = results["ours"], results["static"]
    return [Row("1 GiB", "MB/s", ours["MB/s"], "static", static["MB/s"], Goal(0.95)),
            Row("1 GiB", "worker CPU s/GiB", ours["CPU s"], "static", static["CPU s"])]


def _download(nginx: Nginx, url: str) -> Sample:
    before = nginx.cpu()
    done = subprocess.run(["taskset", "-c", str(CLIENT_CPU), "curl", "-sSf", "-o", "/dev/null",
                           "-w", "%{size_download} %{time_total}", "--max-time", "60", url],
                          capture_output=True, text=True, check=True)
    size, seconds = done.stdout.split()
    if int(size) != LARGE:
        raise RuntimeError(f"{url}: {size} bytes instead of {LARGE}")
    return {"MB/s": LARGE / float(seconds) / 1e6, "CPU s": nginx.cpu() - before}


def _slow_readers(bench: Bench, home: Path, hashes: dict) -> list:
    small = _footprint(bench, home, lambda nginx: nginx.blossom_url(hashes[SMALLER]))
    large = _footprint(bench, home, lambda nginx: nginx.blossom_url(hashes[LARGE]))
    static = _footprint(bench, home, lambda nginx: nginx.static_url(str(LARGE)))
    title = f"{READERS} slow readers, 1 GiB"
    rows = []
    for metric in ("worker peak RSS KiB", "open descriptors"):
        rows.append(Row(title, metric, large[metric], "128 MiB", small[metric], Goal(1.05, at_least=False)))
        rows.append(Row(title, metric, large[metric], "static", static[metric]))
    return rows


def _footprint(bench: Bench, home: Path, url: Callable[[Nginx], str]) -> dict:
    """Of a worker that has served nothing before: its caches are empty. Reading needs no engine."""
    with Nginx(home / "nginx", bench.module, home / "storage", "ipc:///nobody", bench.aio) as nginx:
        most = 0

        def watch() -> None:
            nonlocal most
            most = max(most, open_descriptors(nginx.worker))

        read_slowly(url(nginx), READERS, 8, watch)
        return {"worker peak RSS KiB": Series([memory_kib(nginx.worker, "VmHWM")]),
                "open descriptors": Series([most])}
