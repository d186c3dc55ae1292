"""Large uploads: 1 GiB that becomes durable chunked content with a torrent, against nginx's dav PUT,
which hashes nothing and syncs nothing, and against the cost of the hashes alone."""

import os
import time
from pathlib import Path

from harness import content, disk_bound, hash_bound, memory
from harness.bench import Bench
from harness.engine import Engine
from harness.measure import Sample, Series, Variant, interleave
from harness.nginx import Nginx
from harness.report import Report, Row

SIZE = 1 << 30


def run(bench: Bench) -> Report:
    report = Report("put_large: uploads of 1 GiB")
    bound = hash_bound.measure()
    with bench.workspace() as home:
        # The source is in memory: what is read is not what is measured.
        with bench.workspace(on="/dev/shm") as shm, bench.gateway(home) as (nginx, engine):
            source = content.random_file(shm / "source", SIZE)
            results = interleave([
                Variant("dav", lambda: _put_dav(nginx, engine, source)),
                Variant("ours", lambda: _put_ours(nginx, engine, source))], bench.rounds)
        memory.back_free_memory(SIZE * 3 // 2)
        disk = disk_bound.large_write_seconds(home, SIZE)
    ours, dav = results["ours"], results["dav"]
    bound_rate = Series([SIZE / bound.upload / 1e6])
    report.rows = [
        Row("1 GiB", "MB/s", ours["MB/s"], "dav", dav["MB/s"]),
        Row("1 GiB", "MB/s", ours["MB/s"], "hashes, one core", bound_rate),
        Row("1 GiB", "MB/s", ours["MB/s"], "write + fdatasync", Series([SIZE / disk / 1e6])),
        Row("1 GiB", "worker CPU s", ours["worker CPU s"], "dav", dav["worker CPU s"]),
        Row("1 GiB", "worker CPU s", ours["worker CPU s"], "SHA-256", Series([bound.sha256])),
        Row("1 GiB", "engine CPU s", ours["engine CPU s"], "SHA-1 + merkle",
            Series([bound.sha1 + bound.sha256])),
        Row("1 GiB", "CPU s in all", ours["CPU s"], "hashes", Series([bound.upload])),
    ]
    report.notes.append(f"durability {bench.durability}; dirty pages left after the answer took "
                        f"{dav['sync s'].median:.2f} s (dav) and {ours['sync s'].median:.2f} s (ours) to sync")
    report.notes.append(f"one core hashes 1 GiB in {bound.sha256:.2f} s (SHA-256), {bound.sha1:.2f} s (SHA-1)")
    return report


def _put_dav(nginx: Nginx, engine: Engine, source: Path) -> Sample:
    sample = _put(nginx, engine, source, nginx.dav_url("large"), "PUT")
    (nginx.dav_files / "large").unlink()
    return sample


def _put_ours(nginx: Nginx, engine: Engine, source: Path) -> Sample:
    sample = _put(nginx, engine, source, nginx.api_url("upload"), "POST")
    torrent = content.fetch(nginx.api_url("torrent/" + content.last_answer(source)["sha256"]))
    if b"4:info" not in torrent:
        raise RuntimeError("the upload was answered before its torrent was there")
    return sample


def _put(nginx: Nginx, engine: Engine, source: Path, url: str, method: str) -> Sample:
    content.stamp(source)
    os.sync()  # an earlier round's dirty pages are not this one's
    memory.back_free_memory(SIZE * 3 // 2)
    worker, hashing = nginx.cpu(), engine.cpu()
    seconds = content.send_file(url, source, method)
    worker, hashing = nginx.cpu() - worker, engine.cpu() - hashing
    start = time.monotonic()
    os.sync()
    return {"MB/s": SIZE / seconds / 1e6, "worker CPU s": worker, "engine CPU s": hashing,
            "CPU s": worker + hashing, "sync s": time.monotonic() - start}
