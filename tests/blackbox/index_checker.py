"""Reads a storage directory as shared/store/keys.hpp and records.hpp describe it, and recounts everything.

The slow and obvious reference for what the engine keeps: run it on a gateway whose engine is stopped,
or between uploads. From the command line: index_checker.py STORAGE
"""
import glob
import hashlib
import os
import struct
import sys
from collections import Counter

import lmdb

IN_INDEX, BLOB, CHUNKED = 0, 1, 2
INLINE_LIMIT, CHUNK_LENGTH = 15872, 2 << 20
TABLES = ["meta", "content", "layout", "chunk", "infohash", "metainfo", "owner", "owned", "doomed"]


def open_tables(storage):
    environment = lmdb.open(os.path.join(storage, "index"), readonly=True, max_dbs=32, lock=True)
    tables = {}
    with environment.begin() as txn:
        present = {key.decode() for key, _ in txn.cursor()}
    for name in TABLES:
        tables[name] = environment.open_db(name.encode(), create=False) if name in present else None
    return environment, tables


def rows(storage):
    """Every table as a dict."""
    environment, tables = open_tables(storage)
    try:
        with environment.begin() as txn:
            return {name: dict(txn.cursor(db=table)) if table else {} for name, table in tables.items()}
    finally:
        environment.close()


def parse_content(value):
    version, kind, flags, size = struct.unpack(">BBHQ", value[:12])
    type_length = value[72]
    name_length, = struct.unpack(">H", value[73:75])
    rest = value[75 + type_length + name_length:]
    return {"version": version, "kind": kind, "has_torrent": bool(flags & 1), "size": size, "inline": rest,
            "v1": value[20:40], "v2": value[40:72]}


def pieces_of(layout):
    """Piece roots and SHA-1s, in order."""
    body = layout[2:]
    assert layout[0] == 1 and len(body) % 52 == 0
    return [(body[at:at + 32], body[at + 32:at + 52]) for at in range(0, len(body), 52)]


def path_of(storage, kind, name):
    text = name.hex()
    return os.path.join(storage, kind, text[:2], text[2:4], text)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def faults_of_content(storage, table, digest, record):
    """What is wrong with one content, in words."""
    if record["kind"] == IN_INDEX:
        data = record["inline"]
        if record["size"] > INLINE_LIMIT:
            yield "too large for the index"
    elif record["kind"] == BLOB:
        path = path_of(storage, "blobs", digest)
        data = read(path) if os.path.exists(path) else None
    else:
        chunks = [path_of(storage, "chunks", root) for root, _ in pieces_of(table["layout"][digest])]
        missing = [path for path in chunks if not os.path.exists(path)]
        data = None if missing else b"".join(map(read, chunks))
    if data is None:
        yield "a file is missing"
        return
    if len(data) != record["size"]:
        yield f"has {len(data)} bytes, not {record['size']}"
    if hashlib.sha256(data).digest() != digest:
        yield "has another hash"
    if record["has_torrent"] and record["kind"] == CHUNKED:
        sums = [hashlib.sha1(data[at:at + CHUNK_LENGTH]).digest() for at in range(0, len(data), CHUNK_LENGTH)]
        if sums != [sha1 for _, sha1 in pieces_of(table["layout"][digest])]:
            yield "has other SHA-1s than its layout"


def check(storage, swept=False):
    """All faults, in words. `swept`: files without an entry are faults too."""
    table = rows(storage)
    faults = []
    contents = {digest: parse_content(value) for digest, value in table["content"].items()}
    for digest, record in contents.items():
        faults += [f"content {digest.hex()} {fault}" for fault in faults_of_content(storage, table, digest, record)]

    chunked = {digest for digest, record in contents.items() if record["kind"] == CHUNKED}
    references = Counter()
    for digest in chunked | set(table["doomed"]):
        if digest not in table["layout"]:
            faults.append(f"content {digest.hex()} has no layout")
            continue
        references.update(root for root, _ in pieces_of(table["layout"][digest]))
    for root, value in table["chunk"].items():
        _, length, count = struct.unpack(">BII", value)
        if count != references[root]:
            faults.append(f"chunk {root.hex()} has {count} references, {references[root]} are right")
        path = path_of(storage, "chunks", root)
        if not os.path.exists(path) or os.path.getsize(path) != length:
            faults.append(f"chunk {root.hex()} has no file of {length} bytes")
    faults += [f"chunk {root.hex()} has no entry" for root in references if root not in table["chunk"]]

    faults += faults_of_owners(table, contents)
    faults += faults_of_torrents(table, contents)
    if swept:
        faults += orphans(storage, table, contents)
    return faults


def faults_of_owners(table, contents):
    by_owner = {(key[40:], key[:32]) for key in table["owner"]}
    by_content = {(key[:32], key[32:]) for key in table["owned"]}
    for digest, owner in by_owner ^ by_content:
        yield f"owner {owner.hex()} of {digest.hex()} is in one table only"
    for digest in {digest for digest, _ in by_owner} - set(contents):
        yield f"{digest.hex()} has an owner and no content"
    for digest in set(contents) - {digest for digest, _ in by_owner}:
        yield f"{digest.hex()} has no owner"


def faults_of_torrents(table, contents):
    for key, value in table["infohash"].items():
        if value[:32] not in contents:
            yield f"info-hash {key.hex()} names no content"
    for digest, record in contents.items():
        if record["has_torrent"]:
            for key in (record["v1"], record["v2"]):
                if table["infohash"].get(key, b"")[:32] != digest:
                    yield f"info-hash {key.hex()} of {digest.hex()} is not in the table"


def orphans(storage, table, contents):
    for kind, known in (("blobs", {d for d, r in contents.items() if r["kind"] == BLOB}),
                        ("chunks", set(table["chunk"]))):
        for path in glob.glob(os.path.join(storage, kind, "*", "*", "*")):
            if bytes.fromhex(os.path.basename(path)) not in known:
                yield f"{path} has no entry"
    for name in os.listdir(os.path.join(storage, "spool")):
        yield f"spool/{name} was left"


if __name__ == "__main__":
    found = check(sys.argv[1], swept=True)
    print("\n".join(found) or "consistent")
    sys.exit(bool(found))
