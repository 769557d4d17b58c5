"""What befalls the vehicles while they change operators: drawn by a seed, the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from random import Random

HOUR = 3600.0


class Kind(Enum):
    """What may happen to a vehicle."""

    NOTHING = "nothing"
    OUT_OF_COVERAGE = "out of coverage for a while"
    POWER_LOSS = "power lost in the middle"
    NO_NETWORK = "no network of the new operator"


SHARES: dict[Kind, float] = {
    Kind.NOTHING: 0.7,
    Kind.OUT_OF_COVERAGE: 0.1,
    Kind.POWER_LOSS: 0.1,
    Kind.NO_NETWORK: 0.1,
}
WRITES = 60
"""A change of operators has about as many writes to a card's memory: power is lost at one of them."""


@dataclass(frozen=True)
class Fate:
    """leaves, returns: seconds, out of coverage in between. write: to the card's memory, at which power goes."""

    kind: Kind = Kind.NOTHING
    leaves: float = 0.0
    returns: float = 0.0
    write: int = 0


def fates(count: int, seed: int) -> Iterator[Fate]:
    """One for each vehicle. Every kind comes up once there are enough of them."""
    random = Random(seed)
    kinds = [kind for kind, share in SHARES.items() for _ in range(round(share * 10))]
    for number in range(count):
        kind = kinds[number % len(kinds)]
        leaves = random.uniform(0, HOUR)
        yield Fate(kind, leaves, leaves + random.uniform(HOUR, 4 * HOUR), random.randrange(1, WRITES))
