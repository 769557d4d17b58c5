"""Procedures of applets: proactive commands one after the other, written as if each returned its response.

    def procedure(self) -> Procedure[None]:
        response = yield commands.provide_local_information(LocalInformation.IMEI)
        self.imei = response.find(Imei)

A procedure yields a ProactiveCommand and is resumed with its TerminalResponse, whatever its result, or it yields
`Until(condition)` and is resumed when that holds. It may return a value to another that has called it with
`yield from`.

A command that TERMINAL PROFILE does not allow raises CommandNotAllowed at its `yield`. A procedure that does not catch
a ToolkitError, or the TlvError of a response that is not as it should be, is over. A reset raises CardReset wherever it
stands, and again at whatever it yields then: nothing can be sent any more.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from apdu import TlvError
from apdu.cat import ProactiveCommand, TerminalResponse

if TYPE_CHECKING:
    from euicc.runtime.proactive import Proactive

T = TypeVar("T")
_LAST_STEPS = 8
"""What a procedure may still try after a reset, each time in vain."""


@dataclass(frozen=True, slots=True)
class Until:
    """Wait for something that an envelope brings: asked at once, and after each envelope."""

    condition: Callable[[], bool]


Procedure = Generator[ProactiveCommand | Until, Any, T]
"""A procedure that returns T in the end; what `yield` gives is a TerminalResponse, or None after Until."""


class ToolkitError(Exception):
    """Something that a procedure wanted could not be had from this terminal."""


class CommandNotAllowed(ToolkitError):
    """The terminal's TERMINAL PROFILE does not allow this proactive command, or there was no TERMINAL PROFILE."""


class CardReset(ToolkitError):
    """The card was reset: the procedure is over."""


class Procedures:
    """The procedures that are under way on one card.

    One that goes on has its next command fetched before what others have queued meanwhile, so that what belongs
    together reaches the terminal together.
    """

    def __init__(self, proactive: Proactive) -> None:
        self._proactive = proactive
        self._running: dict[Procedure[None], None] = {}
        self._waiting: list[tuple[Until, Procedure[None]]] = []

    def start(self, procedure: Procedure[None]) -> None:
        """Run a procedure; its first command is queued behind what waits already."""
        self._running[procedure] = None
        self._resume(procedure, None, ahead=False)

    def envelope_came(self) -> None:
        """Resume those whose condition holds now."""
        waiting, self._waiting = self._waiting, []
        for until, procedure in waiting:
            if until.condition():
                self._resume(procedure, None, ahead=False)
            else:
                self._waiting.append((until, procedure))

    def reset(self) -> None:
        """End them all."""
        running, self._running = self._running, {}
        self._waiting = []
        for procedure in running:
            _end(procedure)

    def _resume(self, procedure: Procedure[None], answer: TerminalResponse | None, ahead: bool) -> None:
        try:
            step = procedure.send(answer)
            while True:
                if isinstance(step, Until):
                    if not step.condition():
                        self._waiting.append((step, procedure))
                        return
                    step = procedure.send(None)
                elif self._proactive.supports(step):
                    self._queue(step, procedure, ahead)
                    return
                else:
                    step = procedure.throw(CommandNotAllowed(step.name))
        except (StopIteration, ToolkitError, TlvError):
            del self._running[procedure]

    def _queue(self, command: ProactiveCommand, procedure: Procedure[None], ahead: bool) -> None:
        self._proactive.queue(command, lambda response: self._resume(procedure, response, True), ahead=ahead)


def _end(procedure: Procedure[None]) -> None:
    """Let it put its things in order; one that goes on all the same is closed."""
    try:
        for _ in range(_LAST_STEPS):
            procedure.throw(CardReset())
    except (StopIteration, ToolkitError, TlvError):
        return
    procedure.close()
