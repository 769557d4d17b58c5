"""Faults on demand: of the power, of the way to the card, of its memory, and of the servers.

Each is laid on parts that know nothing of it: a card, a Transport, a server (`euicc.testing.faults.servers`).
`euicc.quirks` has the peculiarities of real cards, which a card is manufactured with.
"""

from __future__ import annotations

from euicc.testing.faults.memory import MemoryFull
from euicc.testing.faults.power import PowerCut, every_power_cut, power_cuts
from euicc.testing.faults.rules import Fault, Rule, When
from euicc.testing.faults.transport import (
    Corrupt,
    Delay,
    Drop,
    FaultyTransport,
    Repeat,
    Struck,
    Truncate,
    answer,
)

__all__ = [
    "Corrupt",
    "Delay",
    "Drop",
    "Fault",
    "FaultyTransport",
    "MemoryFull",
    "PowerCut",
    "Repeat",
    "Rule",
    "Struck",
    "Truncate",
    "When",
    "answer",
    "every_power_cut",
    "power_cuts",
]
