"""Runs client scripts on hosts of netns.sh, and judges what they have downloaded."""

import filecmp
import pathlib
import queue
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
SECONDS = 90  # for one client to complete


class Lane:
    """A range of hosts, a fresh one for each client, that all download the same content."""

    def __init__(self, content, folder, hosts):
        self.content = content
        self.folder = folder
        self.addresses = queue.SimpleQueue()
        for host in hosts:
            self.addresses.put(f"10.99.0.{host}")

    def download(self, case, *options):
        """The problem, or nothing."""
        address = self.addresses.get(timeout=1)
        folder = self.folder / f"{case.client}-{address}"
        (script,) = HERE.glob(f"client-{case.client}*")
        client = [script, *case.arguments, folder, "--address", address]
        try:
            return problem_at(address, [*client, "--seconds", str(SECONDS), *options]) or self.difference(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def blossom(self, case):
        """The problem, or nothing. On a host of its own, since the gateway limits uploads by address."""
        return problem_at(self.addresses.get(timeout=1), [HERE / "blossom.mjs", *case.arguments])

    def difference(self, folder):
        """Nothing, if there is one file with the name and the bytes of the original."""
        found = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")]
        if [path.name for path in found] != [self.content.path.name]:
            return f"files are {[path.name for path in found]}"
        if not filecmp.cmp(found[0], self.content.path, shallow=False):
            return "the bytes differ"
        return ""


def problem_at(address, command):
    """Nothing, or the last words of a command that failed."""
    command = ["nsenter", f"--net=/run/netns/{address}", *command]
    try:
        # Clients keep the time themselves; the margin is for their clean stop.
        ended = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=SECONDS + 30)
    except subprocess.TimeoutExpired:
        return "did not end"
    if ended.returncode == 0:
        return ""
    return (ended.stdout + ended.stderr).strip()[-600:] or f"exit {ended.returncode}"
