"""The doors of a card: how other programs reach it while `euicc serve` runs."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue
from threading import Event, Lock, Thread

from apdu import Transport
from apdu.transport import TransportUnavailable, tcp, vpcd
from euicc.commands.beside import READER, VIRTUAL_READER, Reached, run

LOOPBACK = "127.0.0.1"
LOOPBACKS = (LOOPBACK, "localhost", "::1")
MODEM_ON_TCP = "tcp:"
MODEM_VARIABLE = "EUICC_MODEM"
STOPPING = 10.0
"""Seconds that the command a card is at may take when it is to stop."""


class Shared:
    """One card behind several doors, a Transport: one command at a time, whoever sends it."""

    def __init__(self, card: Transport) -> None:
        self._card = card
        self._lock = Lock()

    def reset(self) -> bytes:
        """Resets the card, for everyone; the ATR."""
        with self._lock:
            return self._card.reset()

    def transmit(self, command: bytes, /) -> bytes:
        """Passes a command on and its response back."""
        with self._lock:
            return self._card.transmit(command)


@dataclass(frozen=True)
class Door:
    """`serve` gives the card to whoever comes, until the event is set; it says what has happened by `say` and `log`.

    When others can come, it tells the third where.
    """

    serve: Callable[[Transport, Event, Callable[[str], None]], None]
    variable: str
    """What a program beside it knows the address as."""


def say(line: str) -> None:
    """Something for the user to use."""
    print(line, flush=True)


def log(line: str) -> None:
    """Something that has happened."""
    print(line, file=sys.stderr, flush=True)


def vpcd_door(address: str) -> Door:
    """The virtual reader of vsmartcard whose driver listens there; ValueError when it is not HOST:PORT."""
    host, port = local_address(address)

    def serve(card: Transport, stop: Event, opened: Callable[[str], None]) -> None:
        say(f"virtual reader, whose driver is to listen on {host}:{port} (euicc doctor says what it lacks):")
        say("  pcsc_scan\n  ipa --reader 'Virtual PCD' info")
        opened(VIRTUAL_READER)
        vpcd.serve(card, host, port, stop=stop, log=log)

    return Door(serve, READER)


def tcp_door(address: str) -> Door:
    """A TCP port; ValueError when it is not HOST:PORT."""
    host, port = local_address(address)

    def serve(card: Transport, stop: Event, opened: Callable[[str], None]) -> None:
        def ready(at: str) -> None:
            say(f"TCP {at}:\n  ipa --tcp {reachable(at)} info")
            warn_of(host)
            opened(reachable(at))

        with free_port_advised():
            tcp.serve(card, host, port, stop=stop, log=log, ready=ready)

    return Door(serve, "EUICC_TCP")


def modem_door(path: str) -> Door:
    """A modem on a pseudo-terminal that `path` is to lead to, or for `tcp:HOST:PORT` on that port; ValueError."""
    from apdu.transport.modem import serve_pty, serve_tcp

    if not path.startswith(MODEM_ON_TCP):
        return Door(
            lambda card, stop, opened: serve_pty(card, path, stop=stop, log=log, ready=_modem_ready(opened)),
            MODEM_VARIABLE,
        )
    host, port = local_address(path.removeprefix(MODEM_ON_TCP))

    def serve(card: Transport, stop: Event, opened: Callable[[str], None]) -> None:
        def ready(at: str) -> None:
            warn_of(host)
            _modem_ready(opened)(MODEM_ON_TCP + reachable(at))

        with free_port_advised():
            serve_tcp(card, host, port, stop=stop, log=log, ready=ready)

    return Door(serve, MODEM_VARIABLE)


def _modem_ready(opened: Callable[[str], None]) -> Callable[[str], None]:
    def ready(at: str) -> None:
        say(f"modem {at}:\n  ipa --modem {at} info")
        opened(at)

    return ready


def local_address(text: str) -> tuple[str, int]:
    """Host and port of HOST:PORT, of :PORT or PORT on loopback; ValueError."""
    host, port = tcp.parse_address(text if ":" in text else f":{text}")
    return host or LOOPBACK, port


def reachable(address: str) -> str:
    """Where a program on this machine finds who listens on `address`."""
    host, _, port = address.rpartition(":")
    return f"{LOOPBACK}:{port}" if host in ("0.0.0.0", "[::]") else address


@contextmanager
def free_port_advised() -> Iterator[None]:
    """Adds to an error of listening what can be done."""
    try:
        yield
    except TransportUnavailable as error:
        error.add_note("name another address; port 0 takes a free one")
        raise


def warn_of(host: str) -> None:
    """Nothing is encrypted and nobody has to prove who they are."""
    if host not in LOOPBACKS:
        log(f"warning: everyone who reaches {host} can use the card; without a host it is loopback alone")


def open_doors(card: Transport, doors: list[Door], command: str | None = None) -> int:
    """Keeps the doors open until SIGINT or SIGTERM, or until one of them fails, whose exception is raised.

    command: a program to run meanwhile, at whose end they close; its exit code, 0 without one. The command that the
    card is at is answered first.
    """
    # A queue, and no event: a signal may come at any moment, and a queue may be filled from its handler.
    ends: SimpleQueue[BaseException | None] = SimpleQueue()
    stop = Event()

    reached = Reached(len(doors))
    codes: list[int] = []

    def serve(door: Door) -> None:
        try:
            door.serve(card, stop, partial(reached.at, door.variable))
        except BaseException as error:
            ends.put(error)
        else:
            ends.put(None)

    def beside(program: str) -> None:
        codes.append(run(program, reached, lambda: ends.put(None)))

    threads = [Thread(target=serve, args=(door,), daemon=True) for door in doors]
    if command is not None:
        threads.append(Thread(target=beside, args=(command,), daemon=True))
    with _ended_by_signals(ends):
        for thread in threads:
            thread.start()
        error = ends.get()
    # From here on a second Ctrl-C ends the program at once.
    stop.set()
    for thread in threads:
        thread.join(STOPPING)
    if error is not None:
        raise error
    return codes[0] if codes else 0


@contextmanager
def _ended_by_signals(ends: SimpleQueue[BaseException | None]) -> Iterator[None]:
    wanted = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda *_: ends.put(None)) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
