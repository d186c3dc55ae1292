"""Small downloads: GET of 10 KB and 1 MB blobs over 64 kept-alive connections, against nginx's own
static files with open_file_cache, served by the same worker."""

import os

from harness import content, wrk
from harness.bench import Bench
from harness.measure import Variant, interleave
from harness.nginx import Nginx
from harness.report import Goal, Report, Row

DISTINCT = 1000


def run(bench: Bench) -> Report:
    report = Report("get_small: downloads of small blobs")
    with bench.workspace() as home, bench.gateway(home) as (nginx, _engine):
        for title, size, count in (("10 KB", 10 << 10, 1), (f"10 KB, {DISTINCT} files", 10 << 10, DISTINCT),
                                   ("2 KB (in the index)", 2 << 10, 1), ("1 MB", 1 << 20, 1)):
            report.rows += _compare(bench, nginx, title, size, count)
    report.notes.append(f"64 connections, keep-alive; aio {bench.aio} for both sides")
    return report


def _compare(bench: Bench, nginx: Nginx, title: str, size: int, count: int) -> list:
    hashes = content.upload_small(nginx.api_url("upload"), _make_files(nginx, size, count))
    static_paths, our_paths = nginx.home / "static.paths", nginx.home / "ours.paths"
    static_paths.write_text("".join(f"/static/{size}-{n}\n" for n in range(count)))
    our_paths.write_text("".join(f"/{name}\n" for name in hashes))

    def load(url: str, paths) -> dict:
        return wrk.load(url, nginx.worker, bench.seconds, script="paths.lua",
                        settings={"BENCH_PATHS": str(paths)})

    results = interleave([Variant("static", lambda: load(nginx.static_url(), static_paths)),
                          Variant("ours", lambda: load(nginx.blossom_url(), our_paths))], bench.rounds)
    ours, static = results["ours"], results["static"]
    return [
        Row(title, "req/s", ours["req/s"], "static", static["req/s"], Goal(0.95)),
        Row(title, "worker us/req", ours["us/req"], "static", static["us/req"]),
        Row(title, "p99 ms", ours["p99 ms"], "static", static["p99 ms"]),
    ]


def _make_files(nginx: Nginx, size: int, count: int) -> list:
    bodies = [os.urandom(size) for _ in range(count)]
    for number, body in enumerate(bodies):
        (nginx.static_files / f"{size}-{number}").write_bytes(body)
    return bodies
