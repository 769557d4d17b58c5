"""What tests of several directories share: a real pcscd, a physical card."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.transports.pcscd import SOCKET_VARIABLE, Pcscd, obstacle, unavailable

# The plugin is tested in runs of pytest of its own.
pytest_plugins = ("pytester",)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--reader", help="also run the flows over the card in this PC/SC reader: name or number")
    parser.addoption("--write", action="store_true", help="change the card in --reader, not only read it")


@pytest.fixture(scope="session")
def pcscd() -> Iterator[Pcscd]:
    """A running pcscd with a virtual reader, which this process and its children use from now on."""
    if reason := obstacle():
        unavailable(reason)
    daemon = Pcscd()
    try:
        daemon.start()
        # libpcsclite reads it once, so it stays.
        os.environ[SOCKET_VARIABLE] = str(daemon.socket)
        yield daemon
    finally:
        daemon.remove()
