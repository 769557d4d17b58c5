"""One connection of the bearer independent protocol: a socket that nobody waits for longer than a bounded time."""

from __future__ import annotations

import errno
import selectors
import socket
from enum import Enum
from ipaddress import IPv4Address, IPv6Address

DATAGRAM_MAX = 0xFFFF
PENDING = (errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EALREADY)


class State(Enum):
    """Where the connection is; DROPPED is the end."""

    IDLE = "not asked for yet"
    CONNECTING = "connecting"
    ESTABLISHED = "established"
    DROPPED = "dropped"


class Link:
    """A TCP or UDP client.

    kind: socket.SOCK_STREAM or SOCK_DGRAM; size: bytes that are kept in each direction; patience: seconds that
    connecting and sending may take.
    """

    def __init__(
        self, kind: int, address: IPv4Address | IPv6Address, port: int, size: int, patience: float
    ) -> None:
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6
        self._socket = socket.socket(family, kind)
        self._socket.setblocking(False)
        self._stream = kind == socket.SOCK_STREAM
        self._remote = (str(address), port)
        self._patience = patience
        self.size = size
        self.state = State.IDLE
        self.received = bytearray()
        self.unsent = bytearray()

    def start(self) -> None:
        """Begins to connect."""
        code = self._socket.connect_ex(self._remote)
        pending = State.CONNECTING if code in PENDING else State.DROPPED
        self.state = pending if code else State.ESTABLISHED

    def settle(self, seconds: float = 0.0) -> None:
        """Gives a connection that is being made this time to come about."""
        if self.state is not State.CONNECTING or not _ready(self._socket, selectors.EVENT_WRITE, seconds):
            return
        refused = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        self.state = State.DROPPED if refused else State.ESTABLISHED

    def connect(self) -> bool:
        """Connects within the time that it may take; whether it did."""
        if self.state is State.IDLE:
            self.start()
        self.settle(self._patience)
        return self.state is State.ESTABLISHED

    def flush(self) -> bool:
        """Sends what is to be sent, as one datagram or as a part of the stream; whether that was possible."""
        data = bytes(self.unsent)
        self.unsent.clear()
        self._socket.settimeout(self._patience)
        try:
            if self._stream:
                self._socket.sendall(data)
            else:
                self._socket.send(data)
        except OSError:
            self.state = State.DROPPED
            return False
        finally:
            self._socket.setblocking(False)
        return True

    def pull(self) -> None:
        """Takes what has arrived, as far as there is room; a datagram when the one before was read."""
        self.settle()
        if self.state is not State.ESTABLISHED:
            return
        room = self.size - len(self.received) if self._stream else DATAGRAM_MAX
        if room <= 0 or (self.received and not self._stream):
            return
        try:
            data = self._socket.recv(room)
        except BlockingIOError:
            return
        except OSError:
            # A datagram that nobody took (ICMP) is no end of the channel.
            self.state = State.DROPPED if self._stream else self.state
            return
        if not data and self._stream:
            self.state = State.DROPPED
        self.received += data

    def close(self) -> None:
        """Gives the socket back."""
        self.state = State.DROPPED
        self._socket.close()


def _ready(file: socket.socket, what: int, seconds: float) -> bool:
    with selectors.DefaultSelector() as selector:
        selector.register(file, what)
        return bool(selector.select(seconds))
