"""TCP lines that break and modems that misbehave, with the device at the other end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from apdu import TransportError
from apdu.transport import tcp
from apdu.transport.modem import Modem, ModemError
from euicc import Card
from euicc.testing.faults.doors import (
    Closes,
    FaultyPort,
    Flips,
    Ignores,
    LineFault,
    ModemRule,
    Mutters,
    Says,
    Stalls,
    Trickles,
    Unplugged,
    faulty_line,
)
from ipa.lpa import Lpa
from ipa.modem import ModemAccess
from tests.modem.doors import serving
from tests.modem.typist import ModemPort

EID = "89049032001001000000000000000120"
ATR_MESSAGE = 2 + 20


@contextmanager
def line(fault: LineFault, timeout: float = 5.0) -> Iterator[tcp.TcpTransport]:
    """A device's way to a served card, over a line with a fault."""
    log: list[str] = []
    with (
        serving(lambda **options: tcp.serve(Card.manufacture(), "127.0.0.1", 0, **options), log) as address,
        faulty_line(*tcp.parse_address(address), fault) as (host, port),
        tcp.TcpTransport(host, port, timeout) as transport,
    ):
        yield transport


@pytest.mark.parametrize("after", [0, 1, ATR_MESSAGE, ATR_MESSAGE + 9])
def test_a_connection_that_is_closed_is_made_anew(after: int) -> None:
    with line(Closes(after)) as transport:
        lpa = Lpa(transport)
        with pytest.raises(TransportError, match="lost"):
            lpa.eid()
        assert lpa.eid() == EID


def test_a_line_that_stalls_for_longer_than_the_device_waits() -> None:
    with line(Stalls(ATR_MESSAGE + 2, 1.0), timeout=0.3) as transport:
        lpa = Lpa(transport)
        with pytest.raises(TransportError, match=r"no answer for 0\.3 s"):
            lpa.eid()


def test_a_line_that_stalls_for_a_moment() -> None:
    with line(Stalls(ATR_MESSAGE + 2, 0.3)) as transport:
        assert Lpa(transport).eid() == EID


@pytest.mark.parametrize("size", [1, 3])
def test_a_line_that_trickles(size: int) -> None:
    with line(Trickles(size)) as transport:
        assert Lpa(transport).eid() == EID


def test_a_bit_that_flips() -> None:
    whole = Card.manufacture().reset()
    with line(Flips(2, 3)) as transport:
        assert transport.reset() == bytes([whole[0] ^ 8]) + whole[1:]
        assert transport.transmit(bytes.fromhex("00A4000C023F00")) == b"\x90\x00"


def lpa(*rules: ModemRule) -> tuple[Lpa, FaultyPort]:
    port = FaultyPort(ModemPort(Modem(Card.manufacture())), rules)
    return Lpa(ModemAccess(port, patience=2.0)), port


def test_a_modem_without_faults() -> None:
    device, port = lpa()
    assert device.eid() == EID
    assert port.struck == []


@pytest.mark.parametrize("said", ["+CREG: 1", "+CSQ: 20,99", "^RSSI: 20"])
def test_a_modem_that_talks_unasked(said: str) -> None:
    device, port = lpa(Mutters(said).when())
    assert device.eid() == EID
    assert len(port.struck) > 3


def test_a_modem_that_refuses_sessions_is_used_by_raw_access() -> None:
    device, port = lpa(Says("ERROR").when(command="AT+CCHO"))
    assert device.eid() == EID
    assert {line[:7] for line, _ in port.struck} == {"AT+CCHO"}


def test_a_modem_that_fails_once() -> None:
    device, _ = lpa(Says("+CME ERROR: 13").when(command="AT+CGLA", nth=1))
    with pytest.raises((ModemError, TransportError)):
        device.eid()
    assert device.eid() == EID


def test_a_modem_that_does_not_hear_the_greeting() -> None:
    device, port = lpa(Ignores().when(command="ATE0V1", nth=1))
    assert device.eid() == EID
    assert len(port.struck) == 1


def test_a_modem_that_is_unplugged() -> None:
    device, _ = lpa(Unplugged().when(command="AT+CGLA"))
    with pytest.raises(TransportError, match="unplugged"):
        device.eid()
