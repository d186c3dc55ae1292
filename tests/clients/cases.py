"""Which client is tried with what."""

import dataclasses
import itertools

import torrents

MIB = 1 << 20
LARGE = 110 * MIB + 12345  # bytes; above the chunk threshold, and the last piece is short
SMALL = 3000  # bytes; kept in the index itself

# Long ones first, so that none is left over at the end.
CLIENTS = ("transmission", "deluge", "qbittorrent", "webtorrent", "rtorrent", "libtorrent", "aria2")
MAGNET_CLIENTS = ("qbittorrent", "libtorrent", "aria2")
V2_CLIENTS = ("qbittorrent", "libtorrent")
SWARM_CLIENTS = ("transmission", "webtorrent", "libtorrent")
BLOSSOM_CLIENTS = ("sdk", "nostr-tools")

NO_WEB_SEEDS = {"rtorrent": "has no web seeds"}


@dataclasses.dataclass(frozen=True)
class Case:
    client: str
    what: str
    arguments: tuple = ()
    skipped: str = ""  # why it cannot be


@dataclasses.dataclass(frozen=True)
class Verdict:
    case: Case
    problem: str  # empty: passed
    seconds: float


def all_cases(gateway, content, folder):
    yield from download_cases(sources(gateway, content, folder))
    yield from blossom_cases(gateway)


def sources(gateway, content, folder):
    """Name of each kind of source: path of its .torrent file, or magnet link."""
    files = {
        "web seed": torrents.web_seed_alone(content.torrent),
        "engine": torrents.tracker_alone(content.torrent),
        "v2": torrents.web_seed_alone(gateway.torrent(content, "v2")),
        "hybrid": torrents.web_seed_alone(gateway.torrent(content, "hybrid")),
    }
    result = {"magnet": gateway.magnet(content)}
    for name, metainfo in files.items():
        path = folder / f"{name.replace(' ', '-')}.torrent"
        path.write_bytes(metainfo)
        result[name] = str(path)
    return result


def download_cases(source):
    for client in CLIENTS:
        yield Case(client, "engine alone", (source["engine"],))
    for client in MAGNET_CLIENTS:
        yield Case(client, "magnet link, engine alone", (source["magnet"],))
    for client in CLIENTS:
        yield Case(client, "web seed alone", (source["web seed"],), NO_WEB_SEEDS.get(client, ""))
    for client, form in itertools.product(V2_CLIENTS, ("v2", "hybrid")):
        yield Case(client, f"{form} torrent, web seed alone", (source[form],))


def blossom_cases(gateway):
    for client, (name, size) in itertools.product(BLOSSOM_CLIENTS, (("small", SMALL), ("large", LARGE))):
        yield Case("blossom", f"{client}, {name} blob", (client, gateway.blossom_url, str(size)))
