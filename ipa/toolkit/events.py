"""What the card wants to hear of: SET UP EVENT LIST (TS 102 223 6.4.16), and which events a device can report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from apdu.cat import (
    CommandType,
    Envelope,
    Event,
    Facility,
    GeneralResult,
    ProactiveCommand,
    TerminalResponse,
    profile,
)
from apdu.cat.objects import EventList
from ipa.toolkit.handler import Handler, NotPerformed, required

REPORTED = frozenset((Event.LOCATION_STATUS, Event.LANGUAGE_SELECTION, Event.ACCESS_TECHNOLOGY_CHANGE))
"""What a device reports unless told otherwise."""

# The user is there, the screen is free: told once, TS 102 223 7.5.5 and 7.5.6.
ONCE = (Event.USER_ACTIVITY, Event.IDLE_SCREEN_AVAILABLE)


class Events:
    """The event list. `reported`: what somebody will report; `wanted`: what the card asked for, empty after a reset."""

    def __init__(self, reported: Iterable[int] = REPORTED) -> None:
        self.reported = frozenset(reported)
        self.wanted: frozenset[int] = frozenset()

    def facilities(self) -> list[Facility]:
        """Those events that have a bit."""
        return [facility for event, facility in profile.EVENTS.items() if event in self.reported]

    def handlers(self) -> Mapping[int, Handler]:
        """SET UP EVENT LIST."""
        return {CommandType.SET_UP_EVENT_LIST: self._set_up}

    def due(self) -> tuple[Envelope, ...]:
        """Nothing: events come from elsewhere."""
        return ()

    def reset(self) -> None:
        """Nothing is wanted any more."""
        self.wanted = frozenset()

    def take(self, event: int) -> bool:
        """Whether the card is to be told of this event, which is happening."""
        if event not in self.wanted:
            return False
        if event in ONCE:
            self.wanted -= {event}
        return True

    def _set_up(self, command: ProactiveCommand) -> TerminalResponse:
        """All of the list or nothing: the list before stays when there is an event in it that nobody reports."""
        wanted = frozenset(required(command, EventList).value)
        if not wanted <= self.reported:
            raise NotPerformed(GeneralResult.BEYOND_CAPABILITIES)
        self.wanted = wanted
        return TerminalResponse.to(command)
