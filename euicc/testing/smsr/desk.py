"""What goes on with one card: the operation that runs, those that wait, and confirmations of what the card told."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from euicc.testing.m2m.registry import Operation
from euicc.testing.smsr.errand import NEVER, Errand


@dataclass
class Desk:
    """One operation at a time, in the order in which they came; confirmations go beside it.

    confirmations: by the numbers of the notifications. asked: references of calls to other servers.
    """

    eid: bytes
    waiting: deque[Operation] = field(default_factory=deque)
    operation: Operation | None = None
    errand: Errand | None = None
    confirmations: dict[int, Errand] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)

    @property
    def errands(self) -> Iterator[Errand]:
        """All that goes on."""
        yield from tuple(self.confirmations.values())
        if self.errand is not None:
            yield self.errand

    @property
    def wake(self) -> float:
        """When something is due."""
        return min((errand.wake for errand in self.errands), default=NEVER)

    @property
    def idle(self) -> bool:
        """Whether nothing goes on."""
        return not self.waiting and self.errand is None and not self.confirmations
