"""The toolkit of a device: its services together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from apdu import TlvError
from apdu.cat import (
    CommandType,
    Envelope,
    EnvelopeTag,
    Facility,
    GeneralResult,
    ProactiveCommand,
    TerminalProfile,
    TerminalResponse,
    profile,
)
from ipa.toolkit.bip import Bip
from ipa.toolkit.events import REPORTED, Events
from ipa.toolkit.handler import Handler, NotPerformed, Service
from ipa.toolkit.local_information import Device, LocalInformationService
from ipa.toolkit.polling import Polling
from ipa.toolkit.short_messages import Send, ShortMessages
from ipa.toolkit.timers import Timers
from ipa.toolkit.user import User, UserInterface

# What every terminal can, TS 102 223 5.2: it says what it can, and carries REFRESH out.
ALWAYS = (profile.PROFILE_DOWNLOAD, profile.REFRESH)

S = TypeVar("S")


class Toolkit:
    """Services that answer commands, each command by the first that knows its type. Without any: REFRESH alone."""

    def __init__(self, *services: Service) -> None:
        self.services = services
        self._handlers: dict[int, Handler] = {}
        for service in reversed(services):
            self._handlers.update(service.handlers())

    @classmethod
    def of(
        cls,
        device: Device | None = None,
        *,
        user: User | None = None,
        sms: Send | None = None,
        bip: Bip | None = None,
        reported: Iterable[int] = REPORTED,
        clock: Callable[[], float] = time.monotonic,
    ) -> Toolkit:
        """All services; without `bip` no channels.

        device: what the card may know of the device; user: who is shown texts and asked; sms: what sends short
        messages; reported: the events that the device will report; clock: seconds, for timers.
        """
        events = Events({*reported, *(bip.events if bip else ())})
        return cls(
            Polling(),
            LocalInformationService(device or Device()),
            events,
            Timers(clock),
            ShortMessages(sms),
            UserInterface(user),
            *((bip,) if bip else ()),
        )

    @property
    def profile(self) -> TerminalProfile:
        """TERMINAL PROFILE: what the services can do."""
        facilities: list[Facility] = [*ALWAYS]
        facilities += (profile.COMMANDS[kind] for kind in self._handlers if kind in profile.COMMANDS)
        for service in self.services:
            facilities += service.facilities()
        bip = self.find(Bip)
        return TerminalProfile.of(facilities, len(bip.numbers) if bip else 0)

    def answer(self, command: ProactiveCommand) -> TerminalResponse:
        """The TERMINAL RESPONSE to a command.

        30 to what no service does, 31 to a type that the standard does not know, 32 to data that cannot be understood.
        """
        handler = self._handlers.get(command.type)
        if handler is None:
            return TerminalResponse.to(command, _unknown(command.type))
        return attempt(handler, command)

    def due(self) -> Iterator[Envelope]:
        """What the services have to tell the card now; events only if it asked for them."""
        for service in self.services:
            for envelope in service.due():
                if self.wanted(envelope):
                    yield envelope

    def wanted(self, envelope: Envelope) -> bool:
        """Whether the card is to get this envelope: an event only if it is on its list."""
        if envelope.tag != EnvelopeTag.EVENT_DOWNLOAD:
            return True
        events = self.find(Events)
        return events is not None and events.take(envelope.event)

    def find(self, kind: type[S]) -> S | None:
        """The first service of this kind."""
        return next((service for service in self.services if isinstance(service, kind)), None)

    def reset(self) -> None:
        """The card was reset."""
        for service in self.services:
            service.reset()


def attempt(handler: Handler, command: ProactiveCommand) -> TerminalResponse:
    """What the handler answers, or the result that keeps it from answering."""
    try:
        return handler(command)
    except NotPerformed as reason:
        return TerminalResponse.to(command, reason.general, additional=reason.additional)
    except TlvError:
        return TerminalResponse.to(command, GeneralResult.DATA_NOT_UNDERSTOOD)


def _unknown(kind: int) -> int:
    known = kind in set(CommandType)
    return GeneralResult.BEYOND_CAPABILITIES if known else GeneralResult.TYPE_NOT_UNDERSTOOD
