"""The Emergency Profile on and off: what it takes with it, what it keeps from happening."""

from __future__ import annotations

import pytest

from apdu import tlv
from euicc import Card
from tests.isdr.es10 import (
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
from tests.isdr.installed import DISABLE, ENABLE, PPR1, install
from tests.sgp32.iot import (
    ECALL,
    EMERGENCY,
    EMERGENCY_OFF,
    EMERGENCY_ON,
    FALLBACK,
    FROM_FALLBACK,
    NORMAL,
    RESET,
    TO_FALLBACK,
    arranged,
    iot_card,
    refresh_done,
    request,
    reset,
    run,
    tell,
)

NOT_ENABLED = tlv.encode(EMERGENCY_OFF, bytes.fromhex("800102"))


@pytest.fixture
def card() -> Card:
    return arranged()


@pytest.mark.parametrize("refresh", [False, True])
def test_on_and_off(card: Card, refresh: bool) -> None:
    """Nobody is told that it went on; both changes are told when it goes off."""
    run(card, EMERGENCY_ON, refresh=refresh)
    isdr = open_isdr(card)
    assert enabled(isdr) == [EMERGENCY]
    assert events(isdr) == []
    run(card, EMERGENCY_OFF, refresh=refresh)
    isdr = open_isdr(card)
    assert enabled(isdr) == [NORMAL]
    assert events(isdr) == [(1, DISABLE, EMERGENCY), (2, ENABLE, NORMAL)]
    assert isdr.store_data(request(EMERGENCY_OFF)) == NOT_ENABLED


def test_when_no_profile_was_enabled_none_is_afterwards() -> None:
    card = arranged(enabled=None)
    run(card, EMERGENCY_ON)
    card.reset()
    assert tell(card, request(EMERGENCY_ON)) == tlv.encode(EMERGENCY_ON, bytes.fromhex("800102"))
    run(card, EMERGENCY_OFF)
    assert enabled(open_isdr(card)) == []


def test_policy_rules_do_not_keep_it_from_going_on() -> None:
    card = iot_card()
    install(card, NORMAL, enabled=True, pprs=PPR1)
    install(card, EMERGENCY, more=ECALL)
    run(card, EMERGENCY_ON)
    assert enabled(open_isdr(card)) == [EMERGENCY]


def test_it_survives_power_cycles(card: Card) -> None:
    run(card, EMERGENCY_ON)
    card.power_off()
    card.reset()
    assert tell(card, request(TO_FALLBACK)) == tlv.encode(TO_FALLBACK, bytes.fromhex("800168"))
    run(card, EMERGENCY_OFF)
    assert enabled(open_isdr(card)) == [NORMAL]


def test_it_is_on_from_the_refresh_on(card: Card) -> None:
    start_proactive(card)
    isdr = open_isdr(card)
    isdr.store_data(request(EMERGENCY_ON, refresh=True))
    assert isdr.store_data(request(EMERGENCY_OFF)) == NOT_ENABLED
    refresh_done(card)
    assert enabled(isdr) == [EMERGENCY]
    isdr.store_data(request(EMERGENCY_OFF, refresh=True))
    assert enabled(isdr) == [EMERGENCY]
    refresh_done(card)
    assert enabled(isdr) == [NORMAL]


def test_a_refresh_that_fails_leaves_it_off(card: Card) -> None:
    start_proactive(card)
    isdr = open_isdr(card)
    isdr.store_data(request(EMERGENCY_ON, refresh=True))
    fetch(card)
    respond(card, "2000")
    card.reset()
    isdr = open_isdr(card)
    assert enabled(isdr) == [NORMAL]
    assert isdr.store_data(request(EMERGENCY_OFF)) == NOT_ENABLED
    isdr.store_data(enable(FALLBACK))
    assert [event for _, event, _ in events(isdr)] == [DISABLE, ENABLE]


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (enable(NORMAL), "BF310380017F"),
        (disable(EMERGENCY), "BF320380017F"),
        (delete(NORMAL), "BF330380017F"),
        (delete(EMERGENCY), "BF3303800102"),
        (bytes.fromhex("BF340482020560"), "BF340380017F"),
        (reset(5), "BF6403800168"),
        (request(TO_FALLBACK), "BF5D03800168"),
        (request(FROM_FALLBACK), "BF5E03800106"),
        (request(EMERGENCY_ON), "BF5B03800102"),
    ],
)
def test_what_it_keeps_from_happening(card: Card, command: bytes, answer: str) -> None:
    run(card, EMERGENCY_ON)
    assert tell(card, command) == bytes.fromhex(answer)
    assert enabled(open_isdr(card)) == [EMERGENCY]
    run(card, EMERGENCY_OFF)
    assert enabled(open_isdr(card)) == [NORMAL]


def test_out_of_the_fallback_and_back_into_it(card: Card) -> None:
    run(card, TO_FALLBACK, EMERGENCY_ON)
    assert enabled(open_isdr(card)) == [EMERGENCY]
    run(card, EMERGENCY_OFF)
    assert enabled(open_isdr(card)) == [FALLBACK]
    run(card, FROM_FALLBACK)
    assert enabled(open_isdr(card)) == [NORMAL]


def test_its_profile_enabled_like_any_other_is_no_emergency(card: Card) -> None:
    tell(card, enable(EMERGENCY))
    assert tell(card, request(EMERGENCY_ON)) == tlv.encode(EMERGENCY_ON, bytes.fromhex("800102"))
    assert tell(card, request(EMERGENCY_OFF)) == NOT_ENABLED
    assert tell(card, reset(0)) == tlv.encode(RESET, bytes.fromhex("800100"))
