"""ipa.modem.ModemAccess: which way it goes, what it does about REFRESH, how modems that lack something are served."""

from __future__ import annotations

from pathlib import Path

import pytest

from apdu import Recorder, StatusError, Trace, TraceWriter, Transport, TransportError
from apdu.instruction import SELECT
from apdu.transport.modem import Dialogue, Modem, ModemError, ModemTransport
from euicc import Card
from euicc.config import Config
from ipa.errors import IpaError, NotAnEuicc
from ipa.lpa import Lpa
from ipa.modem import ModemAccess, Way
from tests.flows.life import ICCID, es10_messages, new_card, states
from tests.modem.conftest import card_with_profile
from tests.modem.typist import ISD_R, ModemPort, TableCard

EID = "89049032001001000000000000000120"
BOTH = pytest.mark.parametrize("way", [*Way])


def lpa(card: Transport, way: Way | None = None, patience: float = 2.0, **options: object) -> Lpa:
    return Lpa(ModemAccess(ModemPort(Modem(card), **options), way=way, patience=patience))  # type: ignore[arg-type]


@BOTH
def test_the_eid(way: Way) -> None:
    assert lpa(new_card(), way).eid() == EID


@BOTH
def test_what_goes_through_the_modem_is_recorded(way: Way, tmp_path: Path) -> None:
    card, file = Recorder(new_card()), tmp_path / "modem.trace"
    with TraceWriter(file) as writer, ModemAccess(ModemPort(Modem(card)), way=way) as access:
        access.record(writer, "a modem")
        Lpa(access).profiles()
    seen = Trace.load(file)
    assert seen.transport == "a modem"
    assert es10_messages(seen.exchanges) == es10_messages(card.trace.exchanges) != []
    commands = [exchange.command for exchange in seen.exchanges]
    assert set(commands) <= {exchange.command for exchange in card.trace.exchanges}
    assert (way is Way.GENERIC) == any(command and command[1] == SELECT for command in commands)


def test_a_modem_without_sessions_is_used_by_raw_access() -> None:
    card = Recorder(new_card())
    assert lpa(card, lacks=("+CCHO", "+CGLA")).eid() == EID
    with pytest.raises(ModemError, match="CCHO"):
        lpa(card, Way.SESSIONS, lacks=("+CCHO",)).eid()


def test_a_modem_with_neither_says_what_it_refused_first() -> None:
    with pytest.raises(ModemError, match=r"AT\+CCHO"):
        lpa(new_card(), lacks=("+CCHO", "+CSIM")).eid()


def test_a_modem_without_raw_access_is_used_by_sessions() -> None:
    assert lpa(new_card(), lacks=("+CSIM",)).eid() == EID


def test_a_card_that_is_no_euicc() -> None:
    plain = TableCard({"0070000001": "019000", "0070800100": "9000"})
    with pytest.raises(NotAnEuicc, match="6A82"):
        lpa(plain).eid()
    with pytest.raises(ModemError, match="not found"):
        lpa(plain, Way.SESSIONS).eid()


@BOTH
def test_a_card_that_wants_to_know_the_lpa_first(way: Way) -> None:
    card = Card.manufacture(config=Config(gating="strict"))
    assert lpa(card, way).eid() == EID
    with pytest.raises((IpaError, StatusError), match="6985"):
        Lpa(ModemAccess(ModemPort(Modem(card)), way=way, capability=b"")).eid()


@BOTH
def test_enabling_waits_for_the_modem_to_refresh(way: Way) -> None:
    recorder = Recorder(card_with_profile(enable=False))
    device = lpa(recorder, way)
    device.enable(ICCID)
    assert states(device) == [1]
    assert [each.command for each in recorder.trace.exchanges].count(None) == 2


@BOTH
def test_a_modem_that_takes_no_notice_of_refresh_is_restarted(way: Way) -> None:
    recorder = Recorder(card_with_profile(enable=False))
    deaf = Modem(recorder, terminal_profile=None)
    assert deaf.feed(b'AT+CSIM=16,"8010000003010080"\r').endswith(b"OK\r\n")
    port = ModemPort(deaf)
    device = Lpa(ModemAccess(port, way=way, patience=0.1))
    device.enable(ICCID)
    assert states(device) == [1]
    assert port.typed[-20:].count("AT+CFUN=0") == 1


@BOTH
def test_a_card_that_announces_nothing_is_reset(way: Way) -> None:
    recorder = Recorder(card_with_profile(enable=False))
    port = ModemPort(Modem(recorder, terminal_profile=None))
    device = Lpa(ModemAccess(port, way=way))
    device.enable(ICCID)
    assert states(device) == [1]
    assert port.typed.count("AT+CFUN=1") == 1


def test_a_modem_that_needs_a_while_after_a_refresh_is_given_it() -> None:
    port = ModemPort(Modem(card_with_profile(enable=False)), busy_after_refresh=3)
    device = Lpa(ModemAccess(port, patience=10))
    device.enable(ICCID)
    assert states(device) == [1]


def test_a_modem_that_is_gone_in_the_middle() -> None:
    port = ModemPort(Modem(new_card()))
    access = ModemAccess(port)
    with Lpa(access) as device:
        assert device.eid() == EID
        port.gone = True
        with pytest.raises(TransportError, match="gone"):
            device.eid()
        port.gone = False
        assert device.eid() == EID
    access.close()


def test_a_session_that_somebody_else_has_reset_is_opened_again() -> None:
    modem = Modem(new_card())
    device = Lpa(ModemAccess(ModemPort(modem)))
    assert device.eid() == EID
    modem.feed(b"AT+CFUN=1,1\rATE0\r")
    with pytest.raises(ModemError, match="CGLA"):
        device.eid()
    assert device.eid() == EID


def test_channels_that_nobody_gave_back_are_no_obstacle() -> None:
    modem = Modem(new_card())
    for _ in range(19):
        modem.feed(f'AT+CCHO="{ISD_R}"\r'.encode())
    assert Lpa(ModemAccess(ModemPort(modem))).eid() == EID


def test_the_modem_as_a_reader() -> None:
    port = ModemPort(Modem(card_with_profile(enable=False)))
    device = Lpa(ModemTransport(Dialogue(port)))
    device.enable(ICCID)
    assert states(device) == [1]
