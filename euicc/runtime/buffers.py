"""Commands that come in pieces and responses that leave in pieces, ISO/IEC 7816-4 5.3.3 and 5.3.4."""

from __future__ import annotations

from apdu import Command, StatusError, status
from apdu.command import CHAINING, EXTENDED_LC_MAX, SHORT_LE_MAX


class ChainBuffer:
    """Command chaining on one logical channel: CLA b5 says that the data go on in the next command."""

    __slots__ = ("_data", "_header")

    def __init__(self) -> None:
        self._header: tuple[int, int, int, int] | None = None
        self._data = bytearray()

    def join(self, command: Command) -> Command | None:
        """The whole command, or None while there is more to come.

        A command with another header ends an unfinished chain and stands for itself. StatusError 6700 when
        the chain becomes longer than an extended command could be.
        """
        if self._header is None and not command.cla & CHAINING:
            return command
        header = (command.cla & ~CHAINING, command.ins, command.p1, command.p2)
        if header != self._header:
            self._data.clear()
        self._header = header if command.cla & CHAINING else None
        self._data += command.data
        if len(self._data) > EXTENDED_LC_MAX:
            self._drop()
            raise StatusError(status.WRONG_LENGTH)
        return None if self._header else self._whole(header, command)

    def _whole(self, header: tuple[int, int, int, int], last: Command) -> Command:
        data = bytes(self._data)
        self._drop()
        return Command(*header, data, last.le, last.extended)

    def _drop(self) -> None:
        self._header = None
        self._data.clear()


class ResponseBuffer:
    """The one response of the card that waits for GET RESPONSE; any other command discards it."""

    __slots__ = ("_data",)

    def __init__(self) -> None:
        self._data = b""

    def put(self, data: bytes) -> None:
        """Keep a response, in place of any other; no bytes: none."""
        self._data = data

    def announcement(self) -> bytes:
        """61xx: how much there is to get, 00 for 256 and more."""
        return status.with_count(status.RESPONSE_AVAILABLE_XX, len(self._data)).to_bytes(2, "big")

    def get(self, le: int) -> tuple[bytes, bool]:
        """GET RESPONSE, ISO/IEC 7816-4 11.7.1: up to `le` bytes, and whether more remain.

        Le 256 and above takes what there is. StatusError 6985 when nothing waits; 6Cxx, and it keeps waiting,
        when a definite Le is more than there is.
        """
        data = self._data
        if not data:
            raise StatusError(status.CONDITIONS_NOT_SATISFIED)
        if len(data) < le < SHORT_LE_MAX:
            raise StatusError(status.with_count(status.WRONG_LE_XX, len(data)))
        self._data = data[le:]
        return data[:le], bool(self._data)
