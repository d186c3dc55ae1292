"""Takes from a .torrent file the ways by which a client may find the content.

The info dictionary, and with it the info-hash, stays as it is, byte for byte.
"""

import hashlib

import libtorrent as lt


def _without(metainfo, keys):
    decoded = lt.bdecode(metainfo)
    info = lt.bencode(decoded[b"info"])
    if info not in metainfo:
        raise ValueError("the info dictionary is not canonical bencoding")
    result = lt.bencode({key: value for key, value in decoded.items() if key not in keys})
    if info not in result:
        raise ValueError("the info dictionary has changed")
    return result


def web_seed_alone(metainfo):
    return _with_key(_without(metainfo, {b"announce", b"announce-list", b"nodes"}), b"url-list")


def tracker_alone(metainfo):
    return _with_key(_without(metainfo, {b"url-list", b"httpseeds", b"nodes"}), b"announce")


def _with_key(metainfo, key):
    if not lt.bdecode(metainfo).get(key):
        raise ValueError(f"the gateway's torrent has no {key.decode()}")
    return metainfo


def info_hash(metainfo):
    """The 20 bytes of v1."""
    return hashlib.sha1(lt.bencode(lt.bdecode(metainfo)[b"info"])).digest()
