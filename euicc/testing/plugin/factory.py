"""Cards for the test that runs: seeded by its name, recorded, and new for each example of hypothesis."""

from __future__ import annotations

import sys
from typing import Any

from apdu import Recorder
from euicc import Card
from euicc import eid as eids
from euicc.testing.lab import Cards, Lab, derived
from euicc.testing.plugin.running import Running

SELECT_MF = bytes.fromhex("00A40004023F00")


class RecordedCard(Card):
    """A card whose exchanges are recorded, and noted as those of the test that runs, once it has left the factory."""

    recorder: Recorder | None = None
    running: Running | None = None

    def reset(self) -> bytes:
        """As Card.reset."""
        return super().reset() if self.recorder is None else self._noted(None, self.recorder)

    def transmit(self, command: bytes) -> bytes:
        """As Card.transmit."""
        return super().transmit(command) if self.recorder is None else self._noted(command, self.recorder)

    def _noted(self, command: bytes | None, recorder: Recorder) -> bytes:
        if self.running is not None:
            self.running.note(recorder)
        exchange = super().reset if command is None else lambda: Card.transmit(self, command)
        answered = False
        try:
            answer = recorder.timed(command, exchange)
            answered = True
            return answer
        finally:
            # What the card did not live to answer is what one wants to see.
            if not answered:
                recorder.timed(command, bytes)


class Factory(Cards):
    """`euicc_factory`: makes any number of cards for the test that runs. Call it as euicc.testing.lab.Cards.

    Fit for tests with hypothesis.given: each example begins with new cards, which are the same whenever it is tried.
    """

    def __init__(self, running: Running) -> None:
        super().__init__()
        self._running = running
        self._example: object = None
        self._labs = 0
        self.begin(running.name)
        if "hypothesis" in sys.modules:
            _warm_up()

    def __repr__(self) -> str:
        return "euicc_factory"

    def lab(self) -> Lab:
        """A new laboratory whose cards are made here."""
        self._follow_hypothesis()
        self._labs += 1
        return Lab(derived(self.seed, "lab", self._labs), pki=self.issuer, cards=self)

    def begin(self, name: str) -> None:
        """From now on for the test, or the fixture of several tests, of this name."""
        self.seed = derived(self._running.seed, name)
        self._restart()

    def state(self) -> object:
        """Where it stands, to `resume` there."""
        return self.seed, self._count, self._labs, self.made

    def resume(self, state: Any) -> None:
        """As if nothing had been made since."""
        self.seed, self._count, self._labs, self.made = state

    def _restart(self) -> None:
        self._count = self._labs = 0
        self.made = []

    def _next(self) -> int:
        self._follow_hypothesis()
        return super()._next()

    def _follow_hypothesis(self) -> None:
        example = _example()
        if example is not None and example is not self._example:
            self._restart()
            self._running.forget()
        self._example = example

    def _manufacture(self, **options: Any) -> Card:
        return RecordedCard.manufacture(**options)

    def _deliver(self, card: Card) -> Card:
        assert isinstance(card, RecordedCard)
        name = f"{card.config.variant} card {self._count}, EID {eids.digits(card.identity.eid)}"
        card.recorder, card.running = Recorder(card, name=name), self._running
        self._running.note(card.recorder)
        return card


def _warm_up() -> None:
    """Loads what first uses load: hypothesis takes an example that is slower than its others for a failure."""
    card = Lab().card("sgp32", profiles=1, enabled=0)
    card.transmit(SELECT_MF)


def _example() -> object:
    """The example that hypothesis tries at the moment, None outside of it; never loads hypothesis."""
    if "hypothesis" not in sys.modules:
        return None
    from hypothesis.control import current_build_context, currently_in_test_context

    return current_build_context() if currently_in_test_context() else None
