"""The power goes at every point of fallback, emergency, immediate enabling, memory reset: before or after, not between.

What a switch remembers as the way back counts as much as the switch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from euicc import Card
from euicc.runtime import keys
from euicc.runtime.nvm import Key
from euicc.testing.faults import power_cuts
from tests.isdr.es10 import open_isdr
from tests.rsp.contents import contents
from tests.rsp.device import Device, pki
from tests.rsp.server import ADDRESS, Server
from tests.sgp32.iot import (
    EMERGENCY_OFF,
    EMERGENCY_ON,
    FROM_FALLBACK,
    IMMEDIATE_ENABLE,
    TO_FALLBACK,
    add_initial_eim,
    arranged,
    configure,
    request,
    reset,
    run,
    tell,
)

Snapshot = tuple[object, ...]
REMEMBERED: tuple[Key[Any], ...] = (
    keys.FALLBACK_ATTRIBUTE,
    keys.FALLBACK_RETURN,
    keys.EMERGENCY_RETURN,
    keys.IMMEDIATE_ENABLE,
    keys.BEFORE_TEST,
)
TEMPORARY = (keys.PENDING_SWITCH, keys.PENDING_SWITCH_UNTOLD, keys.MEMORY_RESET)
MOST_POINTS = 100


def usual() -> Card:
    card = arranged()
    tell(card, configure(oid=None, address=ADDRESS))
    tell(card, add_initial_eim())
    card.reset()
    return card


def without_eim() -> Card:
    card = arranged()
    tell(card, configure(oid=None, address=ADDRESS))
    return card


def in_fallback() -> Card:
    card = usual()
    run(card, TO_FALLBACK)
    return card


def emergency() -> Card:
    card = usual()
    run(card, EMERGENCY_ON)
    return card


def emergency_in_fallback() -> Card:
    card = in_fallback()
    run(card, EMERGENCY_ON)
    return card


FLOWS: list[tuple[Callable[[], Card], bytes]] = [
    *(
        (arrange, request(function, refresh))
        for refresh in (False, True)
        for arrange, function in (
            (usual, TO_FALLBACK),
            (in_fallback, FROM_FALLBACK),
            (usual, EMERGENCY_ON),
            (emergency, EMERGENCY_OFF),
            (in_fallback, EMERGENCY_ON),
            (emergency_in_fallback, EMERGENCY_OFF),
        )
    ),
    (usual, reset(0)),
    (usual, reset(5)),
    (usual, reset(6)),
    (in_fallback, reset(*range(7))),
    (without_eim, configure(flag=False)),
    (without_eim, configure()),
]


def snapshot(card: Card) -> Snapshot:
    """What the device can see, and what the card remembers."""
    isdr = open_isdr(card)
    seen = [isdr.store_data(bytes.fromhex(each)) for each in ("BF2D00", "BF2B00", "BF3C00", "BF5500")]
    assert [card.nvm.get(key) for key in TEMPORARY] == [None] * 3
    assert card.nvm.get(keys.SWITCH_CAUSE) == 0
    return (*seen, *(card.nvm.get(key) for key in REMEMBERED))


def carry_out(card: Card, command: bytes) -> None:
    """The function, and the reset that its REFRESH asks for."""
    open_isdr(card).store_data(command)
    card.reset()


def cuts(make: Callable[[], Card], act: Callable[[Card], object]) -> Iterator[Card]:
    """A card for each point at which the power can go, after it came back."""
    for cut in power_cuts(most=MOST_POINTS):
        card = make()
        with cut.on(card):
            act(card)
        if cut.happened:
            card.reset()
            yield card
    assert cut.point > 2


@pytest.mark.parametrize(
    ("arrange", "command"), FLOWS, ids=[f"{a.__name__}-{c[:2].hex()}-{c[-2:].hex()}" for a, c in FLOWS]
)
def test_before_or_after(arrange: Callable[[], Card], command: bytes) -> None:
    reference = arrange()
    reference.reset()
    before = snapshot(reference)
    carry_out(reference, command)
    after = snapshot(reference)
    found = [snapshot(card) for card in cuts(arrange, lambda card: carry_out(card, command))]
    assert set(found) <= {before, after}
    assert after in found
    assert before in found or before == after


def downloaded() -> Card:
    """A profile was just installed, and its server is the configured one."""
    card = Card.manufacture(pki=pki(), seed=1, variant="sgp32")
    side = Device(card, Server(pki()))
    side.send(configure(oid=None, address=ADDRESS))
    side.install(contents())
    return card


@pytest.mark.parametrize("refresh", [False, True])
def test_immediate_enable(refresh: bool) -> None:
    command = request(IMMEDIATE_ENABLE, refresh)
    reference = downloaded()
    before = snapshot(reference)
    carry_out(reference, command)
    after = snapshot(reference)
    found = [snapshot(card) for card in cuts(downloaded, lambda card: carry_out(card, command))]
    assert set(found) == {before, after}


@pytest.mark.parametrize("function", [TO_FALLBACK, EMERGENCY_ON])
def test_power_lost_again_while_it_comes_back(function: int) -> None:
    """A switch that was answered happens, with all that it remembers, however often the power goes at the start."""

    def waiting() -> Card:
        card = usual()
        open_isdr(card).store_data(request(function, refresh=True))
        return card

    reference = waiting()
    reference.reset()
    after = snapshot(reference)
    found = [snapshot(card) for card in cuts(waiting, Card.reset)]
    assert len(found) > 3
    assert set(found) == {after}
