"""The power goes where a test wants it to: at a write of the memory, or at an APDU."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal, Protocol

from euicc.runtime.nvm import Nvm, PowerLoss

Point = Literal["write", "apdu", "answer"]
"""write: points of the memory (`Nvm.lose_power_at`). apdu: before the n-th command is carried out. answer: after it,
before its answer leaves the card."""

MOST = 1000
"""Points after which a scenario counts as one without an end."""


class Front(Protocol):
    """What answers commands: `euicc.card.Front`."""

    def reset(self) -> None:
        """Resets the card."""
        ...

    def transmit(self, raw: bytes, /) -> bytes:
        """Answers a command APDU."""
        ...


class Powered(Protocol):
    """What the power can be taken from: a `euicc.Card`."""

    front: Front

    @property
    def nvm(self) -> Nvm:
        """Its memory."""
        ...


class PowerCut:
    """One cut, at the n-th point from the moment it is laid (counted from 1).

    Exactly one of `at_write` and `at_apdu`; ValueError otherwise. `answered`: with `at_apdu`, the command is carried
    out, and only its answer is lost. `happened`: whether the power went. `used`: whether it was laid at all.

        with PowerCut(at_write=3).on(card) as cut:
            lpa.enable(iccid)
        if cut.happened:
            card.reset()            # the power is back

    The PowerLoss of this cut ends the block and goes no further; the card has no power from then on, until its reset.
    A reset inside the block is no end of it: points are counted on.
    """

    def __init__(
        self, *, at_write: int | None = None, at_apdu: int | None = None, answered: bool = False
    ) -> None:
        if (at_write is None) == (at_apdu is None):
            raise ValueError("a cut is at a write or at an APDU")
        self.point = at_write or at_apdu or 0
        if self.point < 1:
            raise ValueError("points are counted from 1")
        self.at_write, self.at_apdu, self.answered = at_write, at_apdu, answered
        self.happened = self.used = False

    @contextmanager
    def on(self, card: Powered | Nvm) -> Iterator[PowerCut]:
        """Lays the cut for the time of a block. A memory without its card can be cut at writes only (ValueError)."""
        self.used = True
        laid = self._writes(_memory(card)) if self.at_write else self._apdus(card)
        try:
            with laid:
                yield self
        except PowerLoss:
            if not self.happened:
                raise

    @contextmanager
    def _writes(self, nvm: Nvm) -> Iterator[None]:
        nvm.lose_power_at = self.at_write
        try:
            yield
        finally:
            # The memory forgets a point that it has come to.
            self.happened = nvm.lose_power_at is None
            nvm.lose_power_at = None

    @contextmanager
    def _apdus(self, card: Powered | Nvm) -> Iterator[None]:
        if isinstance(card, Nvm):
            raise ValueError("a memory knows no APDUs")
        before = card.front
        card.front = _Counting(before, card.nvm, self)
        try:
            yield
        finally:
            card.front = before

    def __repr__(self) -> str:
        where = f"at_write={self.at_write}" if self.at_write else f"at_apdu={self.at_apdu}"
        return f"PowerCut({where}{', answered=True' if self.answered else ''})"


class _Counting:
    """In front of a card: takes its power when enough commands have come."""

    def __init__(self, inner: Front, nvm: Nvm, cut: PowerCut) -> None:
        self._inner = inner
        self._nvm = nvm
        self._cut = cut
        self._left = cut.point

    def reset(self) -> None:
        self._inner.reset()

    def transmit(self, raw: bytes, /) -> bytes:
        self._left -= 1
        if self._left:
            return self._inner.transmit(raw)
        if self._cut.answered:
            self._inner.transmit(raw)
        self._nvm.power_off()
        self._cut.happened = True
        raise PowerLoss(f"the power was cut at APDU {self._cut.point}")


def _memory(card: Powered | Nvm) -> Nvm:
    return card if isinstance(card, Nvm) else card.nvm


_CUTS: dict[Point, Callable[[int], PowerCut]] = {
    "write": lambda point: PowerCut(at_write=point),
    "apdu": lambda point: PowerCut(at_apdu=point),
    "answer": lambda point: PowerCut(at_apdu=point, answered=True),
}


def power_cuts(by: Point = "write", most: int = MOST) -> Iterator[PowerCut]:
    """A cut at the first point, at the second, and so on, up to the first that does not happen any more.

        for cut in power_cuts():
            card = new_card()
            with cut.on(card):
                act(card)
            card.reset()
            assert state(card) == (before if cut.happened else after)

    RuntimeError when a cut is not used, or when the scenario has more than `most` points: both would mean that nothing
    is tested.
    """
    for point in range(1, most + 1):
        cut = _CUTS[by](point)
        yield cut
        if not cut.used:
            raise RuntimeError("a scenario must put its work into `with cut.on(card):`")
        if not cut.happened:
            return
    raise RuntimeError(f"the power can go at more than {most} points: the scenario has no end")


def every_power_cut(scenario: Callable[[PowerCut], object], by: Point = "write", most: int = MOST) -> int:
    """Runs a scenario with the power cut at each of its points, until it runs through; how many points there were.

    The scenario lays the cut that it is given, as `power_cuts` says, and makes its own card each time.
    """
    points = 0
    for cut in power_cuts(by, most):
        scenario(cut)
        points += cut.happened
    return points
