"""The port of a modem, as its user opens it: a serial line, a pseudo-terminal, or a TCP connection."""

from __future__ import annotations

import fcntl
import os
import select
import socket
import termios
import tty
from typing import Protocol

from apdu.transport import TransportError, TransportUnavailable
from apdu.transport.tcp import parse_address

READ_MAX = 4096
CONNECT_SECONDS = 10.0
WRITE_SECONDS = 10.0
TCP_PREFIX = "tcp:"

_LISTED = "euicc doctor lists the modems"


class Port(Protocol):
    """A line to a modem."""

    def read(self, seconds: float) -> bytes:
        """What has come in, or comes in within this time; b"" when nothing does. TransportError on a dead line."""
        ...

    def write(self, data: bytes) -> None:
        """Sends all of it; TransportError."""
        ...

    def close(self) -> None:
        """Lets the line go."""
        ...


class SerialPort:
    """A terminal device in raw mode, 8 data bits, no parity, one stop bit, no flow control, DTR on.

    termios does all of it; nothing is gained here from another library. The device is locked (flock) for one user.
    """

    def __init__(self, path: str | os.PathLike[str], baud: int = 115200) -> None:
        """TransportUnavailable when the device cannot be opened, is no terminal, is in use, or has no such speed."""
        self._name = os.fspath(path)
        speed = getattr(termios, f"B{baud}", None)
        if speed is None:
            raise TransportUnavailable(f"{self._name}: no serial line has {baud} baud")
        try:
            self._file = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        except OSError as error:
            raise TransportUnavailable(
                f"{self._name} cannot be opened: {error.strerror}; {_LISTED}"
            ) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _set_raw(self._file, speed)
            termios.tcflush(self._file, termios.TCIOFLUSH)
        except BlockingIOError as error:
            os.close(self._file)
            raise TransportUnavailable(
                f"{self._name} is in use by another program; end that first"
            ) from error
        except termios.error as error:
            os.close(self._file)
            raise TransportUnavailable(f"{self._name} is not a serial line; {_LISTED}") from error

    def read(self, seconds: float) -> bytes:
        """What has come in, or comes in within this time."""
        try:
            if not select.select([self._file], [], [], seconds)[0]:
                return b""
            data = os.read(self._file, READ_MAX)
        except OSError as error:
            raise self._dead(error) from error
        if not data:
            raise TransportError(f"{self._name}: the modem is gone")
        return data

    def write(self, data: bytes) -> None:
        """Sends all of it."""
        try:
            while data:
                if not select.select([], [self._file], [], WRITE_SECONDS)[1]:
                    raise TransportError(f"{self._name}: the modem takes no more characters")
                data = data[os.write(self._file, data) :]
        except OSError as error:
            raise self._dead(error) from error

    def close(self) -> None:
        """Closes the device."""
        os.close(self._file)

    def _dead(self, error: OSError) -> TransportError:
        return TransportError(f"{self._name}: the modem is gone: {error.strerror}")


class TcpPort:
    """A modem behind a TCP port."""

    def __init__(self, host: str, port: int) -> None:
        """TransportUnavailable when nobody is there."""
        self._name = f"{host}:{port}"
        try:
            self._socket = socket.create_connection((host, port), CONNECT_SECONDS)
        except OSError as error:
            raise TransportUnavailable(
                f"no modem at {self._name}: {error.strerror or error}; start its server, or name another address"
            ) from error
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def read(self, seconds: float) -> bytes:
        """What has come in, or comes in within this time."""
        try:
            if not select.select([self._socket], [], [], seconds)[0]:
                return b""
            data = self._socket.recv(READ_MAX)
        except OSError as error:
            raise self._dead(str(error)) from error
        if not data:
            raise self._dead("the connection was closed")
        return data

    def write(self, data: bytes) -> None:
        """Sends all of it."""
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise self._dead(str(error)) from error

    def close(self) -> None:
        """Closes the connection."""
        self._socket.close()

    def _dead(self, why: str) -> TransportError:
        return TransportError(f"{self._name}: the modem is gone: {why}")


def open_port(where: str | os.PathLike[str], baud: int = 115200) -> Port:
    """The port at this path, or for `tcp:HOST:PORT` at this address; TransportUnavailable."""
    name = os.fspath(where)
    if not name.startswith(TCP_PREFIX):
        return SerialPort(name, baud)
    try:
        host, port = parse_address(name.removeprefix(TCP_PREFIX))
    except ValueError as error:
        raise TransportUnavailable(f"{name} is not {TCP_PREFIX}HOST:PORT") from error
    return TcpPort(host, port)


def _set_raw(file: int, speed: int) -> None:
    tty.setraw(file, termios.TCSANOW)
    settings = termios.tcgetattr(file)
    settings[2] &= ~(termios.PARENB | termios.CSTOPB | termios.CRTSCTS)
    settings[2] |= termios.CLOCAL | termios.CREAD | termios.CS8
    settings[4] = settings[5] = speed
    termios.tcsetattr(file, termios.TCSANOW, settings)
