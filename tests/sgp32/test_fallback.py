"""To the fallback profile and back: which profile is enabled, what is remembered, who is told."""

from __future__ import annotations

import pytest

from apdu import tlv
from euicc import Card
from euicc.profiles import fallback
from euicc.refusals import Reason, Refused
from euicc.runtime import keys
from tests.isdr.es10 import (
    TERMINAL_BUSY,
    delete,
    disable,
    enable,
    enabled,
    events,
    fetch,
    open_isdr,
    respond,
    start_proactive,
)
from tests.isdr.installed import DISABLE, ENABLE, PPR1, PROVISIONING, TEST, install
from tests.sgp32.device import Device
from tests.sgp32.eim import Eim, code
from tests.sgp32.eim import enable as enable_by_package
from tests.sgp32.iot import (
    EMERGENCY,
    EMERGENCY_ON,
    FALLBACK,
    FALLBACK_ALLOWED,
    FROM_FALLBACK,
    NORMAL,
    RESET,
    TO_FALLBACK,
    arranged,
    hold_fallback,
    iot_card,
    refresh_done,
    request,
    reset,
    run,
    tell,
)

OK = bytes.fromhex("800100")
NOT_AVAILABLE = bytes.fromhex("800106")


@pytest.fixture
def card() -> Card:
    return arranged()


@pytest.mark.parametrize("refresh", [False, True])
def test_there_and_back(card: Card, refresh: bool) -> None:
    run(card, TO_FALLBACK, refresh=refresh)
    assert enabled(open_isdr(card)) == [FALLBACK]
    run(card, FROM_FALLBACK, refresh=refresh)
    isdr = open_isdr(card)
    assert enabled(isdr) == [NORMAL]
    assert isdr.store_data(request(FROM_FALLBACK)) == tlv.encode(FROM_FALLBACK, NOT_AVAILABLE)
    assert events(isdr) == [
        (1, DISABLE, NORMAL),
        (2, ENABLE, FALLBACK),
        (3, DISABLE, FALLBACK),
        (4, ENABLE, NORMAL),
    ]


def test_nothing_changes_before_the_refresh(card: Card) -> None:
    start_proactive(card)
    isdr = open_isdr(card)
    isdr.store_data(request(TO_FALLBACK, refresh=True))
    assert enabled(isdr) == [NORMAL]
    assert isdr.store_data(request(FROM_FALLBACK)) == tlv.encode(FROM_FALLBACK, NOT_AVAILABLE)
    refresh_done(card)
    assert enabled(isdr) == [FALLBACK]


def test_a_refresh_that_the_terminal_could_not_do_leaves_nothing(card: Card) -> None:
    start_proactive(card)
    isdr = open_isdr(card)
    isdr.store_data(request(TO_FALLBACK, refresh=True))
    fetch(card)
    respond(card, TERMINAL_BUSY)
    card.reset()
    isdr = open_isdr(card)
    assert enabled(isdr) == [NORMAL]
    assert isdr.store_data(request(FROM_FALLBACK)) == tlv.encode(FROM_FALLBACK, NOT_AVAILABLE)
    assert events(isdr) == []


def test_a_profile_that_must_not_be_disabled_is_left_all_the_same() -> None:
    card = iot_card()
    install(card, NORMAL, enabled=True, pprs=PPR1)
    hold_fallback(card, install(card, FALLBACK, more=FALLBACK_ALLOWED))
    run(card, TO_FALLBACK)
    assert enabled(open_isdr(card)) == [FALLBACK]


@pytest.mark.parametrize("explicit", [enable(NORMAL), enable(3), disable(FALLBACK)])
@pytest.mark.parametrize("power_cycle", [False, True])
def test_an_explicit_change_ends_the_fallback(card: Card, explicit: bytes, power_cycle: bool) -> None:
    run(card, TO_FALLBACK)
    if power_cycle:
        card.reset()
    tell(card, explicit)
    assert tell(card, request(FROM_FALLBACK)) == tlv.encode(FROM_FALLBACK, NOT_AVAILABLE)
    assert tell(card, delete(NORMAL))[-1] == (2 if explicit == enable(NORMAL) else 0)


def test_a_change_that_a_package_promised_ends_the_fallback() -> None:
    """Its signed result says what the next REFRESH brings: the way back does not take its place."""
    side = Device(arranged())
    install(side.card, 4)
    eim = side.associate(Eim())
    assert side.send(request(TO_FALLBACK)) == tlv.encode(TO_FALLBACK, OK)
    assert side.psmo(eim, enable_by_package(4, rollback=True)) == [code(0x83, 0)]
    assert side.send(request(FROM_FALLBACK, refresh=True)) == tlv.encode(FROM_FALLBACK, NOT_AVAILABLE)
    assert side.send(request(FROM_FALLBACK)) == tlv.encode(FROM_FALLBACK, NOT_AVAILABLE)
    side.restart()
    assert side.enabled() == [4]


