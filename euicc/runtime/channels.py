"""The logical channels of the card and what the class byte says about them, TS 102 221 10.1.1 and 11.1.17."""

from __future__ import annotations

from apdu import StatusError, status
from apdu.command import channel_of, secure_messaging_of
from euicc.runtime.applet import Applet, Selection
from euicc.runtime.buffers import ChainBuffer

BASIC = 0


def _is_valid(cla: int) -> bool:
    """Classes 2X, 3X, AX and BX are reserved, FF is the protocol's, ISO/IEC 7816-4 5.4.1."""
    return cla & 0x60 != 0x20 and cla != 0xFF


# By class byte, so that a command costs one look.
_VALID = tuple(map(_is_valid, range(0x100)))
_NUMBER = tuple(map(channel_of, range(0x100)))
_SECURE = tuple(bool(secure_messaging_of(cla)) for cla in range(0x100))


class LogicalChannel:
    """One open channel: which application is selected on it, and the command that is being chained on it.

    aid: the AID under which the application was selected, empty for the implicit selection of the default
    applet.
    """

    __slots__ = ("aid", "applet", "chain", "number", "selection")

    def __init__(self, number: int, applet: Applet, selection: Selection) -> None:
        self.number = number
        self.applet = applet
        self.selection = selection
        self.aid = b""
        self.chain = ChainBuffer()

    def occupy(self, applet: Applet, selection: Selection, aid: bytes = b"") -> None:
        """Another session begins on this channel; the one before it ends."""
        previous, self.selection = self.selection, selection
        self.applet, self.aid = applet, aid
        if previous is not selection:
            previous.closed()


class Channels:
    """The open channels by number. 0 is open from reset on."""

    __slots__ = ("_count", "_open")

    def __init__(self, count: int) -> None:
        self._count = count
        self._open: dict[int, LogicalChannel] = {}

    def all(self) -> list[LogicalChannel]:
        """Every open channel."""
        return list(self._open.values())

    def clear(self) -> None:
        """The power went: every channel is gone, and nobody is told."""
        self._open.clear()

    def of(self, cla: int) -> LogicalChannel:
        """The channel a command with this class byte is for.

        StatusError 6E00 for a class that does not exist, 6881 when the channel is not open, 6882 for secure
        messaging with a selection that has none.
        """
        if not _VALID[cla]:
            raise StatusError(status.CLA_NOT_SUPPORTED)
        channel = self._open.get(_NUMBER[cla])
        if channel is None:
            raise StatusError(status.LOGICAL_CHANNEL_NOT_SUPPORTED)
        if _SECURE[cla] and not getattr(channel.selection, "secure_messaging", False):
            raise StatusError(status.SECURE_MESSAGING_NOT_SUPPORTED)
        return channel

    def free(self) -> int:
        """The lowest number that is not open; StatusError 6A81 when all are."""
        for number in range(self._count):
            if number not in self._open:
                return number
        raise StatusError(status.FUNCTION_NOT_SUPPORTED)

    def check_free(self, number: int) -> None:
        """StatusError 6881 when the card has no such channel, 6A86 when it is open."""
        if number >= self._count:
            raise StatusError(status.LOGICAL_CHANNEL_NOT_SUPPORTED)
        if number in self._open:
            raise StatusError(status.INCORRECT_P1_P2)

    def open(self, channel: LogicalChannel) -> None:
        """Add an open channel."""
        self._open[channel.number] = channel

    def close(self, number: int) -> None:
        """End the session on a channel; StatusError 6A86 for the basic one, 6881 when it is not open."""
        if number == BASIC:
            raise StatusError(status.INCORRECT_P1_P2)
        channel = self._open.pop(number, None)
        if channel is None:
            raise StatusError(status.LOGICAL_CHANNEL_NOT_SUPPORTED)
        channel.selection.closed()
