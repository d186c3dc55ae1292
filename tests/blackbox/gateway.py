"""A real nginx and a real engine in a directory of their own, on ports of their own."""
import functools
import glob
import hashlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("BTGW_BUILD", os.path.join(ROOT, "build"))
SANITIZE = os.environ.get("BTGW_SANITIZE") == "1"
MODULE = os.path.join(BUILD, "ngx_module", "ngx_http_btgw_module.so")
ENGINE = os.path.join(BUILD, "engine", "btgw-engine")

MIB = 1 << 20
CHUNK = 2 * MIB
THRESHOLD = 4 * MIB  # of the tests; the default is 100 MiB
NGINX_CONF = """
%(user)s
worker_processes %(workers)d;
daemon off;
pid %(dir)s/nginx.pid;
error_log %(dir)s/error.log notice;
load_module %(module)s;
worker_shutdown_timeout 20s;
events { worker_connections 512; }
http {
    default_type application/octet-stream;
    client_body_temp_path %(dir)s/temp/body;
    proxy_temp_path %(dir)s/temp/proxy;
    fastcgi_temp_path %(dir)s/temp/fastcgi;
    uwsgi_temp_path %(dir)s/temp/uwsgi;
    scgi_temp_path %(dir)s/temp/scgi;
    log_format btgw '$request_method $uri $status hash=$btgw_hash pubkey=$btgw_pubkey '
                    'infohash=$btgw_infohash';
    access_log %(dir)s/access.log btgw;

    btgw_storage %(storage)s;
    btgw_engine ipc://%(dir)s/engine.sock;
    btgw_engine_timeout %(engine_timeout)s;
    btgw_chunk_threshold %(chunk_threshold)s;
    sendfile on;
    tcp_nopush on;
    aio threads;
    open_file_cache max=1024 inactive=60s;
    open_file_cache_valid 1h;
    client_max_body_size %(max_body)s;
    large_client_header_buffers 4 32k;
    %(http)s

    server {
        listen 127.0.0.1:%(port)d;
        %(listen6)s
        btgw_cors on;
        error_page 413 429 /.error;
        location = /.error { internal; btgw_error; }
        btgw_blossom_url http://127.0.0.1:%(blossom_port)d;
        btgw_tracker %(tracker)s;
        %(server)s
        location /api/ { btgw_api; btgw_anonymous_upload on; }
        location = /announce { btgw_announce; }
        location /announce/ { btgw_announce; }
        location = /scrape { btgw_scrape; }
        location /scrape/ { btgw_scrape; }
        location /webseed/ { btgw_webseed; }
        location /static/ { alias %(dir)s/static/; }
    }
    server {
        listen 127.0.0.1:%(blossom_port)d;
        btgw_cors on;
        error_page 413 429 /.error;
        location = /.error { internal; btgw_error; }
        btgw_gateway_url http://127.0.0.1:%(port)d;
        %(blossom_server)s
        location / { btgw_blossom; btgw_anonymous_upload %(blossom_anonymous)s; }
    }
}
"""
NGINX_DEFAULTS = {
    "workers": 2, "engine_timeout": "10s", "chunk_threshold": "4m", "max_body": "16g",
    "tracker": "held", "http": "", "server": "", "blossom_server": "", "blossom_anonymous": "off",
}

# No line of a log may look like these.
FORBIDDEN = re.compile(r"\[alert\]|\[emerg\]|\[crit\]|Sanitizer|runtime error")


@dataclass
class Response:
    status: int
    headers: list  # (lower-case name, value) in order
    body: bytes

    def all(self, name):
        return [value for key, value in self.headers if key == name.lower()]

    def header(self, name):
        """The value of a header that may occur once; None when it is not there."""
        values = self.all(name)
        assert len(values) <= 1, f"{name} occurs {len(values)} times: {values}"
        return values[0] if values else None

    def json(self):
        assert self.header("content-type").split(";")[0] == "application/json", self.headers
        return json.loads(self.body)


@dataclass
class Process:
    command: list
    log: str
    env: dict = field(default_factory=dict)
    popen: subprocess.Popen = None

    def start(self):
        with open(self.log, "ab") as log:
            self.popen = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log,
                                          stderr=log, env={**os.environ, **self.env})

    def running(self):
        return self.popen is not None and self.popen.poll() is None

    def stop(self, how=signal.SIGTERM, timeout=30):
        """Returns the exit status."""
        if self.running():
            self.popen.send_signal(how)
        try:
            return self.popen.wait(timeout)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
            raise AssertionError(f"{self.command[0]} did not end within {timeout} s")


