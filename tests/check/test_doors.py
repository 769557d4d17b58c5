"""The same cases through whatever carries APDUs."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event, Thread

import pytest

from apdu.transport.modem import Dialogue, ModemTransport, open_port, serve_tcp
from apdu.transport.pcsc import PcscTransport
from apdu.transport.tcp import TcpTransport
from euicc.check import Outcome, check
from tests.check.cards import cases, catalogue, ids, new_card, subject, told
from tests.flows.doors import in_reader, serving_tcp
from tests.transports.pcscd import READER, Pcscd

MOST = 440


def test_over_a_socket() -> None:
    with (
        serving_tcp(new_card("sgp32", subscribed=True)) as (host, port),
        TcpTransport(host, port) as transport,
    ):
        report = check(subject(transport), catalogue())
    assert told(report) == []
    assert report.counts[Outcome.PASSED] >= MOST


def test_in_a_reader(pcscd: Pcscd) -> None:
    with in_reader(new_card("sgp32", subscribed=True), pcscd), PcscTransport(READER) as transport:
        report = check(subject(transport), catalogue())
    assert told(report) == []
    assert report.counts[Outcome.PASSED] >= MOST


@pytest.fixture
def modem() -> Iterator[ModemTransport]:
    """A modem with a card in it, on a port."""
    stop, ready = Event(), Event()
    addresses: list[str] = []

    def tell(address: str) -> None:
        addresses.append(address)
        ready.set()

    options = {"stop": stop, "log": lambda line: None, "ready": tell}
    card = new_card("sgp32", subscribed=True)
    thread = Thread(target=serve_tcp, args=(card, "127.0.0.1", 0), kwargs=options, daemon=True)
    thread.start()
    assert ready.wait(20)
    transport = ModemTransport(Dialogue(open_port(f"tcp:{addresses[0]}")))
    yield transport
    transport.close()
    stop.set()
    thread.join(20)


def test_behind_a_modem(modem: ModemTransport) -> None:
    some = ("atr/", "select/", "isdr/", "states/", "rollback/", "packages/")
    report = check(subject(modem), cases(*some))
    assert told(report) == []
    assert ids(report, Outcome.NOT_APPLICABLE) >= {"atr/tck", "states/refresh"}
    assert report.counts[Outcome.PASSED] >= 90
