"""Timers that the card sets in the terminal: TIMER MANAGEMENT and timer expiration (TS 102 223 6.4.21, 7.4)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from apdu.cat import (
    CommandType,
    Envelope,
    Facility,
    GeneralResult,
    ProactiveCommand,
    TerminalResponse,
    profile,
)
from apdu.cat.codes import TimerAction
from apdu.cat.envelope import timer_expiration
from apdu.cat.information import TimerValue
from apdu.cat.objects import TimerIdentifier
from apdu.tlv import TlvError
from ipa.toolkit.handler import Handler, NotPerformed, required

TIMERS = range(1, 9)


@dataclass(frozen=True)
class Running:
    """A timer: when it was started, in seconds of the clock, and for how many seconds."""

    started: float
    seconds: int

    @property
    def end(self) -> float:
        """When it expires."""
        return self.started + self.seconds


class Timers:
    """Eight timers, by a clock that never goes back; `clock`: seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._running: dict[int, Running] = {}

    def facilities(self) -> tuple[Facility, ...]:
        """That they can be asked for, and expire."""
        return (profile.TIMER_GET_VALUE, profile.TIMER_EXPIRATION)

    def handlers(self) -> Mapping[int, Handler]:
        """TIMER MANAGEMENT."""
        return {CommandType.TIMER_MANAGEMENT: self._manage}

    def due(self) -> Iterator[Envelope]:
        """Timer expiration, the earliest first."""
        now = self._clock()
        for identifier, timer in sorted(self._running.items(), key=lambda entry: entry[1].end):
            if timer.end <= now:
                del self._running[identifier]
                yield timer_expiration(identifier, timer.seconds)

    @property
    def next_end(self) -> float | None:
        """When the next one expires, by the clock; None while none is running."""
        return min((timer.end for timer in self._running.values()), default=None)

    def reset(self) -> None:
        """All are stopped."""
        self._running.clear()

    def _manage(self, command: ProactiveCommand) -> TerminalResponse:
        timer = required(command, TimerIdentifier)
        action = _ACTIONS.get(command.qualifier)
        if action is None or timer.value not in TIMERS:
            raise TlvError("no such timer, or nothing that can be done with it")
        return TerminalResponse.to(command, 0, timer, action(self, command, timer.value))

    def _start(self, command: ProactiveCommand, identifier: int) -> None:
        seconds = required(command, TimerValue).seconds
        if not seconds:
            raise TlvError("a timer of no time")
        self._running[identifier] = Running(self._clock(), seconds)

    def _deactivate(self, command: ProactiveCommand, identifier: int) -> TimerValue:
        value = self._value(command, identifier)
        del self._running[identifier]
        return value

    def _value(self, command: ProactiveCommand, identifier: int) -> TimerValue:
        """What is left of it."""
        if identifier not in self._running:
            raise NotPerformed(GeneralResult.CONTRADICTION_WITH_TIMER_STATE)
        return TimerValue(max(0, round(self._running[identifier].end - self._clock())))


_ACTIONS: dict[int, Callable[[Timers, ProactiveCommand, int], TimerValue | None]] = {
    TimerAction.START: Timers._start,
    TimerAction.DEACTIVATE: Timers._deactivate,
    TimerAction.GET_CURRENT_VALUE: Timers._value,
}
