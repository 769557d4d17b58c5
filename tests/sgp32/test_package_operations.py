"""Every operation on profiles with every result code a card can give, and the rules that bind them together.

Not provoked, because this card never gives them: undefinedError of delete, listProfileInfo, configureImmediateEnable
and the fallback attribute, which cannot fail without a reason of its own; commandError of configureImmediateEnable and
unsetFallbackAttribute, as a request that decodes has no other fault; interruption and undefinedError of
processingTerminated, as a package is executed wholly or not at all.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from apdu import tlv
from euicc import Config
from euicc.runtime import keys
from tests.isdr.es10 import BEYOND_CAPABILITIES, REFRESH, events, fetch, respond, start_proactive, states
from tests.isdr.installed import PPR1, PPR2, PROVISIONING, TEST, install
from tests.sgp32.device import Device, device
from tests.sgp32.eim import (
    GET_RAT,
    LIST_PROFILES,
    UNSET_FALLBACK,
    Eim,
    code,
    configure_immediate_enable,
    delete,
    disable,
    enable,
    set_default_dp_address,
    set_fallback,
)

ENABLE, DISABLE, DELETE = 0x40, 0x20, 0x10
FALLBACK_ALLOWED, ECALL = bytes.fromhex("9F6701FF"), bytes.fromhex("9F7B01FF")
CHANGE_ONGOING = bytes.fromhex("BF2D0381010B")


def two(side: Device) -> None:
    """Profile 1 is enabled, 2 is not."""
    install(side.card, 1, enabled=True)
    install(side.card, 2)


def two_disabled(side: Device) -> None:
    install(side.card, 1)
    install(side.card, 2)


def locked(side: Device) -> None:
    """Profile 1 may not be disabled, 2 not be deleted."""
    install(side.card, 1, enabled=True, pprs=PPR1)
    install(side.card, 2, pprs=PPR2)
    install(side.card, 3, profile_class=PROVISIONING)


def testing(side: Device) -> None:
    """A test profile is enabled that was not entered from profile 1."""
    install(side.card, 1)
    install(side.card, 2, enabled=True, profile_class=TEST)


def fallbacks(side: Device) -> None:
    """2 and 3 may be the fallback profile, 1 may not, 4 is for emergencies."""
    install(side.card, 1, enabled=True)
    install(side.card, 2, more=FALLBACK_ALLOWED)
    install(side.card, 3, more=FALLBACK_ALLOWED)
    install(side.card, 4, more=ECALL + FALLBACK_ALLOWED)


def fallen_back(side: Device) -> None:
    """2 is the fallback profile and enabled, 1 waits for the return."""
    one = install(side.card, 1)
    two = install(side.card, 2, enabled=True, more=FALLBACK_ALLOWED)
    install(side.card, 3, more=FALLBACK_ALLOWED)
    with side.card.nvm.transaction():
        side.card.nvm.set(keys.FALLBACK_ATTRIBUTE, two.aid)
        side.card.nvm.set(keys.FALLBACK_RETURN, one.aid)


def busy(side: Device) -> None:
    """A proactive session is running."""
    two(side)
    start_proactive(side.card)
    side.card.proactive.refresh(4, lambda result: None)
    fetch(side.card)


TOO_LONG = tlv.encode(0x82, b"a" * 256)
CASES: list[tuple[Callable[[Device], None], list[bytes], list[bytes]]] = [
    (two, [enable(2)], [code(0x83, 0)]),
    (two, [enable(2, rollback=True)], [code(0x83, 0)]),
    (two, [enable(9)], [code(0x83, 1)]),
    (two, [enable(1)], [code(0x83, 2)]),
    (locked, [enable(2)], [code(0x83, 3)]),
    (locked, [enable(3)], [code(0x83, 0)]),
    (busy, [enable(2)], [code(0x83, 5)]),
    (two_disabled, [enable(2, rollback=True)], [code(0x83, 20)]),
    (two_disabled, [enable(2)], [code(0x83, 0)]),
    (testing, [enable(1)], [code(0x83, 127)]),
    (two, [enable(2), enable(1)], [code(0x83, 0), code(0x83, 127)]),
    (two, [disable(1)], [code(0x84, 0)]),
    (two, [disable(9)], [code(0x84, 1)]),
    (two, [disable(2)], [code(0x84, 2)]),
    (locked, [disable(1)], [code(0x84, 3)]),
    (busy, [disable(1)], [code(0x84, 5)]),
    (two, [disable(1), disable(1)], [code(0x84, 0), code(0x84, 127)]),
    (two, [enable(2), disable(1)], [code(0x83, 0), code(0x84, 127)]),
    (two, [disable(1), enable(2)], [code(0x84, 0), code(0x83, 0)]),
    (two, [disable(1), enable(2, rollback=True)], [code(0x84, 0), code(0x83, 0)]),
    (two, [disable(1), enable(1)], [code(0x84, 0), code(0x83, 2)]),
    (two, [disable(1), enable(9)], [code(0x84, 0), code(0x83, 1)]),
    (two, [delete(2)], [code(0x85, 0)]),
    (two, [delete(9)], [code(0x85, 1)]),
    (two, [delete(1)], [code(0x85, 2)]),
    (two, [delete(2), delete(2)], [code(0x85, 0), code(0x85, 1)]),
    (two, [enable(2), delete(2)], [code(0x83, 0), code(0x85, 2)]),
    (two, [disable(1), delete(1)], [code(0x84, 0), code(0x85, 2)]),
    (locked, [delete(2)], [code(0x85, 3)]),
    (locked, [delete(3)], [code(0x85, 3)]),
    (two, [enable(2, rollback=True), delete(1)], [code(0x83, 0), code(0x85, 20)]),
    (fallen_back, [delete(1)], [code(0x85, 21)]),
    (two, [delete(2), enable(2)], [code(0x85, 0), code(0x83, 1)]),
    (two, [bytes.fromhex("BF2D05A003950107")], [bytes.fromhex("BF2D03810101")]),
    (two, [enable(2), LIST_PROFILES], [code(0x83, 0), CHANGE_ONGOING]),
    (two, [disable(1), LIST_PROFILES], [code(0x84, 0), CHANGE_ONGOING]),
    (two, [delete(2), LIST_PROFILES], [code(0x85, 0), CHANGE_ONGOING]),
    (two, [configure_immediate_enable(b"\x80\x00", tlv.encode(0x82, b"smdp.example"))], [code(0x87, 0)]),
    (two, [configure_immediate_enable()], [code(0x87, 0)]),
    (two, [configure_immediate_enable(b"\x80\x00", TOO_LONG)], [code(0x87, 1)]),
    (fallbacks, [set_fallback(2)], [code(0x8D, 0)]),
    (fallbacks, [set_fallback(2), set_fallback(3), set_fallback(3)], [code(0x8D, 0)] * 3),
    (fallbacks, [set_fallback(9)], [code(0x8D, 1)]),
    (fallbacks, [set_fallback(1)], [code(0x8D, 2)]),
    (fallbacks, [set_fallback(4)], [code(0x8D, 2)]),
    (fallen_back, [set_fallback(3)], [code(0x8D, 3)]),
    (fallen_back, [set_fallback(2)], [code(0x8D, 0)]),
    (fallbacks, [set_fallback(2), UNSET_FALLBACK], [code(0x8D, 0), code(0x8E, 0)]),
    (fallbacks, [UNSET_FALLBACK], [code(0x8E, 2)]),
    (fallen_back, [UNSET_FALLBACK], [code(0x8E, 3)]),
    (two, [set_default_dp_address("smdp.example")], [bytes.fromhex("BF6503800100")]),
    (two, [set_default_dp_address("")], [bytes.fromhex("BF6503800100")]),
    (two, [set_default_dp_address("a" * 256)], [bytes.fromhex("BF650380017F")]),
]


def named(operations: list[bytes]) -> str:
    return "-".join(f"{each[0]:02x}{each[-1]:02x}" for each in operations)


@pytest.mark.parametrize(
    ("arrange", "operations", "results"), CASES, ids=[f"{a.__name__}-{named(o)}" for a, o, _ in CASES]
)
def test_results(arrange: Callable[[Device], None], operations: list[bytes], results: list[bytes]) -> None:
    side = device()
    arrange(side)
    eim = side.associate(Eim(), token=True)
    answer = side.load(eim.package(side.eid, operations))
    assert answer.results == results
    assert side.signed_for(answer, eim)
    assert side.stored_results() == [answer.encoded]


@pytest.fixture
def side() -> Device:
    side = device()
    two(side)
    return side


@pytest.fixture
def eim(side: Device) -> Eim:
    return side.associate(Eim())


def test_queries(side: Device, eim: Eim) -> None:
    listed, rat = side.psmo(eim, LIST_PROFILES, GET_RAT)
    assert listed == side.send(LIST_PROFILES)
    shown = tlv.find(side.send(bytes.fromhex("BF4300")), 0xBF43, 0xA0)
    assert shown
    assert rat == tlv.encode(0xA6, shown)


def test_rollback_flag_as_some_stacks_tag_it(side: Device, eim: Eim) -> None:
    operation = enable(2, rollback=True)[:-2] + bytes.fromhex("8100")
    assert side.psmo(eim, operation) == [code(0x83, 0)]
    side.restart()
    assert side.send(bytes.fromhex("BF5803800100"))[:6] != bytes.fromhex("BF5803020101")


def test_without_terminal_profile_the_switch_comes_with_the_reset(side: Device, eim: Eim) -> None:
    assert side.psmo(eim, enable(2)) == [code(0x83, 0)]
    assert side.enabled() == [1]
    side.restart()
    assert side.enabled() == [2]
    assert [each[1:] for each in events(side.channel)] == [(DISABLE, 1), (ENABLE, 2)]


def test_the_terminal_is_asked_for_a_refresh(side: Device, eim: Eim) -> None:
    start_proactive(side.card)
    side.psmo(eim, disable(1), enable(2))
    assert side.channel.proactive_pending
    assert side.enabled() == [1]
    assert fetch(side.card)[:-2] == REFRESH
    assert respond(side.card)[-2:] == b"\x90\x00"
    assert side.enabled() == [2]
    assert [each[1:] for each in events(side.channel)] == [(DISABLE, 1), (ENABLE, 2)]


def test_what_a_signed_result_says_happens_in_spite_of_the_terminal(side: Device, eim: Eim) -> None:
    start_proactive(side.card)
    side.psmo(eim, enable(2))
    fetch(side.card)
    respond(side.card, BEYOND_CAPABILITIES)
    assert side.enabled() == [1]
    side.restart()
    assert side.enabled() == [2]


def test_the_next_package_finds_the_promised_switch_done(side: Device, eim: Eim) -> None:
    side.psmo(eim, enable(2))
    assert side.psmo(eim, disable(1)) == [code(0x84, 2)]
    assert side.enabled() == [2]
    assert side.psmo(eim, disable(2)) == [code(0x84, 0)]
    side.restart()
    assert side.enabled() == []


def test_package_without_changes_asks_for_nothing(side: Device, eim: Eim) -> None:
    start_proactive(side.card)
    side.psmo(eim, delete(2), enable(9))
    assert fetch(side.card) == b"\x69\x85"


def test_a_switch_before_the_failure_still_happens(side: Device, eim: Eim) -> None:
    assert side.psmo(eim, disable(1), enable(9)) == [code(0x84, 0), code(0x83, 1)]
    side.restart()
    assert side.enabled() == []


def test_immediate_enable_and_default_address_are_stored(side: Device, eim: Eim) -> None:
    flag, oid = b"\x80\x00", bytes.fromhex("8103883701")
    assert side.psmo(eim, configure_immediate_enable(flag, oid)) == [code(0x87, 0)]
    stored = side.card.nvm.get(keys.IMMEDIATE_ENABLE)
    assert stored is not None
    assert stored.smdp_oid == "2.999.1"
    side.psmo(eim, configure_immediate_enable(), set_default_dp_address("smdp.example"))
    assert side.card.nvm.get(keys.IMMEDIATE_ENABLE) is None
    assert tlv.find(side.send(bytes.fromhex("BF3C00")), 0xBF3C, 0x80) == b"smdp.example"


def test_delete_tells_the_smdp(side: Device, eim: Eim) -> None:
    side.psmo(eim, delete(2))
    assert [each[1:] for each in events(side.channel)] == [(DELETE, 2)]
    assert states(side.channel) == {1: 1}


def test_no_fallback_attribute_on_a_card_without_fallback() -> None:
    side = device(Config(fallback=False))
    install(side.card, 1, more=FALLBACK_ALLOWED)
    eim = side.associate(Eim())
    assert side.psmo(eim, set_fallback(9)) == [code(0x8D, 1)]
    assert side.psmo(eim, set_fallback(1)) == [code(0x8D, 2)]
    assert side.psmo(eim, UNSET_FALLBACK) == [code(0x8E, 2)]
