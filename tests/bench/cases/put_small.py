"""Small uploads: distinct 10 KB bodies from 64 connections, durable when answered, against nginx's dav
PUT, which syncs nothing."""

import os

from harness import disk_bound, wrk
from harness.bench import Bench
from harness.engine import Engine
from harness.measure import Sample, Series, Variant, interleave
from harness.nginx import Nginx
from harness.report import Report, Row

SIZE = 10 << 10


def run(bench: Bench) -> Report:
    report = Report("put_small: uploads of 10 KB")
    with bench.workspace() as home:
        with bench.gateway(home) as (nginx, engine):
            results = interleave([
                Variant("dav", lambda: _load(bench, nginx, engine, nginx.dav_url(), "PUT")),
                Variant("ours", lambda: _load(bench, nginx, engine, nginx.api_url("upload"), "POST"))],
                bench.rounds)
        syncs = disk_bound.small_syncs_per_second(home, SIZE, 2)
    ours, dav = results["ours"], results["dav"]
    report.rows = [
        Row("10 KB", "uploads/s", ours["req/s"], "dav, not durable", dav["req/s"]),
        Row("10 KB", "uploads/s", ours["req/s"], "fdatasync, one thread", Series([syncs])),
        Row("10 KB", "worker us/upload", ours["us/req"], "dav, not durable", dav["us/req"]),
        Row("10 KB", "engine us/upload", ours["engine us/req"]),
        Row("10 KB", "p50 ms", ours["p50 ms"], "dav, not durable", dav["p50 ms"]),
        Row("10 KB", "p99 ms", ours["p99 ms"], "dav, not durable", dav["p99 ms"]),
    ]
    report.notes.append(f"64 connections, anonymous, durability {bench.durability}")
    return report


def _load(bench: Bench, nginx: Nginx, engine: Engine, url: str, method: str) -> Sample:
    os.sync()  # an earlier round's dirty pages are not this one's
    before = engine.cpu()
    sample = wrk.load(url, nginx.worker, bench.seconds, script="uploads.lua", settings={
        "BENCH_METHOD": method, "BENCH_SIZE": str(SIZE), "BENCH_RUN": os.urandom(8).hex()})
    sample["engine us/req"] = (engine.cpu() - before) / sample["requests"] * 1e6
    return sample
