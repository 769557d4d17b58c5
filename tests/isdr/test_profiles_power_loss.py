"""The power goes at every point of every change of state: the card comes back before or after, never between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext

import pytest

from apdu import tlv
from euicc import Card
from euicc.runtime import keys
from euicc.testing.faults import PowerCut, power_cuts
from tests.isdr.es10 import delete, disable, enable, memory_reset, open_isdr, result
from tests.isdr.installed import PROVISIONING, TEST, install

Snapshot = tuple[bytes, bytes, bytes]
POINTS_BEFORE_RESET_BEGINS = 3
"""One write and the two sides of its commit."""


def two_first_enabled(card: Card) -> None:
    install(card, 1, enabled=True)
    install(card, 2)


def two_disabled(card: Card) -> None:
    install(card, 1)
    install(card, 2)


def in_test_mode(card: Card) -> None:
    two_first_enabled(card)
    install(card, 3, profile_class=TEST)
    install(card, 4, profile_class=PROVISIONING)
    open_isdr(card).store_data(enable(3))


FLOWS: list[tuple[Callable[[Card], None], bytes]] = [
    (two_first_enabled, enable(2)),
    (two_first_enabled, enable(2, refresh=True)),
    (two_first_enabled, disable(1)),
    (two_first_enabled, disable(1, refresh=True)),
    (two_disabled, delete(1)),
    (two_first_enabled, memory_reset(0, 2)),
    (in_test_mode, disable(3)),
    (in_test_mode, disable(3, refresh=True)),
    (in_test_mode, memory_reset(1)),
    (in_test_mode, memory_reset(0, 1, 2)),
]
"""What is on the card, and the request; any refresh is carried out by the reset that follows."""


def card_before(arrange: Callable[[Card], None]) -> Card:
    card = Card.manufacture(seed=1)
    arrange(card)
    open_isdr(card).store_data(tlv.encode(0xBF3F, tlv.encode(0x80, b"smdp.example")))
    card.reset()
    return card


def snapshot(card: Card) -> Snapshot:
    """What the device can see: profiles, notifications and default address."""
    isdr = open_isdr(card)
    profiles, notifications, addresses = (
        isdr.store_data(bytes.fromhex(request)) for request in ("BF2D00", "BF2B00", "BF3C00")
    )
    return profiles, notifications, addresses


def run(card: Card, request: bytes) -> bytes:
    answer = open_isdr(card).store_data(request)
    card.reset()
    return answer


def cuts(arrange: Callable[[Card], None], request: bytes) -> Iterator[Card]:
    """A card for each point at which the power can go, after it came back."""
    for cut in power_cuts(most=100):
        card = card_before(arrange)
        with cut.on(card):
            run(card, request)
        if cut.happened:
            card.reset()
            yield card
    assert cut.point > 3


@pytest.mark.parametrize(
    ("arrange", "request_"), FLOWS, ids=[f"{a.__name__}-{r[:2].hex()}-{r[-1]:02x}" for a, r in FLOWS]
)
def test_before_or_after(arrange: Callable[[Card], None], request_: bytes) -> None:
    reference = card_before(arrange)
    before = snapshot(reference)
    ok = result(int.from_bytes(request_[:2], "big"), 0)
    assert run(reference, request_) == ok
    after = snapshot(reference)
    seen = set()
    for card in cuts(arrange, request_):
        found = snapshot(card)
        assert found in (before, after)
        seen.add(found == after)
        assert card.nvm.get(keys.PENDING_SWITCH) is None
        assert card.nvm.get(keys.MEMORY_RESET) is None
        if found == before:
            assert run(card, request_) == ok
            assert snapshot(card) == after
    assert seen == {False, True}


@pytest.mark.parametrize("request_", [enable(2, refresh=True), memory_reset(0, 2)], ids=["enable", "reset"])
def test_power_lost_again_while_it_comes_back(request_: bytes) -> None:
    """What was accepted before the power went is carried out, however often the power goes on the way."""
    reference = card_before(two_first_enabled)
    run(reference, request_)
    after = snapshot(reference)
    found = [snapshot(card) for card in cuts_at_start(request_)]
    assert len(found) > 3
    assert set(found) == {after}


def cuts_at_start(request: bytes) -> Iterator[Card]:
    """A card whose change waits for the next start, for each point at which that start can be cut."""
    for cut in power_cuts(most=100):
        card = waiting_for_start(request)
        with cut.on(card):
            card.reset()
        if cut.happened:
            card.reset()
            yield card


def waiting_for_start(request: bytes) -> Card:
    """The switch waits for a REFRESH; the memory reset lost its power after it was recorded that it began."""
    card = card_before(two_first_enabled)
    is_reset = request[:2] == bytes.fromhex("BF34")
    cut = PowerCut(at_write=POINTS_BEFORE_RESET_BEGINS + 1)
    with cut.on(card) if is_reset else nullcontext():
        open_isdr(card).store_data(request)
    assert cut.happened is is_reset
    return card
