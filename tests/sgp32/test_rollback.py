"""G2 of the checklist: ProfileRollback, SGP.32 3.3.2 and 5.9.16.

Not provoked, because this card never gives it: undefinedError, as a rollback cannot fail without a reason of its own.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from apdu import tlv
from euicc import Config
from tests.isdr.es10 import (
    BEYOND_CAPABILITIES,
    REFRESH,
    events,
    fetch,
    respond,
    start_proactive,
)
from tests.isdr.installed import PROVISIONING, install
from tests.rsp import device as consumer
from tests.rsp.contents import contents
from tests.rsp.server import ADDRESS
from tests.sgp32.device import (
    ROLLBACK_AT_ONCE,
    ROLLBACK_BY_REFRESH,
    ROLLBACK_NOT_ALLOWED,
    Device,
    device,
)
from tests.sgp32.eim import (
    GET_RAT,
    Answer,
    Eim,
    code,
    configure_immediate_enable,
    delete,
    disable,
    enable,
    set_fallback,
)

FALLBACK_ALLOWED, ECALL = bytes.fromhex("9F6701FF"), bytes.fromhex("9F7B01FF")
TRANSACTION = bytes.fromhex("0A0B0C")


@pytest.fixture
def side() -> Device:
    side = device()
    install(side.card, 1, enabled=True)
    install(side.card, 2)
    install(side.card, 3, more=FALLBACK_ALLOWED)
    install(side.card, 4, more=ECALL)
    return side


@pytest.fixture
def eim(side: Device) -> Eim:
    return side.associate(Eim(), token=True)


def switched(side: Device, eim: Eim, *operations: bytes) -> Answer:
    """A package that enables profile 2 and authorises the way back; the card after its reset."""
    package = eim.package(side.eid, operations or (enable(2, rollback=True),), transaction=TRANSACTION)
    answer = side.load(package)
    assert answer.results[-1] == code(0x83, 0)
    side.restart()
    assert side.enabled() == [2]
    return answer


def rolled_back(response: bytes) -> Answer:
    """The new result in the answer to ProfileRollback."""
    assert response[:2] == b"\xbf\x58"
    result, package_result = tlv.parse(response).children()
    assert result.encoded == code(0x02, 0)
    return Answer.of(package_result.encoded)


@pytest.mark.parametrize("request_", [ROLLBACK_AT_ONCE, ROLLBACK_BY_REFRESH])
def test_never_authorised(side: Device, eim: Eim, request_: bytes) -> None:
    assert side.send(request_) == ROLLBACK_NOT_ALLOWED
    side.psmo(eim, enable(2))
    side.restart()
    assert side.send(request_) == ROLLBACK_NOT_ALLOWED
    assert side.enabled() == [2]


def test_at_once(side: Device, eim: Eim) -> None:
    original = switched(side, eim)
    assert len(events(side.channel)) == 2
    answer = rolled_back(side.send(ROLLBACK_AT_ONCE))
    assert side.enabled() == [1]
    assert answer.results == [code(0x8C, 0)]
    assert side.signed_for(answer, eim)
    for field in (0x80, 0x81, 0x82):
        assert answer[field] == original[field]
    assert answer.seq_number > original.seq_number
    assert side.stored_results() == [answer.encoded]
    assert events(side.channel) == []


def test_by_refresh(side: Device, eim: Eim) -> None:
    switched(side, eim)
    start_proactive(side.card)
    answer = rolled_back(side.send(ROLLBACK_BY_REFRESH))
    assert side.enabled() == [2]
    assert side.stored_results() == [answer.encoded]
    assert fetch(side.card)[:-2] == REFRESH
    respond(side.card)
    assert side.enabled() == [1]
    assert events(side.channel) == []


def test_by_the_reset_of_a_terminal_that_cannot_refresh(side: Device, eim: Eim) -> None:
    switched(side, eim)
    start_proactive(side.card)
    rolled_back(side.send(ROLLBACK_BY_REFRESH))
    fetch(side.card)
    respond(side.card, BEYOND_CAPABILITIES)
    side.restart()
    assert side.enabled() == [1]
    assert events(side.channel) == []


def test_before_the_switch_happened(side: Device, eim: Eim) -> None:
    side.psmo(eim, enable(2, rollback=True))
    rolled_back(side.send(ROLLBACK_AT_ONCE))
    side.restart()
    assert side.enabled() == [1]
    assert events(side.channel) == []


@pytest.mark.parametrize("request_", [bytes.fromhex("BF580301 0101"), bytes.fromhex("BF580301 0100")])
def test_boolean_with_its_universal_tag(side: Device, eim: Eim, request_: bytes) -> None:
    switched(side, eim)
    rolled_back(side.send(request_))
    side.restart()
    assert side.enabled() == [1]


def test_once(side: Device, eim: Eim) -> None:
    switched(side, eim)
    rolled_back(side.send(ROLLBACK_AT_ONCE))
    assert side.send(ROLLBACK_AT_ONCE) == ROLLBACK_NOT_ALLOWED
    assert side.enabled() == [1]


def test_survives_power_cycles(side: Device, eim: Eim) -> None:
    switched(side, eim)
    for _ in range(3):
        side.restart()
    rolled_back(side.send(ROLLBACK_AT_ONCE))


def test_back_to_the_profile_disabled_in_the_same_package(side: Device, eim: Eim) -> None:
    switched(side, eim, disable(1), enable(2, rollback=True))
    rolled_back(side.send(ROLLBACK_AT_ONCE))
    assert side.enabled() == [1]


def test_not_by_refresh_while_the_terminal_is_busy(side: Device, eim: Eim) -> None:
    switched(side, eim)
    start_proactive(side.card)
    side.card.proactive.refresh(4, lambda result: None)
    fetch(side.card)
    assert side.send(ROLLBACK_BY_REFRESH) == bytes.fromhex("BF5803020105")
    assert side.enabled() == [2]
    rolled_back(side.send(ROLLBACK_AT_ONCE))
    assert side.enabled() == [1]


def test_malformed(side: Device, eim: Eim) -> None:
    switched(side, eim)
    for request in ("BF5800", "BF58028000", "BF5803870100"):
        assert side.send(bytes.fromhex(request)) == bytes.fromhex("BF5803020107")
    rolled_back(side.send(ROLLBACK_AT_ONCE))


def test_other_notifications_stay(side: Device, eim: Eim) -> None:
    """What the package deleted is gone, rollback or not."""
    switched(side, eim, delete(3), enable(2, rollback=True))
    assert [each[1:] for each in events(side.channel)] == [(0x10, 3), (0x20, 1), (0x40, 2)]
    rolled_back(side.send(ROLLBACK_AT_ONCE))
    assert [each[1:] for each in events(side.channel)] == [(0x10, 3)]


def test_the_counter_stays_used(side: Device, eim: Eim) -> None:
    package = eim.package(side.eid, [enable(2, rollback=True)])
    side.load(package)
    side.restart()
    rolled_back(side.send(ROLLBACK_AT_ONCE))
    assert side.load(package).error == 4
    assert side.enabled() == [1]


def test_result_of_the_rollback_is_acknowledged_like_any(side: Device, eim: Eim) -> None:
    switched(side, eim)
    answer = rolled_back(side.send(ROLLBACK_AT_ONCE))
    assert side.remove(answer.seq_number) == 0
    assert side.stored_results() == []


def acknowledge(side: Device, eim: Eim) -> None:
    for result in side.stored_results():
        assert side.remove(Answer.of(result).seq_number) == 0


def another_package(side: Device, eim: Eim) -> None:
    side.psmo(eim, GET_RAT)


def fallback_at_once(side: Device, eim: Eim) -> None:
    assert side.send(bytes.fromhex("BF5D03800100")) == bytes.fromhex("BF5D03800100")


def fallback_by_refresh(side: Device, eim: Eim) -> None:
    assert side.send(bytes.fromhex("BF5D038001FF")) == bytes.fromhex("BF5D03800100")


def emergency_by_refresh(side: Device, eim: Eim) -> None:
    assert side.send(bytes.fromhex("BF5B038001FF")) == bytes.fromhex("BF5B03800100")


def emergency_is_on(side: Device, eim: Eim) -> None:
    assert side.send(bytes.fromhex("BF5B03800100")) == bytes.fromhex("BF5B03800100")


def eims_reset(side: Device, eim: Eim) -> None:
    assert side.send(bytes.fromhex("BF6404820202 04")) == bytes.fromhex("BF6406800100810100")


@pytest.mark.parametrize(
    "happens",
    [
        acknowledge,
        another_package,
        fallback_at_once,
        fallback_by_refresh,
        emergency_by_refresh,
        emergency_is_on,
        eims_reset,
    ],
)
@pytest.mark.parametrize("request_", [ROLLBACK_AT_ONCE, ROLLBACK_BY_REFRESH])
def test_no_longer_authorised(
    side: Device, eim: Eim, happens: Callable[[Device, Eim], None], request_: bytes
) -> None:
    side.psmo(eim, set_fallback(3))
    switched(side, eim)
    happens(side, eim)
    enabled, stored = side.enabled(), side.stored_results()
    assert side.send(request_) == ROLLBACK_NOT_ALLOWED
    assert side.enabled() == enabled
    assert side.stored_results() == stored


def test_a_refused_package_does_not_cancel(side: Device, eim: Eim) -> None:
    switched(side, eim)
    side.load(eim.package(bytes(16), [GET_RAT], counter=9))
    side.load(eim.package(side.eid, [GET_RAT], counter=1))
    side.load(Eim("eim2").package(side.eid, [GET_RAT]))
    rolled_back(side.send(ROLLBACK_AT_ONCE))
    assert side.enabled() == [1]


def test_after_the_emergency_it_is_authorised_again(side: Device, eim: Eim) -> None:
    switched(side, eim)
    emergency_is_on(side, eim)
    assert side.send(bytes.fromhex("BF5C03800100")) == bytes.fromhex("BF5C03800100")
    assert side.enabled() == [2]
    rolled_back(side.send(ROLLBACK_AT_ONCE))
    assert side.enabled() == [1]


@pytest.mark.parametrize("refresh", [False, True])
def test_immediate_enable_ends_it(refresh: bool) -> None:
    download = consumer.device(config=Config(variant="sgp32"))
    side = Device(download.card)
    install(side.card, 1, enabled=True)
    install(side.card, 2)
    eim = side.associate(Eim())
    side.psmo(eim, configure_immediate_enable(b"\x80\x00", tlv.encode(0x82, ADDRESS.encode())))
    switched(side, eim)
    download.select()
    download.install(contents())
    flag = b"\xff" if refresh else b"\x00"
    assert download.send(tlv.encode(0xBF5A, tlv.encode(0x80, flag))) == bytes.fromhex("BF5A03800100")
    for _ in range(2):
        assert side.send(ROLLBACK_AT_ONCE) == ROLLBACK_NOT_ALLOWED
        side.restart()
    assert side.enabled() not in ([1], [2])


@pytest.mark.parametrize("kept", [1, 2])
def test_another_profile_in_the_place_of_one_of_the_two(kept: int) -> None:
    """A memory reset takes one away, and a profile that is none of the two gets its ISD-P."""
    classes = {kept: PROVISIONING}
    side = device()
    install(side.card, 1, enabled=True, profile_class=classes.get(1))
    install(side.card, 2, profile_class=classes.get(2))
    eim = side.associate(Eim())
    switched(side, eim)
    assert side.send(bytes.fromhex("BF640482020780")) == bytes.fromhex("BF6403800100")
    side.restart()
    install(side.card, 5, enabled=kept == 1)
    assert side.send(ROLLBACK_AT_ONCE) == ROLLBACK_NOT_ALLOWED
    assert 1 not in side.enabled()
