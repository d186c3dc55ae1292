"""wrk as load generator, and the server's CPU time that a run of it costs."""

import os
import re
import subprocess
from pathlib import Path
from typing import Dict, Optional

from .measure import Sample
from .process import CLIENT_CPU, cpu_seconds

SCRIPTS = Path(__file__).resolve().parent.parent / "lua"


def load(url: str, worker: int, seconds: int, connections: int = 64, script: Optional[str] = None,
         settings: Optional[Dict[str, str]] = None) -> Sample:
    """One run. `settings` reaches the Lua script as environment variables."""
    command = ["taskset", "-c", str(CLIENT_CPU), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s",
               "--latency", "--timeout", "10s"]
    if script is not None:
        command += ["-s", str(SCRIPTS / script)]
    before = cpu_seconds(worker)
    done = subprocess.run(command + [url], capture_output=True, text=True, check=True,
                          timeout=seconds + 30, env={**os.environ, **(settings or {})})
    spent = cpu_seconds(worker) - before
    return _figures(done.stdout, spent)


def _figures(output: str, spent: float) -> Sample:
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    failed = re.search(r"Socket errors: (.*)", output)
    if bad or failed:
        raise RuntimeError(f"the load met errors, so its rate means nothing:\n{output}")
    requests = int(_line(r"(\d+) requests in", output))
    return {
        "requests": requests,
        "req/s": float(_line(r"Requests/sec:\s+([\d.]+)", output)),
        "us/req": spent / requests * 1e6,
        "p50 ms": _milliseconds(_line(r"50%\s+(\S+)", output)),
        "p99 ms": _milliseconds(_line(r"99%\s+(\S+)", output)),
    }


def _line(pattern: str, output: str) -> str:
    """What a line that begins with the pattern says."""
    return re.search(r"^\s*" + pattern, output, re.MULTILINE).group(1)


def _milliseconds(text: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * {"us": 1e-3, "ms": 1, "s": 1e3, "m": 6e4}[unit]
