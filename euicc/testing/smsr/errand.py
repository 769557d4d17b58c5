"""A procedure on its way: what it waits for, and what comes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from euicc.testing.m2m.eis import Eis
from euicc.testing.m2m.messages import Answer
from euicc.testing.smsr.refusals import Refusal
from euicc.testing.smsr.steps import Ask, Event, Listen, Procedure, Send, Silence, Step

NEVER = float("inf")
LONGEST = 64
"""How many times longer than at first the pause between two calls gets that are not answered."""


class Exchange(Protocol):
    """A script on its way to a card, by whatever transport; as `exchange.SmsExchange`."""

    outcome: bytes | Exception | None
    wake: float
    numbers: tuple[str, ...]

    def advance(self, now: float) -> None:
        """What is due by now."""
        ...

    def receive(self, user_data: bytes, now: float) -> bool:
        """A response packet: whether it is for this exchange."""
        ...


class Transport(Protocol):
    """Another way to cards than short messages alone."""

    def takes(self, eis: Eis, send: Send) -> bool:
        """Whether a script for this card goes this way."""
        ...

    def begin(self, eis: Eis, send: Send, tell: Callable[[bytes], Exchange], now: float) -> Exchange:
        """The script on its way. tell: begins a secured packet to the ISD-R with this content."""
        ...


class Errand:
    """Runs one procedure. begin: starts an exchange with the card, or raises what is thrown into the procedure; call:
    sends a call to another server.

    done: whether it is over; result: what it returned. wake: when it has something to do.
    """

    def __init__(
        self,
        procedure: Procedure[Any],
        begin: Callable[[Send, float], Exchange],
        call: Callable[[Ask], None],
        patience: float,
    ) -> None:
        self._procedure = procedure
        self._begin = begin
        self._call = call
        self._patience = patience
        self._step: Step | None = None
        self._events: deque[Event] = deque()
        self._turns: deque[Callable[[], Step]] = deque()
        self._asked: dict[str, tuple[float, float]] = {}
        self.exchange: Exchange | None = None
        self.done = False
        self.result: Any = None
        self.wake = NEVER

    def start(self, now: float) -> None:
        """The first step."""
        self._resume(lambda: next(self._procedure), now)

    def advance(self, now: float) -> None:
        """What is due by now."""
        if self.exchange is not None:
            self.exchange.advance(now)
            self._exchanged(now)
        elif isinstance(self._step, Listen):
            self._listen(self._step, now)
        elif self._step is not None and now >= self.wake:
            self._resume(lambda: self._procedure.send(None), now)

    def receive(self, user_data: bytes, now: float) -> bool:
        """A response packet of the card: whether it was for this errand."""
        if self.exchange is None or not self.exchange.receive(user_data, now):
            return False
        self._exchanged(now)
        return True

    def tell(self, event: Event, now: float) -> None:
        """Something came from outside; it waits until the procedure listens."""
        if isinstance(event, Answer):
            if event.reference not in self._asked:
                return
            del self._asked[event.reference]
        if event in self._events:
            # A call that is repeated because it was not answered yet.
            return
        self._events.append(event)
        if isinstance(self._step, Listen):
            self._listen(self._step, now)

    def _exchanged(self, now: float) -> None:
        if self.exchange is None:
            return
        outcome = self.exchange.outcome
        self.wake = self.exchange.wake
        if outcome is None:
            return
        self.exchange = None
        if isinstance(outcome, Exception):
            error = outcome
            self._resume(lambda: self._procedure.throw(error), now)
        else:
            self._resume(lambda: self._procedure.send(outcome), now)

    def _listen(self, step: Listen, now: float) -> None:
        if self._events:
            event = self._events.popleft()
            self._resume(lambda: self._procedure.send(event), now)
        elif now >= step.until:
            self._resume(lambda: self._procedure.send(None), now)
        else:
            self.wake = min(step.until, self._ask(step.ask, now))

    def _ask(self, ask: Ask | None, now: float) -> float:
        """Ask what was not asked lately, ever more rarely; when to do so again."""
        if ask is None:
            return NEVER
        reference = ask.call.reference
        again, pause = self._asked.get(reference, (now, self._patience))
        if now >= again:
            self._call(ask)
            again = now + pause
            self._asked[reference] = again, min(2 * pause, LONGEST * self._patience)
        return again

    def _resume(self, go_on: Callable[[], Step], now: float) -> None:
        """Let the procedure run on, now or, where it runs, as soon as it has come to its next step."""
        self._turns.append(go_on)
        if len(self._turns) > 1:
            return
        while self._turns:
            self._run(self._turns[0], now)
            self._turns.popleft()

    def _run(self, go_on: Callable[[], Step], now: float) -> None:
        """To its next step."""
        self._step = None
        try:
            step = go_on()
        except StopIteration as finished:
            self.done, self.result, self.wake = True, finished.value, NEVER
            return
        self._step = step
        if isinstance(step, Send):
            self._send(step, now)
        elif isinstance(step, Listen):
            self._listen(step, now)
        else:
            self.wake = step.until

    def _send(self, step: Send, now: float) -> None:
        try:
            self.exchange = self._begin(step, now)
        except (Refusal, Silence) as error:
            refused = error
        else:
            self._exchanged(now)
            return
        self._resume(lambda: self._procedure.throw(refused), now)
