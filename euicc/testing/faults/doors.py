"""Faults of the doors: a TCP line that breaks, stalls or trickles, and a modem that misbehaves.

`faulty_line` stands before anything that listens on TCP: a served card (`euicc serve --tcp`), a modem
(`euicc serve --modem tcp:...`). `FaultyPort` stands before any modem's port, real ones too.
"""

from __future__ import annotations

import select
import socket
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field

from apdu import TransportError
from apdu.transport.modem.port import Port

_TICK, _ONE_READ = 0.05, 4096
_JOINING = 5.0


# -- TCP --------------------------------------------------------------------------------------------------------------


class LineFault(ABC):
    """What happens to the answers on a TCP connection; places are counted in their bytes, from 0."""

    @abstractmethod
    def pieces(self, data: bytes, place: int) -> Iterator[bytes]:
        """How the bytes from `place` on are sent; ConnectionAborted ends the connection."""


class ConnectionAborted(Exception):
    """The connection is to be cut here."""


@dataclass(frozen=True)
class Closes(LineFault):
    """The connection is closed after so many bytes."""

    after: int

    def pieces(self, data: bytes, place: int) -> Iterator[bytes]:
        """What comes before that."""
        left = self.after - place
        yield data[: max(0, left)]
        if left < len(data):
            raise ConnectionAborted


@dataclass(frozen=True)
class Stalls(LineFault):
    """Nothing comes for so many seconds after so many bytes; then the rest does."""

    after: int
    seconds: float

    def pieces(self, data: bytes, place: int) -> Iterator[bytes]:
        """All of it, in two parts if the place is among them."""
        left = self.after - place
        if not 0 <= left < len(data):
            yield data
            return
        yield data[:left]
        time.sleep(self.seconds)
        yield data[left:]


@dataclass(frozen=True)
class Trickles(LineFault):
    """Never more than so many bytes at once."""

    size: int = 1

    def pieces(self, data: bytes, place: int) -> Iterator[bytes]:
        """All of it, piece by piece."""
        for start in range(0, len(data), self.size):
            yield data[start : start + self.size]
            time.sleep(0)


@dataclass(frozen=True)
class Flips(LineFault):
    """One bit (0 to 7) of the byte at a place is wrong."""

    at: int
    bit: int = 0

    def pieces(self, data: bytes, place: int) -> Iterator[bytes]:
        """The same but for one bit."""
        changed = bytearray(data)
        if 0 <= self.at - place < len(data):
            changed[self.at - place] ^= 1 << self.bit
        yield bytes(changed)


@contextmanager
def faulty_line(host: str, port: int, fault: LineFault, connections: int = 1) -> Iterator[tuple[str, int]]:
    """A port of its own on loopback that leads to another one; host and port of it, while the context lasts.

    The fault strikes the first `connections` of them; later ones are as they should be.
    """
    stop = threading.Event()
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        listener.settimeout(_TICK)
        accepting = threading.Thread(
            target=_accept, args=(listener, (host, port), fault, connections, stop), daemon=True
        )
        accepting.start()
        try:
            address: tuple[str, int] = listener.getsockname()
            yield address
        finally:
            stop.set()
            accepting.join(_JOINING)


def _accept(
    listener: socket.socket,
    target: tuple[str, int],
    fault: LineFault,
    connections: int,
    stop: threading.Event,
) -> None:
    count = 0
    while not stop.is_set():
        with suppress(TimeoutError):
            near, _ = listener.accept()
            count += 1
            threading.Thread(
                target=_forward,
                args=(near, target, fault if count <= connections else None, stop),
                daemon=True,
            ).start()


def _forward(
    near: socket.socket, target: tuple[str, int], fault: LineFault | None, stop: threading.Event
) -> None:
    """Carries bytes both ways until one side closes, or the fault does."""
    place = 0
    with (
        closing(near),
        suppress(OSError, ConnectionAborted),
        closing(socket.create_connection(target)) as far,
    ):
        for each in (near, far):
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while not stop.is_set():
            for ready in select.select([near, far], [], [], _TICK)[0]:
                data = ready.recv(_ONE_READ)
                if not data:
                    return
                if ready is near:
                    far.sendall(data)
                    continue
                for piece in (data,) if fault is None else fault.pieces(data, place):
                    near.sendall(piece)
                place += len(data)


# -- modems -----------------------------------------------------------------------------------------------------------


class ModemFault(ABC):
    """What a modem does with a command line instead of what it should."""

    @abstractmethod
    def write(self, data: bytes, modem: Port) -> bytes:
        """What is read before anything that the modem itself says; TransportError on a line that is dead."""

    def when(self, *, command: str = "AT", nth: int | None = None) -> ModemRule:
        """This fault with the lines that begin so, or with the n-th of them, counted from 1."""
        return ModemRule(self, command, nth)


@dataclass(frozen=True)
class ModemRule:
    """A fault and when it happens."""

    fault: ModemFault
    command: str
    nth: int | None = None


@dataclass(frozen=True)
class Says(ModemFault):
    """The modem answers this line, and does not carry out the command: "+CME ERROR: 14", "ERROR", "OK"."""

    line: str

    def write(self, data: bytes, modem: Port) -> bytes:
        """The line."""
        return f"\r\n{self.line}\r\n".encode("ascii")


@dataclass(frozen=True)
class Mutters(ModemFault):
    """Says something unasked before its answer: "+CREG: 1", half a line of noise."""

    line: str

    def write(self, data: bytes, modem: Port) -> bytes:
        """The line; the answer follows it."""
        modem.write(data)
        return f"\r\n{self.line}\r\n".encode("ascii")


@dataclass(frozen=True)
class Ignores(ModemFault):
    """The command is lost: no answer ever comes."""

    def write(self, data: bytes, modem: Port) -> bytes:
        """Nothing."""
        return b""


@dataclass(frozen=True)
class Unplugged(ModemFault):
    """The line is dead from here on."""

    def write(self, data: bytes, modem: Port) -> bytes:
        """TransportError."""
        modem.close()
        raise TransportError("the modem was unplugged")


@dataclass
class FaultyPort:
    """A modem's port on which faults happen by rule; of several that would strike, the first does.

    inner: the port. rules: each counts the lines it fits. struck: the lines that were struck, with the fault.
    """

    inner: Port
    rules: Iterable[ModemRule]
    struck: list[tuple[str, ModemFault]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._counted = [_Counted(rule) for rule in self.rules]
        self._said = b""

    def read(self, seconds: float) -> bytes:
        """What has come in; TransportError."""
        said, self._said = self._said, b""
        return said or self.inner.read(seconds)

    def write(self, data: bytes) -> None:
        """Sends a command line; TransportError."""
        line = data.decode("ascii", "replace").strip()
        fault = self._fault(line)
        if fault is None:
            self.inner.write(data)
            return
        self.struck.append((line, fault))
        self._said += fault.write(data, self.inner)

    def close(self) -> None:
        """Lets the line go."""
        self.inner.close()

    def _fault(self, line: str) -> ModemFault | None:
        striking = [counted.rule.fault for counted in self._counted if counted.strikes(line)]
        return striking[0] if striking else None


class _Counted:
    """A rule, and how many lines it has fitted."""

    def __init__(self, rule: ModemRule) -> None:
        self.rule = rule
        self._count = 0

    def strikes(self, line: str) -> bool:
        if not line.startswith(self.rule.command):
            return False
        self._count += 1
        return self.rule.nth in (None, self._count)
