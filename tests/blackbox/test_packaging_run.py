"""packaging/run: from a checkout to the first upload, and the shipped configuration."""
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile

import pytest

from gateway import BUILD, ROOT, SANITIZE, free_port, has_ipv6, pseudo_random, sha256, wait_until

pytestmark = pytest.mark.skipif(SANITIZE, reason="runs the ordinary build")


@pytest.fixture(scope="module")
def site():
    """Settings of a gateway that packaging/run installs and runs."""
    # Not below a directory of pytest's: www-data must be able to enter it.
    prefix = tempfile.mkdtemp(prefix="btgw-run-", dir="/tmp")
    os.chmod(prefix, 0o755)
    ports = {name: free_port() for name in ("BTGW_PORT", "BTGW_BLOSSOM_PORT", "BTGW_PEER_PORT")}
    yield {"BTGW_PREFIX": f"{prefix}/gateway", "BTGW_BUILD": BUILD, **{n: str(p) for n, p in ports.items()}}
    shutil.rmtree(prefix)


def start(site):
    process = subprocess.Popen([f"{ROOT}/packaging/run"], env={**os.environ, **site}, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "/api/upload" in line:
            return process, "".join(lines)
    raise AssertionError(f"ended with {process.wait()}: {''.join(lines)}")


def stop(process, how=signal.SIGTERM):
    process.send_signal(how)
    rest = process.communicate(timeout=30)[0]
    return process.returncode, rest


@pytest.fixture(scope="module")
def run(site):
    process, output = start(site)
    yield output
    status, rest = stop(process)
    assert status == 0, rest
    for name in ("error.log", "engine.log"):
        with open(f"{site['BTGW_PREFIX']}/logs/{name}") as file:
            assert not [line for line in file if "[alert]" in line or "[emerg]" in line or "[crit]" in line]


def curl(*arguments):
    done = subprocess.run(["curl", "-sS", "--max-time", "20", *arguments], capture_output=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_printed_curl_works(run, site):
    command = run.strip().splitlines()[-1].split()
    assert command[0] == "curl"
    path = os.path.join(ROOT, "README.md")
    if not os.path.exists(path):
        path = os.path.join(ROOT, "tests", "README.md")
    answer = json.loads(curl(*[word.replace("@README.md", f"@{path}") for word in command[1:]]))
    with open(path, "rb") as file:
        data = file.read()
    assert answer["sha256"] == sha256(data)
    assert answer["url"].startswith(f"http://localhost:{site['BTGW_BLOSSOM_PORT']}/")
    for key in ("url", "download_url", "webseed_url"):
        if key in answer:
            assert curl(answer[key]) == data, key


def test_torrent_urls_of_the_blossom_server_lead_to_the_gateway(run, site):
    health = curl("-w", "%{http_code}", f"http://127.0.0.1:{site['BTGW_PORT']}/api/health")
    assert health.endswith(b"200")


def test_first_uploads_of_a_newcomer_are_not_limited(run, site):
    for index in range(5):
        status = curl("-o", "/dev/null", "-w", "%{http_code}", "--data-binary", f"newcomer {index}",
                      f"http://127.0.0.1:{site['BTGW_PORT']}/api/upload")
        assert status in (b"200", b"201"), index


def test_a_flood_of_uploads_gets_429(run, site):
    statuses = [curl("-o", "/dev/null", "-w", "%{http_code}", "--data-binary", f"flood {index}",
                     f"http://127.0.0.1:{site['BTGW_PORT']}/api/upload") for index in range(12)]
    assert b"429" in statuses and set(statuses) <= {b"200", b"201", b"429"}
    answer = curl("-i", "--data-binary", "x", f"http://127.0.0.1:{site['BTGW_PORT']}/api/upload").lower()
    assert answer.count(b"access-control-allow-origin: *") == 1


@pytest.mark.skipif(not has_ipv6(), reason="no IPv6 here")
@pytest.mark.parametrize("name", ["BTGW_PORT", "BTGW_BLOSSOM_PORT"])
def test_listens_on_ipv6_too(run, site, name):
    socket.create_connection(("::1", int(site[name])), 5).close()


@pytest.mark.skipif(os.getuid() != 0, reason="started as root only")
def test_root_runs_nothing_of_it_as_root(run, site):
    users = subprocess.check_output(["ps", "-eo", "user=,args="], text=True).splitlines()
    engine = [line for line in users if f"{site['BTGW_PREFIX']}/conf/engine.yaml" in line]
    assert engine and all(line.startswith("www-data") for line in engine)


def test_a_second_start_says_that_the_port_is_taken(run, site):
    done = subprocess.run([f"{ROOT}/packaging/run"], env={**os.environ, **site}, capture_output=True, text=True,
                          timeout=60)
    assert done.returncode == 1 and f"port {site['BTGW_PORT']} is in use" in done.stderr


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_content_is_still_there_after_a_restart(how):
    prefix = tempfile.mkdtemp(prefix="btgw-run-", dir="/tmp")
    os.chmod(prefix, 0o755)
    site = {"BTGW_PREFIX": prefix, "BTGW_BUILD": BUILD, "BTGW_PORT": str(free_port()),
            "BTGW_BLOSSOM_PORT": str(free_port()), "BTGW_PEER_PORT": str(free_port())}
    data = pseudo_random(50_000, "restart")
    base = f"http://127.0.0.1:{site['BTGW_PORT']}/api"
    try:
        for _ in range(2):
            process, _ = start(site)
            subprocess.run(["curl", "-fsS", "-o", "/dev/null", "--data-binary", "@-", f"{base}/upload"], input=data,
                           check=True)
            assert curl(f"{base}/download/{sha256(data)}") == data
            status, rest = stop(process, how)
            assert status == 0, rest
    finally:
        shutil.rmtree(prefix)


def test_says_what_died(site):
    ports = {name: str(free_port()) for name in ("BTGW_PORT", "BTGW_BLOSSOM_PORT", "BTGW_PEER_PORT")}
    prefix = tempfile.mkdtemp(prefix="btgw-run-", dir="/tmp")
    os.chmod(prefix, 0o755)
    try:
        process, _ = start({**site, **ports, "BTGW_PREFIX": prefix})
        children = subprocess.check_output(["ps", "-o", "pid=,args=", "--ppid", str(process.pid)], text=True)
        engine = [line.split()[0] for line in children.splitlines() if "btgw-engine" in line]
        os.kill(int(engine[0]), signal.SIGKILL)
        output = process.communicate(timeout=30)[0]
        assert process.returncode == 1 and "the engine has ended" in output
        wait_until(lambda: not listening(int(ports["BTGW_PORT"])), 5, "nginx is gone too")
    finally:
        shutil.rmtree(prefix)


def listening(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False
