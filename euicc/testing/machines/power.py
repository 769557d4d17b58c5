"""Cutting the power of a card in the middle of what it does, for machines whose card allows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class Power(Protocol):
    """Whoever can take a card's power away."""

    @property
    def lost(self) -> type[Exception]:
        """What `transmit` and `reset` of the card raise when the power goes."""
        ...

    def cut_at(self, write: int | None) -> None:
        """The power goes at this write of the card's memory, counted from 1 on; None: not any more."""
        ...


class Memory(Protocol):
    """A card's memory of which the power can be lost at a write; `card.nvm` of an emulated card is one."""

    lose_power_at: int | None


@dataclass(frozen=True)
class MemoryPower:
    """The power of a card in the same process: `MemoryPower(lambda: card.nvm, PowerLoss)`."""

    memory: Callable[[], Memory]
    lost: type[Exception]

    def cut_at(self, write: int | None) -> None:
        """As `Power.cut_at`."""
        self.memory().lose_power_at = write
