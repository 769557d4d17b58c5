"""The way from the program under test to its card: a virtual reader, a TCP port, a modem."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Thread

from apdu import Transport, TransportError
from apdu.transport import TransportUnavailable, tcp, vpcd
from euicc.testing.ipa_check.journal import Slot

LOOPBACK = "127.0.0.1"
READER = "Virtual PCD"
SECONDS = 20.0
PATIENCE = 3.0
"""Until a driver that does not listen is taken for one that is not there."""

Serve = Callable[[Transport, Event, Callable[[str], None]], None]


@dataclass(frozen=True)
class Door:
    """One way. `placeholder`: how a command names it. `lasting`: it stays open from case to case.

    `serve` serves a card until the event is set, and calls the function with where it is.
    """

    name: str
    placeholder: str
    serve: Serve
    lasting: bool = True
    watched: bool = False
    """Whether a reader has to notice the card before a program finds it."""


def tcp_door(directory: Path) -> Door:
    """A TCP port on loopback."""
    return Door(
        "tcp",
        "tcp",
        lambda card, stop, ready: tcp.serve(card, LOOPBACK, 0, stop=stop, log=_quiet, ready=ready),
    )


def modem_door(directory: Path) -> Door:
    """A modem on a pseudo-terminal, which manages the card as modems do; another one in each case."""
    from apdu.transport.modem import serve_pty

    link = directory / "modem"

    def serve(card: Transport, stop: Event, ready: Callable[[str], None]) -> None:
        serve_pty(card, link, stop=stop, log=_quiet, ready=ready)

    return Door("modem", "modem", serve, lasting=False)


def vpcd_door(address: str = f"{LOOPBACK}:{vpcd.PORT}", reader: str = READER) -> Door:
    """The virtual reader of pcscd whose driver listens there; `reader` is what programs call it. ValueError."""
    host, port = tcp.parse_address(address)

    def serve(card: Transport, stop: Event, ready: Callable[[str], None]) -> None:
        vpcd.serve(card, host, port, stop=stop, log=lambda line: ready(reader), patience=PATIENCE)

    return Door("vpcd", "reader", serve, watched=True)


@contextmanager
def opened(door: Door, slot: Slot) -> Iterator[str]:
    """The door stays open for as long as the context lasts; where it is. TransportError."""
    stop, news = Event(), SimpleQueue[str | BaseException]()

    def serve() -> None:
        try:
            door.serve(slot, stop, news.put)
        except (TransportError, OSError) as error:
            news.put(error)

    slot.noticed.clear()
    thread = Thread(target=serve, name=f"door {door.name}", daemon=True)
    thread.start()
    try:
        where = _first(news)
        if door.watched and not slot.noticed.wait(SECONDS):
            raise TransportUnavailable("the virtual reader does not take the card: is pcscd running?")
        yield where
    finally:
        stop.set()
        thread.join(SECONDS)


def _first(news: SimpleQueue[str | BaseException]) -> str:
    try:
        first = news.get(timeout=SECONDS)
    except Empty:
        raise TransportUnavailable("the door does not open") from None
    if isinstance(first, BaseException):
        raise first
    return first


def _quiet(line: str) -> None:
    """What happens at the door is in the journal."""
