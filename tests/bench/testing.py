"""What the card costs a tester: garbage by the seed, and many cards in one process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count
from random import Random
from time import process_time

from euicc import Card
from tests.bench.row import BYTES, Row
from tests.bench.stopwatch import least
from tests.isdr.installed import install
from tests.rsp.garbage import commands, session

A_SECOND = 80_000
ONE_SEED = 200
"""APDUs for one seed, as a property test draws them."""
SEEDS = 20
CARDS = 1_000
LARGEST = 60_000_000
"""Bytes for all of them, beyond what a process takes that has had one such card."""


def rows() -> Iterator[Row]:
    """Two lines."""
    yield _by_seed()
    yield _many_cards()


def _by_seed() -> Row:
    """Garbage for a card with an enabled profile: drawing it from the seed, and every answer."""
    card = Card.manufacture()
    install(card, 1, enabled=True)
    (one,) = least(_seeds(card))
    name = f"garbage by seed, drawn and answered, {1 / one:,.0f} APDUs a second"
    return Row(name, one, f"{A_SECOND:,} APDUs a second", 1 / A_SECOND, 1.0)


def _seeds(card: Card) -> Callable[[], float]:
    numbers, stage = count(), len(session()) // 2

    def play() -> float:
        start = process_time()
        for _ in range(SEEDS):
            card.reset()
            for command in commands(Random(next(numbers)), ONE_SEED, stage):
                card.transmit(command)
        return (process_time() - start) / (SEEDS * ONE_SEED)

    return play


def _many_cards() -> Row:
    """Cards that are all alive at once: each its own EID and profile, enabled, its files in use."""
    command = (sys.executable, "-m", "tests.bench.many_cards", str(CARDS))
    taken = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return Row(f"{CARDS:,} cards with a profile in use", taken, "the most it may be", LARGEST, 1.0, BYTES)
