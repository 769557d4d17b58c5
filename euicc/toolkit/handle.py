"""The handle of an applet on the card it was registered on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from euicc.runtime import keys
from euicc.toolkit.procedure import CommandNotAllowed, Procedure

if TYPE_CHECKING:
    from apdu.cat import ProactiveCommand, TerminalProfile
    from euicc.card import Card
    from euicc.runtime.proactive import Done
    from euicc.toolkit.bip import Channel


class Toolkit:
    """What an applet can do, TS 102 223.

    timers: identifiers of its timers, 1 to 8. channels_max: how many channels it may have open at a time.
    """

    def __init__(self, card: Card, aid: bytes, timers: tuple[int, ...], channels_max: int) -> None:
        self._card = card
        self._aid = aid
        self.timers = timers
        self.channels_max = channels_max

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The channels it has open."""
        return tuple(each for each in self._card.toolkit.channels.values() if each.toolkit is self)

    @property
    def terminal_profile(self) -> TerminalProfile | None:
        """What the terminal said it can do since reset; None: nothing, and no command is sent."""
        return self._card.proactive.terminal_profile

    def supports(self, command: ProactiveCommand) -> bool:
        """Whether the terminal's profile allows this command."""
        return self._card.proactive.supports(command)

    def send(self, command: ProactiveCommand, done: Done | None = None) -> None:
        """Send one command, and hear of its response; CommandNotAllowed when the terminal's profile forbids it."""
        if not self.supports(command):
            raise CommandNotAllowed(command.name)
        self._card.proactive.queue(command, done)

    def start(self, procedure: Procedure[None]) -> None:
        """Run a procedure."""
        self._card.toolkit.procedures.start(procedure)

    def is_free(self, channel: int) -> bool:
        """Whether no applet has the channel with this number open."""
        return channel not in self._card.toolkit.channels

    def occupy(self, channel: Channel) -> None:
        """A channel was opened: events about it are for that object."""
        self._card.toolkit.channels[channel.number] = channel

    def release(self, channel: Channel) -> None:
        """A channel was closed."""
        self._card.toolkit.channels.pop(channel.number, None)

    def remember(self, name: str, value: bytes) -> None:
        """Write something into the card's memory under the applet's AID, at once and durably."""
        with self._card.nvm.transaction():
            self._card.nvm.set(keys.APPLET_MEMORY, value, self._index(name))

    def recall(self, name: str) -> bytes | None:
        """What was remembered under this name, None when nothing was."""
        return self._card.nvm.get(keys.APPLET_MEMORY, self._index(name))

    def forget(self, name: str) -> None:
        """Erase what was remembered under this name, if anything was."""
        with self._card.nvm.transaction():
            self._card.nvm.delete(keys.APPLET_MEMORY, self._index(name))

    def _index(self, name: str) -> str:
        if not self._aid:
            raise ValueError("an applet without AID has no memory")
        return f"{self._aid.hex()}/{name}"
