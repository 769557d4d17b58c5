"""What befalls the vehicles while they change operators: drawn by a seed, the same for the same seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from random import Random

HOUR = 3600.0


class Kind(Enum):
    """What may happen to a vehicle."""

    NOTHING = "nothing"
    OUT_OF_COVERAGE = "coverage"
    POWER_LOSS = "power"
    NO_NETWORK = "network"


SHARES: Mapping[Kind, float] = {Kind.OUT_OF_COVERAGE: 0.1, Kind.POWER_LOSS: 0.1, Kind.NO_NETWORK: 0.1}
"""Of all vehicles; to the others nothing happens."""
WRITES = 70
"""A change of operators has about so many points where a card can lose its power, and more: it does at one of them."""
LEAVES = 45.0
"""Seconds: a change takes longer, so that it is cut."""


class Flow(Enum):
    """Whose SM-SR has the cards afterwards."""

    SAME = "same"
    HANDOVER = "handover"


FLOWS: Mapping[str, tuple[Flow, ...]] = {
    "same": (Flow.SAME,),
    "handover": (Flow.HANDOVER,),
    "both": (Flow.SAME, Flow.HANDOVER),
}


@dataclass(frozen=True)
class Fate:
    """https: whether its card fetches what is to be done, by SCP81, instead of getting it in short messages.

    leaves, returns: seconds after the vehicle's turn has come: out of coverage in between. write: to the card's memory,
    counted from then on, at which power goes; 0: it does not.
    """

    kind: Kind
    flow: Flow
    https: bool = False
    leaves: float = 0.0
    returns: float = 0.0
    write: int = 0


def fates(
    count: int, seed: int, shares: Mapping[Kind, float], flows: tuple[Flow, ...], https: float = 0.0
) -> list[Fate]:
    """One for each vehicle: as many of every kind as its share says, at least one, in each flow as many.

    https: share of those that are reached by HTTPS, in each kind and flow about as many.
    """
    random = Random(seed)
    kinds = [kind for kind, share in shares.items() for _ in range(_number(share, count))][:count]
    kinds += [Kind.NOTHING] * (count - len(kinds))
    drawn = [
        _fate(kind, flows[place % len(flows)], int((place + 1) * https) > int(place * https), random)
        for place, kind in enumerate(kinds)
    ]
    random.shuffle(drawn)
    return drawn


def _number(share: float, count: int) -> int:
    return max(1, round(share * count)) if share else 0


def _fate(kind: Kind, flow: Flow, https: bool, random: Random) -> Fate:
    leaves, away, write = random.uniform(0, LEAVES), random.uniform(HOUR, 4 * HOUR), random.randint(1, WRITES)
    return Fate(
        kind,
        flow,
        https,
        *((leaves, leaves + away) if kind is Kind.OUT_OF_COVERAGE else (0.0, 0.0)),
        write if kind is Kind.POWER_LOSS else 0,
    )
