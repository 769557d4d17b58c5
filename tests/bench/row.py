"""One line of the bench."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One figure. seconds and floor: for one of what `name` says; limit: the ratio not to be passed, None: none set."""

    name: str
    seconds: float
    floor_name: str
    floor: float
    limit: float | None = None

    @property
    def ratio(self) -> float:
        """Times the floor."""
        return self.seconds / self.floor
