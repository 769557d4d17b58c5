"""An application of one's own that uses the toolkit: what it declares, and what it is called for.

    class Tracker(ToolkitApplet):
        aid = bytes.fromhex("F000000000AA01")
        menu = ("Remember this device",)

        def menu_selected(self, item: int, help_requested: bool) -> Procedure[None]:
            response = yield commands.provide_local_information(LocalInformation.IMEI)
            imei = response.find(Imei)
            if imei is not None:
                self.toolkit.remember("imei", imei.encode())

    card.register(Tracker())

What it is called for may be a procedure, as here, or do what it has to at once and return None. An applet lives as
long as the card object; what must survive a loss of power goes into `toolkit.remember`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from apdu import Command, StatusError, status, tlv

if TYPE_CHECKING:
    from apdu.cat import Envelope
    from euicc.card import Card
    from euicc.runtime.applet import Selection
    from euicc.toolkit.control import Control
    from euicc.toolkit.handle import Toolkit
    from euicc.toolkit.procedure import Procedure

_FCI_TEMPLATE, _DF_NAME = 0x6F, 0x84


class ToolkitApplet:
    """What applications of the toolkit are derived from.

    aid: by which it can be selected and its memory is known, 5 to 16 bytes; it has neither without.
    menu: its entries in the menu that SET UP MENU gives the user. events: each an apdu.cat.Event; those of all
    applets are asked for by SET UP EVENT LIST. envelopes: which of SMS_PP_DOWNLOAD, CELL_BROADCAST_DOWNLOAD,
    CALL_CONTROL and MO_SHORT_MESSAGE_CONTROL of apdu.cat.EnvelopeTag it wants; the last two go to one applet only.
    timers: how many it needs, of the 8 that there are. channels: how many channels of the bearer independent
    protocol it has open at a time, of 7.
    toolkit: its handle on the card, from its registration on.
    """

    aid: bytes = b""
    menu: tuple[str, ...] = ()
    events: frozenset[int] = frozenset()
    envelopes: frozenset[int] = frozenset()
    timers: int = 0
    channels: int = 0
    toolkit: Toolkit

    def profile_taken(self) -> Procedure[None] | None:
        """The terminal sent TERMINAL PROFILE, after a reset: `toolkit.terminal_profile` has it."""
        return None

    def polled(self) -> Procedure[None] | None:
        """The terminal sent STATUS or an ENVELOPE, which is not read yet: for who counts time without timers."""
        return None

    def menu_selected(self, item: int, help_requested: bool) -> Procedure[None] | None:
        """The user chose an entry, `item` counting from 0 in `menu`, or wants help on it; TS 102 223 7.2."""
        return None

    def event(self, event: int, envelope: Envelope) -> Procedure[None] | None:
        """One of `events` happened; TS 102 223 7.5."""
        return None

    def timer_expired(self, timer: int, seconds: int) -> Procedure[None] | None:
        """A timer of `toolkit.timers` expired after so many seconds; TS 102 223 7.4."""
        return None

    def short_message(self, tpdu: bytes) -> Procedure[None] | None:
        """A short message that is no secured packet, TS 31.111 7.1.1: an SMS-DELIVER TPDU without user data header."""
        return None

    def cell_broadcast(self, page: bytes) -> Procedure[None] | None:
        """A page of a cell broadcast message, TS 31.111 7.1.2: 88 bytes of TS 23.041."""
        return None

    def control(self, envelope: Envelope) -> Control | None:
        """Call control or MO short message control, TS 31.111 7.3; None: allowed as it is."""
        return None

    def installed(self, card: Card) -> None:
        """It was registered on this card."""
        card.toolkit.add(self)

    def aids(self) -> Iterable[bytes]:
        """Its AID, if it has one."""
        return (self.aid,) if self.aid else ()

    def select(self, aid: bytes, command: Command, channel: int) -> tuple[Selection, bytes]:
        """SELECT by AID: a session that knows no commands, and an FCI with the AID; override for more."""
        return _NoCommands(), tlv.encode(_FCI_TEMPLATE, tlv.encode(_DF_NAME, aid))


class _NoCommands:
    """A session with an applet that is there for the toolkit alone."""

    def process(self, command: Command) -> bytes:
        raise StatusError(status.INS_NOT_SUPPORTED)

    def closed(self) -> None:
        """Nothing is volatile here."""
