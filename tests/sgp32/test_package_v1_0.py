"""Packages of SGP.32 v1.0: what a result is bound to, the operations and the codes there were."""

from __future__ import annotations

import pytest

from apdu import tlv
from euicc.runtime import keys
from tests.isdr.installed import PPR1, PPR2, install
from tests.sgp32.device import ROLLBACK_AT_ONCE, Device
from tests.sgp32.eim import (
    GET_RAT,
    LIST_EIM,
    LIST_PROFILES,
    UNKNOWN_DAMAGED,
    UNSET_FALLBACK,
    Answer,
    Eim,
    code,
    configure_immediate_enable,
    delete,
    delete_eim,
    disable,
    enable,
    set_default_dp_address,
    set_fallback,
)
from tests.sgp32.iot import iot_card

TRANSACTION = b"\x07"


@pytest.fixture
def side() -> Device:
    side = Device(iot_card("sgp32-v1.0"))
    install(side.card, 1, enabled=True, pprs=PPR1)
    install(side.card, 2, pprs=PPR2)
    return side


@pytest.fixture
def eim(side: Device) -> Eim:
    return side.associate(Eim(), token=True)


def signature_of(package: bytes) -> bytes:
    return tlv.parse(package).children()[1].encoded


def test_answers_are_signed_over_the_signature_of_the_request(side: Device, eim: Eim) -> None:
    for eid in (side.eid, bytes(16)):
        package = eim.package(eid, [GET_RAT], transaction=TRANSACTION)
        answer = side.load(package)
        assert answer[0x82] == TRANSACTION
        assert answer.verifies(side.key(), signature_of(package))
        assert not side.signed_for(answer, eim)


def test_rollback_too() -> None:
    side = Device(iot_card("sgp32-v1.0"))
    install(side.card, 1, enabled=True)
    install(side.card, 2)
    eim = side.associate(Eim())
    package = eim.package(side.eid, [enable(2, rollback=True)])
    side.load(package)
    side.restart()
    result, package_result = tlv.parse(side.send(ROLLBACK_AT_ONCE)).children()
    assert result.encoded == code(0x02, 0)
    answer = Answer.of(package_result.encoded)
    assert answer.results == [code(0x8C, 0)]
    assert answer.verifies(side.key(), signature_of(package))


def test_unsigned_error_without_transaction(side: Device, eim: Eim) -> None:
    package = Eim("eim2").package(side.eid, [GET_RAT], transaction=TRANSACTION)
    assert side.send(package) == bytes.fromhex("BF5108A206800465696D32")


@pytest.mark.parametrize(
    ("operation", "result"),
    [
        (enable(2), code(0x83, 127)),
        (enable(1), code(0x83, 2)),
        (enable(9), code(0x83, 1)),
        (disable(1), code(0x84, 127)),
        (disable(2), code(0x84, 2)),
        (delete(2), code(0x85, 127)),
        (delete(1), code(0x85, 2)),
        (configure_immediate_enable(), code(0x87, 0)),
        (set_fallback(2), UNKNOWN_DAMAGED),
        (UNSET_FALLBACK, UNKNOWN_DAMAGED),
        (set_default_dp_address("smdp.example"), UNKNOWN_DAMAGED),
    ],
)
def test_operations_on_profiles(side: Device, eim: Eim, operation: bytes, result: bytes) -> None:
    assert side.psmo(eim, LIST_PROFILES, operation) == [side.send(LIST_PROFILES), result]


def test_operations_on_eims(side: Device, eim: Eim) -> None:
    second = Eim("eim2").fields()
    typed = second[:6] + tlv.encode(0x82, b"\x01") + second[6:]
    added, again = tlv.encode(0xA8, typed), bytes.fromhex("A80302017F")
    assert side.eco(eim, added, added) == [bytes.fromhex("A803020100"), again]
    first, other = tlv.encode(0x80, b"eim1"), tlv.encode(0x80, b"eim2") + bytes.fromhex("840101")
    listed = tlv.encode(0xAB, tlv.encode(0xA0, tlv.encode(0x30, first), tlv.encode(0x30, other)))
    assert side.eco(eim, LIST_EIM, delete_eim("eim2")) == [listed, code(0x89, 0)]


def test_there_is_no_code_for_an_emergency(side: Device, eim: Eim) -> None:
    with side.card.nvm.transaction():
        side.card.nvm.set(keys.EMERGENCY_RETURN, b"")
    assert side.load(eim.package(side.eid, [GET_RAT])).error == 127


def test_rollback_that_is_not_available() -> None:
    empty = Device(iot_card("sgp32-v1.0"))
    install(empty.card, 1)
    eim = empty.associate(Eim())
    assert empty.psmo(eim, enable(1, rollback=True)) == [code(0x83, 127)]
