"""A modem on a pseudo-terminal or on a TCP port, one user at a time, until an event stops it."""

from __future__ import annotations

import os
import select
import socket
import termios
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event

from apdu.transport import Transport, TransportUnavailable
from apdu.transport.modem.responder import Modem
from apdu.transport.serving import Log, described, log_warning

READ_MAX = 4096
STOP_SECONDS = 0.2
"""How long it may take until the event is noticed."""
POLL_SECONDS = 30.0
"""After so long an idle line the card is asked for proactive commands, TS 102 223 6.4.5."""
PATIENCE_SECONDS = 10.0
"""A TCP client that takes no answer for so long is cut off."""

Ready = Callable[[str], None]


def serve_pty(
    card: Transport,
    link: str | os.PathLike[str] | None = None,
    *,
    stop: Event | None = None,
    log: Log = log_warning,
    ready: Ready = lambda path: None,
) -> None:
    """A modem with this card on a new pseudo-terminal, until `stop` is set.

    `ready` gets the path to open: `link`, a symbolic link that exists as long as the server does, or the terminal
    itself. TransportUnavailable when something else is at `link`, or there is no pseudo-terminal.
    """
    stop = stop or Event()
    with _terminal() as (master, path), _linked(link, path):
        conversation = _Conversation(Modem(card), log)
        ready(os.fspath(link) if link is not None else path)
        while not stop.is_set():
            received = _received(master)
            said = conversation.idle() if received is None else conversation.answer(received)
            _write(master, said, stop)


def serve_tcp(
    card: Transport,
    host: str,
    port: int,
    *,
    stop: Event | None = None,
    log: Log = log_warning,
    ready: Ready = lambda address: None,
) -> None:
    """A modem with this card on a TCP port, one client after the other, until `stop` is set.

    Port 0 takes a free one; `ready` gets HOST:PORT as it is. A client that comes while another one is there is sent
    away; one that leaves is to the modem like a line that hangs up: settings and sessions are gone, the card stays as
    it is. TransportUnavailable when it cannot listen there.
    """
    stop = stop or Event()
    try:
        listener = socket.create_server((host, port))
    except OSError as error:
        raise TransportUnavailable(f"cannot listen on {host}:{port}: {error.strerror or error}") from error
    with listener:
        modem = Modem(card)
        ready(_written(listener.getsockname()))
        while not stop.is_set():
            if _readable(listener):
                client, _ = listener.accept()
                with client:
                    _serve_client(_Conversation(modem, log), client, listener, stop, log)
                modem.hang_up()


def _serve_client(
    conversation: _Conversation, client: socket.socket, listener: socket.socket, stop: Event, log: Log
) -> None:
    client.settimeout(PATIENCE_SECONDS)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while not stop.is_set():
        try:
            ready = select.select([client, listener], [], [], STOP_SECONDS)[0]
            if (
                client in ready
            ):  # first, because it may be leaving: then the next one is served and not sent away
                received = client.recv(READ_MAX)
                if not received:
                    return
                client.sendall(conversation.answer(received))
            elif listener in ready:
                _send_away(listener, log)
            else:
                client.sendall(conversation.idle())
        except OSError as error:
            log(f"modem: the connection broke: {error}")
            return


def _send_away(listener: socket.socket, log: Log) -> None:
    other, where = listener.accept()
    other.close()
    log(f"modem: {_written(where)} was sent away, the line is busy")


def _written(address: tuple[object, ...]) -> str:
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in str(host) else f"{host}:{port}"


class _Conversation:
    """A modem behind which a bug is one line of log and an ERROR, and not the end of the server."""

    def __init__(self, modem: Modem, log: Log) -> None:
        self._modem = modem
        self._log = log
        self._last = time.monotonic()

    def answer(self, received: bytes) -> bytes:
        """What the modem says to these characters."""
        self._last = time.monotonic()
        return b"".join(self._guarded(self._modem.feed, bytes((code,))) for code in received)

    def idle(self) -> bytes:
        """What the modem has to say when nothing was said to it: mostly nothing."""
        if time.monotonic() - self._last < POLL_SECONDS:
            return b""
        self._last = time.monotonic()
        return self._guarded(self._modem.poll)

    def _guarded(self, action: Callable[..., bytes], *arguments: bytes) -> bytes:
        try:
            return action(*arguments)
        except Exception as error:  # the serve loop is where a bug ends: the next line has a modem again
            self._log(f"modem: the line is given up: {described(error)}")
            return self._modem.fail()


@contextmanager
def _terminal() -> Iterator[tuple[int, str]]:
    """A raw pseudo-terminal: the file descriptor of our end, the path of the other.

    The other end is kept open here, too: otherwise its settings and what was written would go with each user, and
    reading would fail while there is none.
    """
    try:
        master, slave = os.openpty()
    except OSError as error:
        raise TransportUnavailable(f"no pseudo-terminal to be had: {error.strerror}") from error
    try:
        tty.setraw(slave, termios.TCSANOW)
        os.set_blocking(master, False)
        yield master, os.ttyname(slave)
    finally:
        os.close(master)
        os.close(slave)


@contextmanager
def _linked(link: str | os.PathLike[str] | None, path: str) -> Iterator[None]:
    """A symbolic link to the terminal; one that an earlier server left behind is replaced, anything else is not."""
    if link is None:
        yield
        return
    name = Path(link)
    try:
        if name.is_symlink() and os.readlink(name).startswith(str(Path(path).parent)):
            name.unlink()
        name.symlink_to(path)
    except OSError as error:
        raise TransportUnavailable(f"{name} cannot be made: {error.strerror}; name another path") from error
    try:
        yield
    finally:
        with suppress(OSError):
            if os.readlink(name) == path:
                name.unlink()


def _received(master: int) -> bytes | None:
    """What came in, None when nothing did for a while."""
    if not _readable(master):
        return None
    try:
        return os.read(master, READ_MAX)
    except BlockingIOError:
        return None


def _readable(file: int | socket.socket) -> bool:
    return bool(select.select([file], [], [], STOP_SECONDS)[0])


def _write(master: int, data: bytes, stop: Event) -> None:
    """Writes it all; a user who does not read makes the modem wait, as flow control does."""
    while data and not stop.is_set():
        if select.select([], [master], [], STOP_SECONDS)[1]:
            with suppress(BlockingIOError):
                data = data[os.write(master, data) :]
