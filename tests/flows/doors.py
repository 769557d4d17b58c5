"""The ways from a device to an emulated card. A flow is written once and runs through each of them.

A door takes a card (any Transport, to be recorded on the card's side) and gives a Device.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from queue import SimpleQueue

import pytest

from apdu import Transport
from apdu.transport import tcp, vpcd
from apdu.transport.pcsc import PcscTransport
from euicc.testing.demo import read_subscription
from ipa.driver import Servers
from ipa.lpa import Lpa
from tests.transports.pcscd import READER, Pcscd


class Device:
    """What a flow needs of a device: an LPA on the card, and what its network would see of the enabled profile."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport

    def lpa(self, servers: Servers) -> Lpa:
        return Lpa(self.transport, servers=servers)

    def imsi(self) -> str:
        return read_subscription(self.transport).imsi


Door = Callable[[Transport, pytest.FixtureRequest], AbstractContextManager[Device]]


@contextmanager
def in_process(card: Transport, request: pytest.FixtureRequest) -> Iterator[Device]:
    yield Device(card)


@contextmanager
def over_tcp(card: Transport, request: pytest.FixtureRequest) -> Iterator[Device]:
    with serving_tcp(card) as (host, port), tcp.TcpTransport(host, port) as transport:
        yield Device(transport)


@contextmanager
def over_pcscd(card: Transport, request: pytest.FixtureRequest) -> Iterator[Device]:
    daemon: Pcscd = request.getfixturevalue("pcscd")
    with in_reader(card, daemon), PcscTransport(READER) as transport:
        yield Device(transport)


@contextmanager
def serving_tcp(card: Transport, **options: float) -> Iterator[tuple[str, int]]:
    """The card behind a TCP port of this process; its host and port."""
    stop, ready, lines = threading.Event(), SimpleQueue[str](), list[str]()
    serving = threading.Thread(
        target=tcp.serve,
        args=(card, "127.0.0.1", 0),
        kwargs={"stop": stop, "ready": ready.put, "log": lines.append, **options},
    )
    serving.start()
    try:
        yield tcp.parse_address(ready.get(timeout=10))
    finally:
        stop.set()
        serving.join(10)
    assert not serving.is_alive()
    assert lines == []


@contextmanager
def in_reader(card: Transport, daemon: Pcscd) -> Iterator[list[str]]:
    """The card in the virtual reader; the lines that are logged."""
    stop, lines = threading.Event(), list[str]()
    serving = threading.Thread(
        target=vpcd.serve,
        args=(card, "127.0.0.1", daemon.port),
        kwargs={"stop": stop, "log": lines.append, "patience": 10.0},
    )
    serving.start()
    try:
        daemon.wait_for_card()
        yield lines
    finally:
        stop.set()
        serving.join(10)
    assert not serving.is_alive()
    daemon.wait_for_card(present=False)


DOORS: dict[str, Door] = {"in process": in_process, "TCP": over_tcp, "vpcd and pcscd": over_pcscd}
