"""A card behind a TCP port: served, and reached. The messages are those of apdu.transport.messages.

One card with one state, one client at a time: others wait until it leaves, or until it has been idle for long enough.
The card keeps its state when a client leaves, and is reset before the next one's first command. Nothing is encrypted
or authenticated: listen on loopback, or inside a network that is yours.
"""

from __future__ import annotations

import select
import socket
from collections.abc import Callable
from contextlib import closing, suppress
from threading import Event

from apdu.transport import Transport, TransportError, TransportUnavailable, messages
from apdu.transport.messages import Disconnected, MessageStream
from apdu.transport.serving import Log, Session, attend, log_warning

LARGEST_PORT = 0xFFFF

_TICK = 0.2
_BACKLOG = 128
_STATUS_BYTES = 2


def parse_address(text: str) -> tuple[str, int]:
    """Host and port of HOST:PORT, [::1]:PORT or :PORT (every interface); ValueError."""
    host, colon, port = text.rpartition(":")
    if not colon or not (port.isascii() and port.isdigit()) or int(port) > LARGEST_PORT:
        raise ValueError(f"not HOST:PORT: {text}")
    return host.removeprefix("[").removesuffix("]"), int(port)


def serve(
    card: Transport,
    host: str,
    port: int,
    *,
    stop: Event | None = None,
    log: Log = log_warning,
    ready: Callable[[str], None] = lambda address: None,
    idle: float = 30.0,
) -> None:
    """Serves the card until `stop` is set; the command it is at is answered first.

    Port 0 takes a free one; `ready` gets HOST:PORT as it is. TransportUnavailable when it cannot listen there. A client
    that is silent for `idle` seconds loses its place when another one waits; one that stops in the middle of a message
    or does not read its answer loses it anyhow. Each of these is one line to `log`.
    """
    stop = stop or Event()
    with _listen(host, port) as listener:
        listener.settimeout(_TICK)
        ready(_written(listener.getsockname()))
        while not stop.is_set():
            with suppress(TimeoutError, ConnectionError):
                connection, peer = listener.accept()
                _serve_client(card, MessageStream(connection), _written(peer), listener, stop, log, idle)


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][
            0
        ]
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        reason = error.strerror or str(error)
        raise TransportUnavailable(f"cannot listen on {host}:{port}: {reason}") from error


def _serve_client(
    card: Transport,
    stream: MessageStream,
    client: str,
    listener: socket.socket,
    stop: Event,
    log: Log,
    idle: float,
) -> None:
    def give_way(silence: float) -> None:
        if silence > idle and select.select([listener], [], [], 0)[0]:
            raise Disconnected(f"idle for {idle:g} s while another client waits")

    with closing(stream):
        reason = attend(stream, Session(card, log), stop, give_way)
    if reason:
        log(f"client {client} is disconnected: {reason}")


def _written(address: tuple[str, int]) -> str:
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


class TcpTransport:
    """The card that is served at this address; a Transport.

    Connects at once: TransportUnavailable when nobody is there. A connection that breaks is a TransportError, and the
    next `reset` makes a new one. `timeout`: seconds to wait for an answer.
    """

    def __init__(self, host: str, port: int, timeout: float = 60.0) -> None:
        self._host = host
        self._port = port
        self._timeout = timeout
        self._address = _written((host, port))
        self._stream: MessageStream | None = self._connect()

    def reset(self) -> bytes:
        """Resets the card; the ATR."""
        if self._stream is None:
            self._stream = self._connect()
        self._send(messages.RESET)
        atr = self._exchange(messages.ATR)
        if not atr:
            raise TransportError(f"the card at {self._address} does not answer to reset")
        return atr

    def transmit(self, command: bytes, /) -> bytes:
        """Sends a command APDU; the response data followed by SW1 SW2."""
        if len(command) == 1:
            raise TransportError("a single byte is no command: the card takes it for a control")
        response = self._exchange(command)
        if len(response) < _STATUS_BYTES:
            raise TransportError(f"the card at {self._address} answers without a status word")
        return response

    def close(self) -> None:
        """Closes the connection; the next `reset` makes a new one."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def __enter__(self) -> TcpTransport:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _connect(self) -> MessageStream:
        try:
            connection = socket.create_connection((self._host, self._port), self._timeout)
        except OSError as error:
            reason = error.strerror or str(error)
            raise TransportUnavailable(
                f"no card is served at {self._address}: {reason}; start its server, or name another address"
            ) from error
        return MessageStream(connection)

    def _exchange(self, message: bytes) -> bytes:
        stream = self._send(message)
        try:
            return stream.receive(self._wait)
        except Disconnected as end:
            raise self._lost(end) from end

    def _send(self, message: bytes) -> MessageStream:
        stream = self._stream
        if stream is None:
            raise TransportError(f"not connected to the card at {self._address}: reset it to connect again")
        try:
            stream.send(message)
        except Disconnected as end:
            raise self._lost(end) from end
        except ValueError as error:
            raise TransportError(f"{error} is more than a card takes") from error
        return stream

    def _lost(self, end: Disconnected) -> TransportError:
        self.close()
        reason = f": {end}" if str(end) else ""
        return TransportError(f"the connection to the card at {self._address} is lost{reason}")

    def _wait(self, seconds: float) -> None:
        if seconds > self._timeout:
            raise Disconnected(f"no answer for {self._timeout:g} s; another client may be using the card")
