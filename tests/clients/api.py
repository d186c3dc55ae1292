"""What the cases ask of the gateway by HTTP."""

import dataclasses
import json
import pathlib
import subprocess
import urllib.parse
import urllib.request

import libtorrent as lt

import torrents


@dataclasses.dataclass(frozen=True)
class Content:
    """A file that the gateway has."""

    path: pathlib.Path
    sha256: str
    torrent: bytes  # v1, as the gateway made it


@dataclasses.dataclass(frozen=True)
class Counts:
    """One torrent's line of a scrape (BEP 48)."""

    complete: int
    incomplete: int
    downloaded: int


class Gateway:
    def __init__(self, address):
        self.url = f"http://{address}:9876"
        self.blossom_url = f"http://{address}:8081"

    def get(self, target):
        with urllib.request.urlopen(self.url + target, timeout=30) as answer:
            return answer.read()

    def upload(self, path):
        curl = ["curl", "-sS", "--fail-with-body", "-F", f"file=@{path}", f"{self.url}/api/upload"]
        answer = subprocess.run(curl, capture_output=True, text=True)
        if answer.returncode != 0:
            raise RuntimeError(f"upload of {path.name}: {answer.stdout}{answer.stderr}")
        local = subprocess.run(["sha256sum", path], check=True, capture_output=True, text=True).stdout.split()[0]
        remote = json.loads(answer.stdout)["sha256"]
        if remote != local:
            raise RuntimeError(f"the gateway calls {local} {remote}")
        return Content(path, local, self.get(f"/api/torrent/{local}"))

    def torrent(self, content, form):
        """As v1, v2 or hybrid."""
        return self.get(f"/api/torrent/{content.sha256}?format={form}")

    def magnet(self, content):
        """With a tracker and nothing else, so that the metadata must come from the engine (BEP 9)."""
        tracker = urllib.parse.quote(f"{self.url}/announce", safe="")
        return f"magnet:?xt=urn:btih:{torrents.info_hash(content.torrent).hex()}&tr={tracker}"

    def scrape(self, content):
        key = torrents.info_hash(content.torrent)
        answer = lt.bdecode(self.get(f"/scrape?info_hash={urllib.parse.quote_from_bytes(key, safe='')}"))
        line = answer[b"files"][key]
        return Counts(line[b"complete"], line[b"incomplete"], line[b"downloaded"])
