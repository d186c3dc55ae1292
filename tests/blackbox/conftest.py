"""Fixtures: running gateways. What they run with stands on top of gateway.py."""
import itertools
import os

import pytest

from gateway import BUILD, ENGINE, MODULE, Gateway, pseudo_random
from nostr import Key


def pytest_sessionstart(session):
    for path in (ENGINE, MODULE):
        if not os.path.exists(path):
            pytest.exit(f"{path} is missing: build first, or set BTGW_BUILD (now {BUILD})", 2)


def running(**options):
    gateway = Gateway(**options)
    try:
        yield gateway.start()
    finally:
        faults = gateway.stop()
    assert not faults, "\n".join(faults)


@pytest.fixture(scope="module")
def gateway():
    """One gateway for all tests of a file."""
    yield from running()


@pytest.fixture
def own_gateway(request):
    """A gateway for one test, which may kill its parts. Indirect parameters are options."""
    yield from running(**getattr(request, "param", {}))


@pytest.fixture(scope="session")
def fresh():
    """fresh(size): bytes that no other test has stored."""
    counter = itertools.count()
    return lambda size: pseudo_random(size, f"fresh {next(counter)}")


@pytest.fixture(scope="session")
def alice():
    return Key("alice")


@pytest.fixture(scope="session")
def bob():
    return Key("bob")