def free_port():
    """A TCP port that is free on IPv4 and, where there is IPv6, there too."""
    while True:
        with socket.socket() as ipv4:
            ipv4.bind(("127.0.0.1", 0))
            port = ipv4.getsockname()[1]
            if not has_ipv6():
                return port
            with socket.socket(socket.AF_INET6) as ipv6:
                try:
                    ipv6.bind(("::1", port))
                    return port
                except OSError:
                    continue


@functools.cache
def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


def wait_until(condition, timeout=10, what="condition"):
    """Returns the first true value of condition()."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"{what}: not within {timeout} s"
        time.sleep(0.02)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def pseudo_random(size, seed):
    """Bytes that do not compress and differ by seed, fast even for 100 MiB."""
    return hashlib.shake_128(str(seed).encode()).digest(size) if size < MIB else _stream(size, seed)


def _stream(size, seed):
    block = hashlib.shake_128(str(seed).encode()).digest(MIB)
    parts = []
    for index in range(-(-size // MIB)):
        stamp = hashlib.sha256(f"{seed} {index}".encode()).digest()
        parts.append(stamp + block[32:])
    return b"".join(parts)[:size]


def form(*parts, boundary="----btgw7MA4YWxkTrZu0gW"):
    """A multipart/form-data body and its Content-Type. A part: field, bytes[, file name[, type]]."""
    body = b""
    for field_name, data, *rest in parts:
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{field_name}"'.encode()
        if rest:
            body += f'; filename="{rest[0]}"'.encode()
        if len(rest) > 1:
            body += f"\r\nContent-Type: {rest[1]}".encode()
        body += b"\r\n\r\n" + data + b"\r\n"
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def preloads():
    """What an uninstrumented nginx needs to load an instrumented module."""
    if not SANITIZE:
        return {}
    libraries = [subprocess.check_output(["g++", f"-print-file-name=lib{name}.so"], text=True).strip()
                 for name in ("asan", "ubsan")]
    return {"LD_PRELOAD": " ".join(libraries),
            "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=1:detect_odr_violation=0",
            "UBSAN_OPTIONS": "print_stacktrace=1"}


class Gateway:
    """nginx and engine. The arguments replace values of NGINX_DEFAULTS."""

    def __init__(self, **options):
        # Short, since the path of a Unix socket has 107 bytes.
        self.dir = tempfile.mkdtemp(prefix="btgw-", dir=os.environ.get("BTGW_TEST_DIR", "/tmp"))
        self.storage = options.pop("storage", os.path.join(self.dir, "storage"))
        self.port, self.blossom_port, self.peer_port = free_port(), free_port(), free_port()
        self.options = {**NGINX_DEFAULTS, **options}
        self.expected = []  # patterns of log lines that a test provokes
        self.nginx = Process(["nginx", "-p", self.dir, "-e", f"{self.dir}/error.log",
                              "-c", f"{self.dir}/nginx.conf"], f"{self.dir}/nginx.out", preloads())
        self.engine = Process([ENGINE, "--config", f"{self.dir}/engine.yaml"],
                              f"{self.dir}/engine.log",
                              {"ASAN_OPTIONS": "detect_leaks=1", "UBSAN_OPTIONS": "print_stacktrace=1"})
        for name in ("temp", "static", "storage"):
            os.makedirs(os.path.join(self.dir, name), exist_ok=True)
        self.write_conf()

    # ---- configuration ----

    def write_conf(self, **changes):
        self.options.update(changes)
        values = {**self.options, "dir": self.dir, "storage": self.storage, "module": MODULE,
                  "port": self.port, "blossom_port": self.blossom_port,
                  "user": "user root;" if os.getuid() == 0 else "",
                  "listen6": f"listen [::1]:{self.port};" if has_ipv6() else ""}
        with open(f"{self.dir}/nginx.conf", "w") as file:
            file.write(NGINX_CONF % values)
        with open(f"{self.dir}/engine.yaml", "w") as file:
            file.write(self.engine_conf())

    def engine_conf(self):
        """The shipped file with other paths and ports, so that its keys are tested too."""
        with open(os.path.join(ROOT, "conf", "engine.yaml")) as file:
            text = file.read()
        replacements = {"endpoint": f"ipc://{self.dir}/engine.sock", "path": self.storage,
                        "listen": f'["127.0.0.1:{self.peer_port}"]', "map_size": "4g"}
        for key, value in replacements.items():
            text, count = re.subn(rf"(?m)^  {key}:.*$", f"  {key}: {value}", text)
            assert count == 1, f"conf/engine.yaml has {count} keys {key}"
        return text

    # ---- life ----

    def start(self):
        self.start_engine()
        self.start_nginx()
        self.wait_for_health()
        return self

    def start_engine(self):
        socket_path = f"{self.dir}/engine.sock"
        if os.path.exists(socket_path):
            os.unlink(socket_path)
        self.engine.start()
        wait_until(lambda: os.path.exists(socket_path) or not self.engine.running(), 30, "engine")
        assert self.engine.running(), self.text("engine.log")

    def start_nginx(self):
        self.nginx.start()

        def listening():
            if not self.nginx.running():
                raise AssertionError(self.text("error.log") + self.text("nginx.out"))
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return True
            except OSError:
                return False
        wait_until(listening, 20, "nginx")

    def wait_for_health(self, timeout=20):
        # Each worker has its own line to the engine: enough new connections reach them all.
        wait_until(lambda: all(self.get("/api/health").status == 200 for _ in range(12)), timeout,
                   "/api/health = 200 from every worker")

    def stop(self):
        """Ends both; returns what was wrong, in words."""
        faults = []
        for name, process in (("nginx", self.nginx), ("engine", self.engine)):
            if process.popen is None:
                continue
            died = not process.running()
            status = process.stop()
            if died and not getattr(process, "killed", False):
                faults.append(f"{name} had ended by itself with status {status}")
            elif not died and status != 0:
                faults.append(f"{name} ended with status {status}")
        faults += self.forbidden_lines()
        if not faults and not os.environ.get("BTGW_KEEP"):
            shutil.rmtree(self.dir, ignore_errors=True)
        else:
            print(f"logs kept in {self.dir}")
        return faults

    def forbidden_lines(self):
        lines = []
        for name in ("error.log", "nginx.out", "engine.log"):
            for line in self.text(name).splitlines():
                if FORBIDDEN.search(line) and not any(re.search(p, line) for p in self.expected):
                    lines.append(f"{name}: {line}")
        return lines

    def kill_engine(self):
        self.engine.popen.kill()
        self.engine.popen.wait()

    def restart_engine(self):
        self.start_engine()
        self.wait_for_health()

    def workers(self):
        """Process ids of nginx's workers."""
        pid = self.nginx.popen.pid
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            children = [int(child) for child in file.read().split()]
        return [child for child in children if self._is_worker(child)]

    @staticmethod
    def _is_worker(pid):
        try:
            with open(f"/proc/{pid}/cmdline") as file:
                text = file.read()
            return text.startswith("nginx: worker process") and "shutting down" not in text
        except OSError:
            return False

    def reload(self):
        """Returns when the workers are new ones."""
        before = set(self.workers())
        self.nginx.popen.send_signal(signal.SIGHUP)
        wait_until(lambda: self.workers() and not before & set(self.workers()), 20, "reload")

    def text(self, name):
        try:
            with open(os.path.join(self.dir, name), errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    # ---- requests ----

    def request(self, method, target, body=None, headers=None, port=None, timeout=30, host="127.0.0.1"):
        connection = http.client.HTTPConnection(host, port or self.port, timeout=timeout)
        try:
            connection.request(method, target, body=body, headers=headers or {})
            answer = connection.getresponse()
            data = answer.read()
            return Response(answer.status,
                            [(name.lower(), value) for name, value in answer.getheaders()], data)
        finally:
            connection.close()

    def get(self, target, headers=None, **options):
        return self.request("GET", target, headers=headers, **options)

    def blossom(self, method, target, body=None, headers=None, **options):
        return self.request(method, target, body, headers, port=self.blossom_port, **options)

    def raw(self, data, port=None, timeout=10):
        """Sends bytes as they are; returns everything until the server closes."""
        with socket.create_connection(("127.0.0.1", port or self.port), timeout) as connection:
            connection.sendall(data)
            parts = []
            while part := connection.recv(65536):
                parts.append(part)
            return b"".join(parts)

    def upload(self, data, name=None, media_type="application/octet-stream", **options):
        """Stores content by the API, as a form when it has a name; returns the JSON answer."""
        headers = {"Content-Type": media_type}
        if name is not None:
            data, headers["Content-Type"] = form(("file", data, name, media_type))
        answer = self.request("POST", "/api/upload", data, headers, **options)
        assert answer.status in (200, 201), (answer.status, answer.body)
        return answer.json()

    def spool(self):
        return sorted(os.listdir(os.path.join(self.storage, "spool")))

    def stored_files(self, kind):
        """Names of the files below blobs/ or chunks/."""
        found = glob.glob(os.path.join(self.storage, kind, "*", "*", "*"))
        return sorted(os.path.basename(path) for path in found)
