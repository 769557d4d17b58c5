"""Messages on a byte stream, as vsmartcard's virtual reader has them: the length in 2 bytes, then that many bytes.

A message of one byte is a control, and only ATR is answered: with the ATR. Every other message is a command APDU,
answered by the response APDU. With the length in front a command is the same with and without Le.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from time import monotonic

POWER_OFF = b"\x00"
POWER_ON = b"\x01"
RESET = b"\x02"
ATR = b"\x04"

LENGTH_BYTES = 2
MESSAGE_MAX = 0xFFFF

_TICK = 0.2
_PART_SECONDS = 10.0
"""How long a message may take from its first byte to its last, in either direction."""
_ONE_READ = LENGTH_BYTES + MESSAGE_MAX
_QUICK_ACK: int | None = getattr(socket, "TCP_QUICKACK", None)


class Disconnected(Exception):
    """The connection is over; the text says why, and is empty when the other side closed it between messages."""


class MessageStream:
    """The messages of one TCP connection; owns the socket.

    Disconnected when there is no more to expect from the other side: it has gone, or it has stopped in the middle of a
    message for ten seconds.
    """

    def __init__(self, connection: socket.socket) -> None:
        connection.settimeout(_TICK)
        # The driver of the virtual reader writes length and payload apart: held back until the first is acknowledged,
        # the second costs 40 ms a command. So: no holding back here, and no delayed acknowledgement of what comes.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection = connection
        self._received = bytearray()
        self._began = 0.0

    def receive(self, while_silent: Callable[[float], None]) -> bytes:
        """The next message. `while_silent` is called several times a second with the seconds waited so far.

        What it raises ends the waiting.
        """
        waiting_since = monotonic()
        while (message := self._whole_message()) is None:
            piece = self._read()
            if piece:
                self._add(piece)
            else:
                while_silent(monotonic() - waiting_since)
            if self._received and monotonic() - self._began > _PART_SECONDS:
                raise Disconnected(f"half a message, and nothing more for {_PART_SECONDS:g} s")
        return message

    def send(self, message: bytes) -> None:
        """Sends a message of up to 65535 bytes, ValueError for a longer one."""
        if len(message) > MESSAGE_MAX:
            raise ValueError(f"a message of {len(message)} bytes")
        rest = len(message).to_bytes(LENGTH_BYTES, "big") + message
        began = monotonic()
        while rest:
            rest = rest[self._write(rest) :]
            if rest and monotonic() - began > _PART_SECONDS:
                raise Disconnected(f"an answer that is not read for {_PART_SECONDS:g} s")

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()

    def _whole_message(self) -> bytes | None:
        received = self._received
        if len(received) < LENGTH_BYTES:
            return None
        end = LENGTH_BYTES + int.from_bytes(received[:LENGTH_BYTES], "big")
        if len(received) < end:
            return None
        message = bytes(received[LENGTH_BYTES:end])
        del received[:end]
        return message

    def _read(self) -> bytes:
        """What has come, b"" when nothing does for a while."""
        if _QUICK_ACK is not None:
            self._connection.setsockopt(socket.IPPROTO_TCP, _QUICK_ACK, 1)
        try:
            piece = self._connection.recv(_ONE_READ)
        except TimeoutError:
            return b""
        except OSError as error:
            raise Disconnected(error.strerror or str(error)) from error
        if not piece:
            raise Disconnected("in the middle of a message" if self._received else "")
        return piece

    def _add(self, piece: bytes) -> None:
        if not self._received:
            self._began = monotonic()
        self._received += piece

    def _write(self, data: bytes) -> int:
        try:
            return self._connection.send(data)
        except TimeoutError:
            return 0
        except OSError as error:
            raise Disconnected(error.strerror or str(error)) from error
