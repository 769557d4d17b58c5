"""Time for the card, which has no clock: a timer of the terminal, or as many STATUS as come in that time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apdu.cat import profile
from apdu.cat.commands import start_timer

if TYPE_CHECKING:
    from apdu.cat import TerminalResponse
    from euicc.toolkit.handle import Toolkit

POLL_SECONDS = 30
"""How often a terminal sends STATUS as long as nobody asks for another interval, TS 102 221 14.5.2."""


class Alarm:
    """Rings once, after so many seconds at least. Volatile: who wants it sets it again after a reset.

    A timer that is not needed any more is not stopped: when it expires, nobody listens.
    """

    def __init__(self) -> None:
        self.running = False
        self._polls: int | None = None

    def set(self, toolkit: Toolkit, seconds: int) -> None:
        """From now on; one that runs begins anew. `toolkit`: whose first timer it takes."""
        self.running = True
        polls = max(1, seconds // POLL_SECONDS)
        command = start_timer(toolkit.timers[0], seconds)
        terminal = toolkit.terminal_profile
        if terminal is None or not terminal.has(profile.TIMER_EXPIRATION) or not toolkit.supports(command):
            self._polls = polls
            return
        self._polls = None

        def started(response: TerminalResponse) -> None:
            if not response.performed and self._polls is None:
                self._polls = polls

        toolkit.send(command, started)

    def clear(self) -> None:
        """It does not ring any more."""
        self.running, self._polls = False, None

    def polled(self) -> bool:
        """STATUS or an ENVELOPE came; whether it rings."""
        if not self.running or self._polls is None:
            return False
        self._polls -= 1
        return self._rings(self._polls <= 0)

    def expired(self) -> bool:
        """The timer of the terminal expired; whether it rings."""
        return self._rings(self.running and self._polls is None)

    def _rings(self, due: bool) -> bool:
        if due:
            self.clear()
        return due
