"""The toolkit applets of one card, and what the terminal is told of them: TS 102 223 4, TS 102 241 4."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from apdu.cat import EnvelopeTag, Event, ProactiveCommand, commands
from apdu.cat.codes import CHANNELS
from apdu.cat.objects import Item
from euicc.runtime.proactive import COMMAND_MAX
from euicc.toolkit import envelope
from euicc.toolkit.handle import Toolkit
from euicc.toolkit.procedure import Procedure, Procedures

if TYPE_CHECKING:
    from euicc.card import Card
    from euicc.toolkit.applet import ToolkitApplet
    from euicc.toolkit.bip import Channel

MENU_TITLE = "Applications"
TIMERS = range(1, 9)
"""Timer identifiers, TS 102 223 8.37."""
ITEMS_MAX = 255
_EXCLUSIVE = (EnvelopeTag.CALL_CONTROL, EnvelopeTag.MO_SHORT_MESSAGE_CONTROL)
_OF_CHANNELS = frozenset({Event.DATA_AVAILABLE, Event.CHANNEL_STATUS})


class ToolkitApplets:
    """Who is there for menu entries, events, timers and envelopes, in the order of registration.

    procedures: those under way. channels: those that are open, by number.
    """

    def __init__(self, card: Card) -> None:
        self._card = card
        self._applets: list[ToolkitApplet] = []
        self.procedures = Procedures(card.proactive)
        self.channels: dict[int, Channel] = {}
        card.proactive.listener = self

    def __iter__(self) -> Iterator[ToolkitApplet]:
        return iter(self._applets)

    def add(self, applet: ToolkitApplet) -> None:
        """Register an applet; a terminal that has sent its profile already hears of it at once.

        ValueError when there are not as many timers, channels or menu entries as it wants, or when another applet
        has call control or MO short message control.
        """
        timers = self._free_timers()[: applet.timers]
        self._check(applet, timers)
        self._applets.append(applet)
        applet.toolkit = Toolkit(self._card, applet.aid, timers, applet.channels)
        if self._card.proactive.terminal_profile_sent:
            self._announce()
            self.run(applet.profile_taken())

    def _check(self, applet: ToolkitApplet, timers: tuple[int, ...]) -> None:
        whole = [*self._applets, applet]
        if len(timers) < applet.timers:
            raise ValueError(f"no {applet.timers} timers are left")
        if sum(each.channels for each in whole) > len(CHANNELS):
            raise ValueError(f"no {applet.channels} channels are left")
        for tag in _EXCLUSIVE:
            if sum(tag in each.envelopes for each in whole) > 1:
                raise ValueError(f"another applet has {EnvelopeTag(tag).name}")
        items = _items(whole)
        if len(items) > ITEMS_MAX or len(commands.set_up_menu(MENU_TITLE, items).encode()) > COMMAND_MAX:
            raise ValueError("the menu would be too long")

    def _free_timers(self) -> tuple[int, ...]:
        taken = {timer for applet in self._applets for timer in applet.toolkit.timers}
        return tuple(timer for timer in TIMERS if timer not in taken)

    def envelope(self, data: bytes) -> bytes:
        """ENVELOPE, TS 102 221 11.2.2: the response data; StatusError."""
        return envelope.process(self._card, data)

    def profile_taken(self) -> None:
        """TERMINAL PROFILE came: tell the terminal of menu and events, and the applets of the terminal."""
        self._announce()
        for applet in self._applets:
            self.run(applet.profile_taken())

    def polled(self) -> None:
        """STATUS or ENVELOPE came: tell the applets of a terminal that takes part."""
        if self._card.proactive.terminal_profile_sent:
            for applet in self._applets:
                self.run(applet.polled())

    def reset(self) -> None:
        """The card was reset: procedures end, channels are gone."""
        self.procedures.reset()
        self.channels.clear()

    def run(self, procedure: Procedure[None] | None) -> None:
        """What an applet wants to do, if anything."""
        if procedure is not None:
            self.procedures.start(procedure)

    def owner_of_item(self, identifier: int) -> tuple[ToolkitApplet, int] | None:
        """Whose menu entry that is, and which of its own, from 0; None when there is none."""
        entries = [(applet, item) for applet in self._applets for item in range(len(applet.menu))]
        return entries[identifier - 1] if 1 <= identifier <= len(entries) else None

    def owner_of_timer(self, timer: int) -> ToolkitApplet | None:
        """Whose timer that is."""
        return next((applet for applet in self._applets if timer in applet.toolkit.timers), None)

    def _announce(self) -> None:
        for command in (self._menu(), self._event_list()):
            if command is not None and self._card.proactive.supports(command):
                self._card.proactive.queue(command)

    def _menu(self) -> ProactiveCommand | None:
        items = _items(self._applets)
        return commands.set_up_menu(MENU_TITLE, items) if items else None

    def _event_list(self) -> ProactiveCommand | None:
        """What the applets want to hear of, as far as the terminal can tell it."""
        profile = self._card.proactive.terminal_profile
        wanted = {event for applet in self._applets for event in applet.events}
        if any(applet.channels for applet in self._applets):
            wanted |= _OF_CHANNELS
        told = sorted(event for event in wanted if profile is not None and profile.reports(event))
        return commands.set_up_event_list(told) if told else None


def _items(applets: list[ToolkitApplet]) -> list[Item]:
    entries = [entry for applet in applets for entry in applet.menu]
    return [Item(number, entry) for number, entry in enumerate(entries, start=1)]
