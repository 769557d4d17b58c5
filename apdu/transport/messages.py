"""Messages on a byte stream, as vsmartcard's virtual reader has them: the length in 2 bytes, then that many bytes.

A message of one byte is a control, and only ATR is answered: with the ATR. Every other message is a command APDU,
answered by the response APDU. With the length in front a command is the same with and without Le.
"""

from __future__ import annotations

import socket
import struct
import sys
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
_ONE_READ = 4096
_QUICK_ACK: int | None = getattr(socket, "TCP_QUICKACK", None)
_NOTHING_YET = (TimeoutError, BlockingIOError)


class Disconnected(Exception):
    """The connection is over; the text says why, and is empty when the other side closed it between messages."""


class MessageStream:
    """The messages of one TCP connection; owns the socket.

    Disconnected when there is no more to expect from the other side: it has gone, or it has stopped in the middle of a
    message for ten seconds.
    """

    def __init__(self, connection: socket.socket) -> None:
        _return_after(connection, _TICK)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection = connection
        self._received = b""

    def receive(self, while_silent: Callable[[float], None]) -> bytes:
        """The next message. `while_silent` is called several times a second with the seconds waited so far.

        What it raises ends the waiting.
        """
        received = self._received or self._read()
        length = int.from_bytes(received[:LENGTH_BYTES], "big")
        if len(received) != LENGTH_BYTES + length:
            return self._receive_part(received, while_silent)
        self._received = b""
        return received[LENGTH_BYTES:]

    def send(self, message: bytes) -> None:
        """Sends a message of up to 65535 bytes, ValueError for a longer one."""
        length = len(message)
        if length > MESSAGE_MAX:
            raise ValueError(f"a message of {length} bytes")
        data = length.to_bytes(LENGTH_BYTES, "big") + message
        sent = self._write(data)
        if sent < len(data):
            self._send_rest(data[sent:])

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()

    def _receive_part(self, received: bytes, while_silent: Callable[[float], None]) -> bytes:
        """The next message, when it did not come whole and alone."""
        self._received = received
        silent_since = began = monotonic()
        while (message := self._whole_message()) is None:
            self._acknowledge()
            piece = self._read()
            now = monotonic()
            if not self._received:
                began = now
            if piece:
                self._received += piece
                silent_since = now
            else:
                while_silent(now - silent_since)
            if self._received and now - began > _PART_SECONDS:
                raise Disconnected(f"half a message, and nothing more for {_PART_SECONDS:g} s")
        return message

    def _whole_message(self) -> bytes | None:
        received = self._received
        end = LENGTH_BYTES + int.from_bytes(received[:LENGTH_BYTES], "big")
        if len(received) < max(end, LENGTH_BYTES):
            return None
        self._received = received[end:]
        return received[LENGTH_BYTES:end]

    def _acknowledge(self) -> None:
        """Acknowledges the first part of a message at once.

        The driver of the virtual reader writes length and payload apart, and its system holds the second back until
        the first is acknowledged, which would cost 40 ms a command.
        """
        if _QUICK_ACK is not None and self._received:
            self._connection.setsockopt(socket.IPPROTO_TCP, _QUICK_ACK, 1)

    def _read(self) -> bytes:
        """What has come, b"" when nothing does for a while."""
        try:
            piece = self._connection.recv(_ONE_READ)
        except _NOTHING_YET:
            return b""
        except OSError as error:
            raise Disconnected(error.strerror or str(error)) from error
        if not piece:
            raise Disconnected("in the middle of a message" if self._received else "")
        return piece

    def _write(self, data: bytes) -> int:
        try:
            return self._connection.send(data)
        except _NOTHING_YET:
            return 0
        except OSError as error:
            raise Disconnected(error.strerror or str(error)) from error

    def _send_rest(self, data: bytes) -> None:
        began = monotonic()
        while data:
            data = data[self._write(data) :]
            if data and monotonic() - began > _PART_SECONDS:
                raise Disconnected(f"an answer that is not read for {_PART_SECONDS:g} s")


def _return_after(connection: socket.socket, seconds: float) -> None:
    """Lets reads and writes give up after a time. On Linux the system does it, which saves a poll before each."""
    connection.settimeout(None if sys.platform == "linux" else seconds)
    if sys.platform == "linux":
        whole, parts = divmod(round(seconds * 1_000_000), 1_000_000)
        interval = struct.pack("ll", whole, parts)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, interval)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, interval)
