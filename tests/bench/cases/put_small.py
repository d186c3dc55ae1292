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
UNKNOWN = "application/octet-stream"  # the engine looks at the bytes to find the type


def run(bench: Bench) -> Report:
    report = Report("put_small: uploads of 10 KB")
    with bench.workspace() as home:
        with bench.gateway(home) as (nginx, engine):
            def variant(name: str, url: str, method: str, media_type: str) -> Variant:
                return Variant(name, lambda: _load(bench, nginx, engine, url, method, media_type))

            upload = nginx.api_url("upload")
            results = interleave([variant("dav", nginx.dav_url(), "PUT", UNKNOWN),
                                  variant("ours", upload, "POST", UNKNOWN),
                                  variant("typed", upload, "POST", "image/jpeg")], bench.rounds)
        syncs = disk_bound.small_syncs_per_second(home, SIZE, 2)
    ours, dav, typed = results["ours"], results["dav"], results["typed"]
    report.rows = [
        Row("10 KB", "uploads/s", ours["req/s"], "dav, not durable", dav["req/s"]),
        Row("10 KB", "uploads/s", ours["req/s"], "fdatasync, one thread", Series([syncs])),
        Row("10 KB, type given", "uploads/s", typed["req/s"], "dav, not durable", dav["req/s"]),
        Row("10 KB", "worker us/upload", ours["us/req"], "dav, not durable", dav["us/req"]),
        Row("10 KB", "engine us/upload", ours["engine us/req"], "type given", typed["engine us/req"]),
        Row("10 KB", "p50 ms", ours["p50 ms"], "dav, not durable", dav["p50 ms"]),
        Row("10 KB", "p99 ms", ours["p99 ms"], "dav, not durable", dav["p99 ms"]),
    ]
    report.notes.append(f"64 connections, anonymous, durability {bench.durability}; bodies are random bytes, whose "
                        "type the engine looks for in vain unless it is given")
    return report


def _load(bench: Bench, nginx: Nginx, engine: Engine, url: str, method: str, media_type: str) -> Sample:
    os.sync()  # an earlier round's dirty pages are not this one's
    before = engine.cpu()
    sample = wrk.load(url, nginx.worker, bench.seconds, script="uploads.lua", settings={
        "BENCH_METHOD": method, "BENCH_TYPE": media_type, "BENCH_SIZE": str(SIZE),
        "BENCH_RUN": os.urandom(8).hex()})
    sample["engine us/req"] = (engine.cpu() - before) / sample["requests"] * 1e6
    return sample
