"""What an application of the card is to the runtime.

An applet is the application as installed: it lives as long as the card and keeps what persists in the NVM
only. A selection is one session with it on one logical channel and holds everything volatile of that session;
dropping it is deselection. Success returns the response data; failure raises apdu.StatusError, which only the
runtime catches. The runtime does channels, CLA chaining, GET RESPONSE, 61xx and 91xx: an applet sees whole
commands and returns whole answers.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from apdu import Command


class Selection(Protocol):
    """One session with an application on one logical channel.

    One with a true attribute `secure_messaging` gets commands of the classes with secure messaging too, as they came,
    also those that otherwise belong to the card; all others never see such a command (6882).
    """

    def process(self, command: Command) -> bytes:
        """Run a command; the response data (any length). StatusError for any other status word than 9000.

        SELECT by AID never comes here. READ-like commands with a definite Le (1 to 255) that does not fit
        raise 6Cxx.
        """
        ...

    def closed(self) -> None:
        """Another application was selected, or the channel closed. Not called when the power goes."""
        ...


class Applet(Protocol):
    """An application that can be selected by AID.

    One that keeps anything volatile outside its selections, or has work left from before the power went, also
    has a method `boot() -> None`: called at every reset, before anything else happens. One that has to know
    its card has `installed(card) -> None`: called once, when `Card.register` installs it.
    """

    def aids(self) -> Iterable[bytes]:
        """The full AIDs that it answers to at the moment, in order; none makes it invisible."""
        ...

    def select(self, aid: bytes, command: Command, channel: int) -> tuple[Selection, bytes]:
        """SELECT by AID (P1 04): a new session and the FCI or FCP; StatusError when it cannot be selected.

        aid: that of `aids()` which matched, in full; `command` has the AID as sent. The session that the
        channel had is still there and ends only when this succeeds.
        """
        ...


class DefaultApplet(Applet, Protocol):
    """The application of every channel that has none other: the file system of the UICC."""

    def implicit(self, channel: int, opened_from: Selection | None) -> Selection:
        """The session that a channel starts with at reset (channel 0), on MANAGE CHANNEL open, and for a
        SELECT of a file while another application is selected.

        opened_from: the session of the non-basic channel from which this one was opened (its current
        directory is inherited, TS 102 221 8.7), possibly that of another applet; None: start at the MF.
        """
        ...
