"""A bad set-up fails `nginx -t` with a message, and not later in the workers."""
import os
import subprocess

import pytest

from gateway import Gateway, has_ipv6, wait_until

NOBODY = "www-data"


@pytest.fixture
def installed():
    """A gateway that has run once and is stopped."""
    gateway = Gateway()
    gateway.start()
    gateway.nginx.stop()
    gateway.engine.stop()
    yield gateway
    gateway.expected = [".*"]
    gateway.stop()


def nginx_test(gateway):
    done = subprocess.run([*gateway.nginx.command, "-t"], capture_output=True, text=True,
                          env={**os.environ, **gateway.nginx.env}, timeout=30)
    return done.returncode, done.stderr


def as_www_data(gateway):
    with open(f"{gateway.dir}/nginx.conf") as file:
        text = file.read()
    with open(f"{gateway.dir}/nginx.conf", "w") as file:
        file.write(text.replace("user root;", f"user {NOBODY};"))


def test_sound_set_up_passes(installed):
    status, output = nginx_test(installed)
    assert status == 0, output


@pytest.mark.skipif(os.getuid() != 0, reason="only root starts workers as somebody else")
@pytest.mark.parametrize("closed", ["", "index", "index/data.mdb", "index/lock.mdb", "spool", "swarm"])
def test_storage_that_workers_cannot_use_is_refused(installed, closed):
    as_www_data(installed)
    os.chmod(installed.dir, 0o755)
    subprocess.run(["chown", "-R", NOBODY, installed.storage], check=True)
    assert nginx_test(installed)[0] == 0
    path = os.path.join(installed.storage, closed)
    subprocess.run(["chown", "root:root", path], check=True)
    os.chmod(path, 0o700 if os.path.isdir(path) else 0o600)
    status, output = nginx_test(installed)
    assert status != 0
    assert "btgw" in output or "bittorrent gateway" in output, output
    assert os.path.join(installed.storage, closed).rstrip("/") in output, output


def test_missing_storage_is_named(installed):
    installed.write_conf()
    installed.storage = os.path.join(installed.dir, "nowhere")
    installed.write_conf()
    status, output = nginx_test(installed)
    assert status == 0 or "nowhere" in output


def test_other_index_format_is_refused_with_what_to_do(installed):
    import lmdb
    with lmdb.open(os.path.join(installed.storage, "index"), max_dbs=32) as environment:
        table = environment.open_db(b"meta", create=False)
        with environment.begin(write=True, db=table) as txn:
            txn.put(b"format", (999).to_bytes(4, "big"))
    done = subprocess.run(installed.engine.command, capture_output=True, text=True, timeout=30,
                          env={**os.environ, **installed.engine.env})
    assert done.returncode != 0 and "999" in done.stderr + done.stdout
    status, output = nginx_test(installed)
    assert status != 0 and "999" in output, output


@pytest.mark.parametrize("key,value", [
    ("colour", "blue"), ("durability", "sometimes"), ("map_size", "many"), ("socket_mode", "rw"), ("level", "loud"),
])
def test_wrong_engine_yaml_is_refused_with_its_place(installed, key, value):
    path = f"{installed.dir}/engine.yaml"
    with open(path) as file:
        lines = file.read().splitlines()
    at = [n for n, line in enumerate(lines) if line.startswith(f"  {key}:")]
    if at:
        lines[at[0]] = f"  {key}: {value}"
    else:
        at = [lines.index("storage:") + 1]
        lines.insert(at[0], f"  {key}: {value}")
    with open(path, "w") as file:
        file.write("\n".join(lines) + "\n")
    done = subprocess.run(installed.engine.command, capture_output=True, text=True, timeout=30,
                          env={**os.environ, **installed.engine.env})
    output = done.stderr + done.stdout
    assert done.returncode != 0
    assert f"engine.yaml:{at[0] + 1}" in output and key in output, output


@pytest.mark.parametrize("directive", ["btgw_tracker none;", "btgw_cors maybe;", "btgw_announce_interval x;",
                                       "btgw_chunk_threshold big;", "btgw_peer_address here;"])
def test_wrong_directives_are_refused_with_their_line(installed, directive):
    # The same directive may be set on the level above already.
    installed.write_conf(server="location /x/ { %s }" % directive)
    status, output = nginx_test(installed)
    assert status != 0 and "nginx.conf:" in output, output


@pytest.mark.parametrize("missing", ["btgw_storage"])
def test_missing_main_directives_are_named(installed, missing):
    with open(f"{installed.dir}/nginx.conf") as file:
        lines = [line for line in file if not line.strip().startswith(missing + " ")]
    with open(f"{installed.dir}/nginx.conf", "w") as file:
        file.writelines(lines)
    status, output = nginx_test(installed)
    assert status != 0 and missing in output, output


def test_module_is_harmless_where_it_is_not_used(installed):
    with open(f"{installed.dir}/nginx.conf") as file:
        head = file.read().split("http {")[0]
    with open(f"{installed.dir}/nginx.conf", "w") as file:
        file.write(head + "http { server { listen 127.0.0.1:%d; return 204; } }\n" % installed.port)
    assert nginx_test(installed)[0] == 0
    installed.start_nginx()
    assert installed.get("/").status == 204


def test_second_engine_on_the_same_storage_is_refused(own_gateway):
    done = subprocess.run(own_gateway.engine.command, capture_output=True, text=True, timeout=30,
                          env={**os.environ, **own_gateway.engine.env})
    assert done.returncode != 0 and done.stderr + done.stdout
    assert own_gateway.upload(b"still here")


def test_variables_in_the_access_log(own_gateway, alice, fresh):
    from nostr import token
    from gateway import sha256
    data = fresh(4_200_000)
    auth = token(alice, "upload", [sha256(data)])
    own_gateway.blossom("PUT", "/upload", data, {"Authorization": auth})
    facts = own_gateway.get(f"/api/files/{sha256(data)}").json()
    own_gateway.blossom("GET", f"/{sha256(data)}.bin")
    own_gateway.get(f"/webseed/{facts['info_hash_v1']}/x")
    escaped = "".join(f"%{byte:02x}" for byte in bytes.fromhex(facts["info_hash_v1"]))
    own_gateway.get(f"/announce?info_hash={escaped}&peer_id={'x' * 20}&port=5&left=5")

    def log():
        return own_gateway.text("access.log")
    wait_until(lambda: "/announce" in log(), 5, "log")
    assert f"PUT /upload 201 hash= pubkey={alice.pubkey}" in log()
    assert f"GET /{sha256(data)}.bin 200 hash={sha256(data)}" in log()
    assert f"infohash={facts['info_hash_v1']}" in [line for line in log().splitlines() if "/announce" in line][0]
    assert auth.split()[1] not in log() + own_gateway.text("error.log")


def test_ipv6_where_the_host_has_it(own_gateway, fresh):
    if not has_ipv6():
        pytest.skip("no IPv6 here")
    data = fresh(100_000)
    digest = own_gateway.upload(data)["sha256"]
    assert own_gateway.get(f"/api/download/{digest}", host="::1").body == data
