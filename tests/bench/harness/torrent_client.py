"""A libtorrent client that downloads one torrent from one given peer. Run as a program of its own, so
that it can be pinned to a CPU: torrent_client.py TORRENT DIRECTORY IP PORT SECONDS [tcp|utp]. Prints
seconds from the first connection attempt to the last piece, and its own CPU seconds."""

import json
import os
import sys
import time

import libtorrent

_QUIET = {"enable_dht": False, "enable_lsd": False, "enable_upnp": False, "enable_natpmp": False,
          "listen_interfaces": "127.0.0.1:0", "allow_multiple_connections_per_ip": True}


def download(torrent: str, directory: str, peer: tuple, limit: float, transport: str) -> dict:
    session = libtorrent.session({**_QUIET, "enable_outgoing_utp": transport == "utp",
                                  "enable_outgoing_tcp": transport == "tcp"})
    wanted = libtorrent.add_torrent_params()
    wanted.ti = libtorrent.torrent_info(torrent)
    wanted.save_path = directory
    wanted.flags &= ~(libtorrent.torrent_flags.auto_managed | libtorrent.torrent_flags.paused)
    start, cpu = time.monotonic(), time.process_time()
    handle = session.add_torrent(wanted)
    next_try = start
    while not handle.status().is_seeding:
        now = time.monotonic()
        if now - start > limit:
            state = handle.status()
            raise SystemExit(f"not complete after {limit} s: {state.progress:.3f}, {state.num_peers} peers")
        if now >= next_try and handle.status().num_peers == 0:
            handle.connect_peer(peer)
            next_try = now + 0.2
        time.sleep(0.01)
    return {"seconds": time.monotonic() - start, "cpu": time.process_time() - cpu}


if __name__ == "__main__":
    FILE, DIRECTORY, IP, PORT, LIMIT = sys.argv[1:6]
    print(json.dumps(download(FILE, DIRECTORY, (IP, int(PORT)), float(LIMIT), (sys.argv[6:] or ["tcp"])[0])),
          flush=True)
    os._exit(0)  # libtorrent's session would wait for trackers
