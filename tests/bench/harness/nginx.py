"""One nginx with one worker on CPU 0 that serves everything that is compared: files as nginx itself
does (static, dav) and, given the module and a running engine, the gateway."""

import os
import pwd
import resource
import shutil
import socket
from pathlib import Path
from typing import Optional

from .process import Process, children, cpu_seconds

MODULE_NAME = "ngx_http_btgw_module.so"
STATIC_PORT = 18480
API_PORT = 18476
BLOSSOM_PORT = 18481

# What concerns both sides is as in conf/gateway.conf, but for a cache that has room for the files of both.
_MAIN = """
{load_module}
user {user};
worker_processes 1;
worker_cpu_affinity 1;
worker_rlimit_nofile {descriptors};
pid {home}/nginx.pid;
error_log {home}/error.log notice;
daemon off;
events {{ worker_connections 8192; }}
http {{
    default_type application/octet-stream;
    access_log off;
    sendfile on;
    tcp_nopush on;
    aio {aio};
    open_file_cache max=4096 inactive=60s;
    open_file_cache_valid 1h;
    keepalive_requests 100000000;
    client_max_body_size 16g;
    client_body_buffer_size 256k;
    client_body_temp_path {home}/temp;
    proxy_temp_path {home}/temp-proxy;
    fastcgi_temp_path {home}/temp-fastcgi;
    uwsgi_temp_path {home}/temp-uwsgi;
    scgi_temp_path {home}/temp-scgi;
    server {{
        listen 127.0.0.1:{static_port};
        location /static/ {{ root {home}/files; }}
        location /dav/ {{
            root {home}/files;
            dav_methods PUT DELETE;
        }}
    }}
    {gateway}
}}
"""

# As conf/gateway.conf, without its limits.
_GATEWAY = """
    btgw_storage {storage};
    btgw_engine {endpoint};
    btgw_engine_timeout 60s;
    btgw_chunk_threshold 100m;
    btgw_upload_buffer 1m;
    server {{
        listen 127.0.0.1:{api_port};
        btgw_cors on;
        btgw_blossom_url http://127.0.0.1:{blossom_port};
        location /api/ {{ btgw_api; btgw_anonymous_upload on; }}
    }}
    server {{
        listen 127.0.0.1:{blossom_port};
        btgw_cors on;
        btgw_gateway_url http://127.0.0.1:{api_port};
        location / {{ btgw_blossom; btgw_anonymous_upload on; }}
    }}
"""


def _user() -> str:
    return pwd.getpwuid(os.getuid()).pw_name


class Nginx:
    """`aio` is that of conf/gateway.conf, for both sides; nginx's own default is off."""

    def __init__(self, home: Path, module: Optional[Path] = None, storage: Optional[Path] = None,
                 endpoint: str = "", aio: str = "threads"):
        self.home = home
        for name in ("files/static", "files/dav"):
            (home / name).mkdir(parents=True, exist_ok=True)
        gateway = "" if module is None else _GATEWAY.format(
            storage=storage, endpoint=endpoint, api_port=API_PORT, blossom_port=BLOSSOM_PORT)
        conf = home / "nginx.conf"
        conf.write_text(_MAIN.format(
            load_module="" if module is None else f"load_module {module};", home=home, aio=aio,
            user=_user(), static_port=STATIC_PORT, gateway=gateway,
            descriptors=min(65536, resource.getrlimit(resource.RLIMIT_NOFILE)[1])))
        nginx = shutil.which("nginx") or "/usr/sbin/nginx"
        self._master = Process([nginx, "-e", str(home / "error.log"), "-p", str(home), "-c", str(conf)],
                               home / "nginx.out")
        self._master.wait_until(lambda: _accepts() and bool(children(self._master.pid)), 10)
        self.worker = children(self._master.pid)[0]

    @property
    def static_files(self) -> Path:
        return self.home / "files" / "static"

    @property
    def dav_files(self) -> Path:
        return self.home / "files" / "dav"

    def static_url(self, path: str = "") -> str:
        return f"http://127.0.0.1:{STATIC_PORT}/static/{path}"

    def dav_url(self, path: str = "") -> str:
        return f"http://127.0.0.1:{STATIC_PORT}/dav/{path}"

    def blossom_url(self, path: str = "") -> str:
        return f"http://127.0.0.1:{BLOSSOM_PORT}/{path}"

    def api_url(self, path: str = "") -> str:
        return f"http://127.0.0.1:{API_PORT}/api/{path}"

    def cpu(self) -> float:
        return cpu_seconds(self.worker)

    def end(self) -> None:
        self._master.end()

    def __enter__(self) -> "Nginx":
        return self

    def __exit__(self, *_error) -> None:
        self.end()


def _accepts() -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", STATIC_PORT)) == 0
