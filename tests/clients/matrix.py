#!/usr/bin/python3
"""Every client against a running gateway, on the network that netns.sh makes.

A download has passed when the client says that it is complete and its file has the bytes that were
uploaded.
"""

import argparse
import concurrent.futures
import pathlib
import random
import re
import sys
import tempfile
import time

from api import Gateway
from cases import CLIENTS, LARGE, MIB, SWARM_CLIENTS, Case, Verdict, all_cases
from lane import Lane
from swarm import swarm_verdicts

# Clients differ in what they escape in a web seed's URL, so the name has all of it.
NAME = "Klänge (110 MiB)_1~.bin"
AT_A_TIME = 5  # clients mostly wait, for trackers and for timers of their own


def make_file(path, seed):
    """Bytes that do not compress, the same in every run."""
    generator = random.Random(seed)
    with open(path, "wb") as file:
        for start in range(0, LARGE, MIB):
            file.write(generator.randbytes(min(MIB, LARGE - start)))
    return path


def judge(case, lane):
    start = time.monotonic()
    problem = lane.blossom(case) if case.client == "blossom" else lane.download(case)
    return Verdict(case, problem, time.monotonic() - start)


def verdicts(cases, lane):
    with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
        running = [pool.submit(judge, case, lane) for case in cases]
        for ended in concurrent.futures.as_completed(running):
            yield ended.result()


def log_verdict(logs):
    """Fails on what the gateway logs when something is wrong that no client has noticed."""
    alarming = re.compile(r"\[(alert|emerg|crit)\]|Sanitizer")
    found = []
    for path in sorted(logs.glob("*.log")):
        lines = path.read_text(errors="replace").splitlines()
        found += [f"{path.name}: {line}" for line in lines if alarming.search(line)]
    return Verdict(Case("gateway", "logs nothing alarming"), "\n".join(found[:10]), 0)


class Report:
    def __init__(self):
        self.passed = 0
        self.failed = 0

    def skip(self, case):
        print(f"skip  {case.client:13} {case.what}: {case.skipped}", flush=True)

    def add(self, verdict):
        mark = "FAIL" if verdict.problem else "ok"
        print(f"{mark:5} {verdict.case.client:13} {verdict.case.what:36} {verdict.seconds:5.1f} s", flush=True)
        if verdict.problem:
            self.failed += 1
            print("      " + verdict.problem.replace("\n", "\n      "), flush=True)
        else:
            self.passed += 1


def run_cases(gateway, chosen, folder, report):
    content = gateway.upload(make_file(folder / NAME, seed=1))
    cases = [case for case in all_cases(gateway, content, folder) if case.client in chosen]
    for case in cases:
        if case.skipped:
            report.skip(case)
    lane = Lane(content, folder, range(64, 100))
    for verdict in verdicts([case for case in cases if not case.skipped], lane):
        report.add(verdict)


def run_swarm(gateway, chosen, folder, report):
    """With content of its own, whose counts the other cases have not touched."""
    clients = [client for client in SWARM_CLIENTS if client in chosen]
    if not clients:
        return
    content = gateway.upload(make_file(folder / "swarm.bin", seed=2))
    for verdict in swarm_verdicts(gateway, content, Lane(content, folder, range(2, 10)), clients):
        report.add(verdict)


def main():
    everything = [*CLIENTS, "blossom"]
    arguments = argparse.ArgumentParser()
    arguments.add_argument("gateway", help="IPv4 address")
    arguments.add_argument("logs", type=pathlib.Path, help="the gateway's folder of logs")
    arguments.add_argument("clients", nargs="*", metavar="CLIENT", help="default: all")
    given = arguments.parse_args()
    for client in given.clients:
        if client not in everything:
            arguments.error(f"no client {client}; there are {' '.join(sorted(everything))}")

    gateway, chosen, report = Gateway(given.gateway), given.clients or everything, Report()
    with tempfile.TemporaryDirectory(prefix="btgw-clients-") as folder:
        run_cases(gateway, chosen, pathlib.Path(folder), report)
        run_swarm(gateway, chosen, pathlib.Path(folder), report)
    report.add(log_verdict(given.logs))
    print(f"{report.passed} passed, {report.failed} failed")
    sys.exit(report.failed > 0)


if __name__ == "__main__":
    main()
