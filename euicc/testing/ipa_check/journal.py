"""What a program under test did, in one order: what the card heard of it, and what the servers heard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock
from time import perf_counter

from apdu import Exchange, Trace, Transport


@dataclass(frozen=True)
class Heard:
    """One call of a function of a server. `answer`: None when it was answered for with an HTTP status (`http`).

    request, answer: JSON objects of ES9+; messages of the ASN.1 binding of ESipa, whichever binding carried them.
    """

    server: str
    function: str
    request: object = field(repr=False)
    answer: object = field(default=None, repr=False)
    http: int = 200


Entry = Exchange | Heard


class Journal:
    """Exchanges with the card and calls of servers, in the order in which they ended; safe between threads."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._lock = Lock()
        self._origin = perf_counter()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Everything until now."""
        with self._lock:
            return tuple(self._entries)

    @property
    def trace(self) -> Trace:
        """What the card heard and answered."""
        return Trace(
            tuple(each for each in self.entries if isinstance(each, Exchange)), transport="ipa check"
        )

    def add(self, entry: Entry) -> None:
        """One more."""
        with self._lock:
            self._entries.append(entry)

    def timed(self, command: bytes | None, exchange: Callable[[], bytes]) -> bytes:
        """What the exchange answers, which is noted."""
        started = perf_counter()
        response = exchange()
        elapsed = perf_counter() - started
        self.add(Exchange(command, response, round(started - self._origin, 6), round(elapsed, 6)))
        return response


class Slot:
    """Where the program under test finds its card: a Transport whose card is another one in each case.

    `noticed`: set when somebody resets the card, as readers do when one is put in.
    """

    def __init__(self, card: Transport) -> None:
        self._card = card
        self._journal = Journal()
        self._lock = Lock()
        self.noticed = Event()

    def insert(self, card: Transport, journal: Journal) -> None:
        """This card, and where it is noted what it hears."""
        with self._lock:
            self._card, self._journal = card, journal

    def reset(self) -> bytes:
        """Resets the card; the ATR."""
        with self._lock:
            self.noticed.set()
            return self._journal.timed(None, self._card.reset)

    def transmit(self, command: bytes, /) -> bytes:
        """Passes a command on and its response back."""
        with self._lock:
            return self._journal.timed(command, lambda: self._card.transmit(command))

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody talks to the card meanwhile but who holds it."""
        with self._lock:
            yield