@pytest.mark.parametrize(("function", "number"), [(TO_FALLBACK, FALLBACK), (EMERGENCY_ON, EMERGENCY)])
@pytest.mark.parametrize("refresh", [False, True])
def test_a_profile_that_a_package_is_about_to_enable_is_not_disabled(
    function: int, number: int, refresh: bool
) -> None:
    side = Device(arranged())
    eim = side.associate(Eim())
    assert side.psmo(eim, enable_by_package(number)) == [code(0x83, 0)]
    assert side.send(request(function, refresh)) == tlv.encode(function, bytes.fromhex("800102"))
    side.restart()
    assert side.enabled() == [number]


def test_the_fallback_ends_with_its_profile() -> None:
    """A memory reset takes the fallback profile: nothing returns to the other one any more."""
    card = iot_card()
    install(card, NORMAL, enabled=True, profile_class=TEST)
    hold_fallback(card, install(card, FALLBACK, more=FALLBACK_ALLOWED))
    run(card, TO_FALLBACK)
    assert tell(card, reset(0)) == tlv.encode(RESET, bytes.fromhex("800100"))
    assert tell(card, delete(NORMAL)) == tlv.encode(0xBF33, OK)


def test_the_profile_to_return_to_is_not_deleted(card: Card) -> None:
    """SGP.22 has no code for it."""
    run(card, TO_FALLBACK)
    card.reset()
    assert tell(card, delete(NORMAL)) == bytes.fromhex("BF330380017F")
    run(card, FROM_FALLBACK)
    assert enabled(open_isdr(card)) == [NORMAL]


def test_return_after_the_profile_was_reset_away() -> None:
    """The one to return to is gone, the fallback profile, a provisioning profile, stays."""
    card = iot_card()
    install(card, NORMAL, enabled=True)
    hold_fallback(card, install(card, FALLBACK, more=FALLBACK_ALLOWED, profile_class=PROVISIONING))
    run(card, TO_FALLBACK)
    assert tell(card, reset(0)) == tlv.encode(RESET, OK)
    assert enabled(open_isdr(card)) == [FALLBACK]
    assert tell(card, request(FROM_FALLBACK)) == tlv.encode(FROM_FALLBACK, NOT_AVAILABLE)


def test_the_attribute_goes_with_its_profile(card: Card) -> None:
    tell(card, delete(FALLBACK))
    assert fallback.holder(card.nvm) is None
    assert tell(card, request(TO_FALLBACK)) == tlv.encode(TO_FALLBACK, NOT_AVAILABLE)
    install(card, FALLBACK)
    assert tell(card, request(TO_FALLBACK)) == tlv.encode(TO_FALLBACK, NOT_AVAILABLE)


def test_from_a_test_profile_and_back_the_way_out_of_test_mode_stays() -> None:
    card = arranged()
    install(card, 4, profile_class=TEST)
    tell(card, enable(4))
    run(card, TO_FALLBACK, FROM_FALLBACK)
    assert enabled(open_isdr(card)) == [4]
    tell(card, disable(4))
    assert enabled(open_isdr(card)) == [NORMAL]


def refusal(card: Card, number: int | None) -> Reason | None:
    """Why the attribute is not set (or, without a number, not unset)."""
    try:
        with card.nvm.transaction():
            if number is None:
                fallback.unset(card.nvm)
            else:
                profile = next(each for each in card.isdr.profiles.all() if each.iccid[-1] == number)
                fallback.set_attribute(card.nvm, profile)
    except Refused as refused:
        return refused.reason
    return None


def test_who_may_have_the_attribute(card: Card) -> None:
    install(card, 4, more=FALLBACK_ALLOWED)
    install(card, 5, more=bytes.fromhex("9F7B01FF9F6701FF"))
    assert refusal(card, NORMAL) is Reason.FALLBACK_NOT_ALLOWED
    assert refusal(card, 5) is Reason.FALLBACK_NOT_ALLOWED
    assert refusal(card, FALLBACK) is None
    assert refusal(card, 4) is None
    holder = fallback.holder(card.nvm)
    assert holder is not None
    assert holder.iccid[-1] == 4


def test_the_attribute_stays_while_its_profile_is_enabled(card: Card) -> None:
    install(card, 4, more=FALLBACK_ALLOWED)
    run(card, TO_FALLBACK)
    assert refusal(card, 4) is Reason.FALLBACK_ENABLED
    assert refusal(card, None) is Reason.FALLBACK_ENABLED
    assert refusal(card, FALLBACK) is None
    assert refusal(card, NORMAL) is Reason.FALLBACK_NOT_ALLOWED


def test_unset_and_unset_again(card: Card) -> None:
    card.reset()
    assert refusal(card, None) is None
    card.reset()
    assert refusal(card, None) is Reason.NO_FALLBACK


def test_all_of_it_survives_power_cycles(card: Card) -> None:
    run(card, TO_FALLBACK)
    for _ in range(2):
        card.power_off()
        card.reset()
    assert card.nvm.get(keys.FALLBACK_ATTRIBUTE) == card.isdr.profiles.all()[1].aid
    run(card, FROM_FALLBACK)
    assert enabled(open_isdr(card)) == [NORMAL]
