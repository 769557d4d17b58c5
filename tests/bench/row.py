"""One line of the bench."""

from __future__ import annotations

from dataclasses import dataclass

SECONDS, BYTES = "s", "B"


@dataclass(frozen=True)
class Row:
    """One figure. seconds and floor: for one of what `name` says; limit: the ratio not to be passed, None: none set.

    Where `unit` is BYTES, both are these.
    """

    name: str
    seconds: float
    floor_name: str
    floor: float
    limit: float | None = None
    unit: str = SECONDS

    @property
    def ratio(self) -> float:
        """Times the floor."""
        return self.seconds / self.floor
