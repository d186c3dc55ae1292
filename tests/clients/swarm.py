"""Several clients download at once, from engine, web seed and each other, and the tracker counts them."""

import concurrent.futures
import dataclasses
import time

from cases import Case, Verdict
from lane import SECONDS


def swarm_verdicts(gateway, content, lane, clients):
    """The clients seed on until the tracker was asked for its counts."""
    source = lane.folder / "swarm.torrent"
    source.write_bytes(content.torrent)
    hold = lane.folder / "hold"
    hold.touch()
    start = time.monotonic()
    before = gateway.scrape(content)
    full = dataclasses.replace(
        before, complete=before.complete + len(clients), downloaded=before.downloaded + len(clients)
    )

    def verdict(case, problem):
        return Verdict(case, problem, time.monotonic() - start)

    with concurrent.futures.ThreadPoolExecutor(len(clients)) as pool:
        cases = [Case(client, "in a swarm, from everything", (str(source),)) for client in clients]
        running = [pool.submit(lane.download, case, "--hold", str(hold)) for case in cases]
        problem = wait_for_counts(gateway, content, full, SECONDS, lambda: any(each.done() for each in running))
        hold.unlink()
        yield verdict(Case("tracker", "counts every seed and every download"), problem)
        for case, ended in zip(cases, running):
            yield verdict(case, ended.result())

    after = dataclasses.replace(before, downloaded=full.downloaded)
    problem = wait_for_counts(gateway, content, after, 10)
    yield verdict(Case("tracker", "forgets the clients that have left"), problem)


def wait_for_counts(gateway, content, wanted, seconds, give_up=lambda: False):
    """Nothing, or what the counts are instead."""
    deadline = time.monotonic() + seconds
    while (counts := gateway.scrape(content)) != wanted:
        if time.monotonic() > deadline or give_up():
            return f"scrape says {counts}, not {wanted}"
        time.sleep(0.2)
    return ""
