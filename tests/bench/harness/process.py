"""Starting, watching and ending processes; all figures come from /proc."""

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Callable, List, Optional

SERVER_CPU = 0
CLIENT_CPU = 1
_TICKS = os.sysconf("SC_CLK_TCK")


class Died(RuntimeError):
    pass


class Process:
    """A child that is ended by its pid when the block ends."""

    def __init__(self, command: List[str], log: Path, cpu: Optional[int] = None,
                 env: Optional[dict] = None):
        prefix = [] if cpu is None else ["taskset", "-c", str(cpu)]
        self.log = log
        self._out = open(log, "ab")
        self._child = subprocess.Popen(prefix + command, stdin=subprocess.DEVNULL,
                                       stdout=self._out, stderr=self._out, env=env)

    @property
    def pid(self) -> int:
        return self._child.pid

    def wait_until(self, ready: Callable[[], bool], seconds: float, poll: float = 0.02) -> None:
        """Ends the process when it does not become ready: nobody else has it yet."""
        try:
            self._poll_until(ready, time.monotonic() + seconds, poll)
        except BaseException:
            self.end()
            raise

    def _poll_until(self, ready: Callable[[], bool], deadline: float, poll: float) -> None:
        while not ready():
            if self._child.poll() is not None:
                raise Died(f"{self._child.args} ended with {self._child.returncode}:\n{self.tail()}")
            if time.monotonic() > deadline:
                raise Died(f"{self._child.args} was not ready in time:\n{self.tail()}")
            time.sleep(poll)

    def tail(self) -> str:
        return self.log.read_text(errors="replace")[-2000:]

    def end(self, how: int = signal.SIGTERM, seconds: float = 10) -> None:
        if self._child.poll() is None:
            self._child.send_signal(how)
            try:
                self._child.wait(seconds)
            except subprocess.TimeoutExpired:
                self._child.kill()
                self._child.wait()
        self._out.close()

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, *_error) -> None:
        self.end()


def cpu_seconds(pid: int) -> float:
    """User and system time of all threads, in steps of 10 ms."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def memory_kib(pid: int, field: str) -> int:
    """A line of /proc/<pid>/status: VmRSS, VmHWM, RssAnon, RssFile."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1])
    raise KeyError(field)


def open_descriptors(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def children(pid: int) -> List[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
