"""Connections of a vehicle to the HTTPS side of an SM-SR, in the same process and in simulated time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from euicc.testing.m2m.eis import Eis
from euicc.testing.m2m.https_admin import AdminConnection, HttpsAdmin
from euicc.testing.m2m.https_admin_trigger import AdminTrigger
from euicc.testing.smsr.errand import Exchange
from euicc.testing.smsr.https import HttpsTransport
from euicc.testing.smsr.steps import Send
from ipa.toolkit.link import Link, State

ADDRESS = AdminTrigger(IPv4Address("127.0.0.1"), 8443)
"""Where cards are told to find it; no socket is there."""
ROUND_TRIP = 0.2
"""Seconds from what a card sends to what it gets back."""


class Line(Link):
    """All that `ipa.toolkit.link.Link` does, without a socket.

    ready: when what the server said arrives, None: it said nothing.
    """

    def __init__(self, connection: AdminConnection, size: int, now: Callable[[], float]) -> None:
        self._connection = connection
        self._now = now
        self._coming = bytearray()
        self.size = size
        self.state = State.IDLE
        self.received = bytearray()
        self.unsent = bytearray()
        self.ready: float | None = None

    def start(self) -> None:
        """As `Link.start`: at once."""
        self.state = State.ESTABLISHED

    def connect(self) -> bool:
        """As `Link.connect`."""
        self.start()
        return True

    def settle(self, seconds: float = 0.0) -> None:
        """As `Link.settle`: nothing to wait for."""

    def flush(self) -> bool:
        """As `Link.flush`."""
        self._connection.feed(bytes(self.unsent))
        self.unsent.clear()
        self._coming += self._connection.outgoing()
        if self._coming or self._connection.closed:
            self.ready = self._now() + ROUND_TRIP
        return True

    def pull(self) -> None:
        """As `Link.pull`."""
        if self.ready is None or self._now() < self.ready:
            return
        room = self.size - len(self.received)
        self.received += self._coming[:room]
        del self._coming[:room]
        if self._coming:
            return
        self.ready = None
        if self._connection.closed:
            self.state = State.DROPPED

    def close(self) -> None:
        """As `Link.close`."""
        self.state, self.ready = State.DROPPED, None


@dataclass
class Lines:
    """Those of one vehicle. admin: who answers; in_service: whether there is a network to reach it by."""

    admin: HttpsAdmin
    in_service: Callable[[], bool]
    now: Callable[[], float]

    def __post_init__(self) -> None:
        self._last: Line | None = None

    @property
    def ready(self) -> float | None:
        """When something arrives."""
        return self._last.ready if self._last else None

    def link(
        self, kind: int, address: IPv4Address | IPv6Address, port: int, size: int, patience: float
    ) -> Line:
        """As `ipa.toolkit.bip.MakeLink`; OSError where there is no network."""
        if not self.in_service() or (address, port) != (ADDRESS.address, ADDRESS.port):
            raise ConnectionError("no such server, or no network")
        self._last = Line(self.admin.connect(), size, self.now)
        return self._last


@dataclass(frozen=True)
class Part:
    """As `euicc.testing.smsr.errand.Transport`: that of the cards that are chosen by their EID."""

    transport: HttpsTransport
    chosen: Callable[[bytes], bool]

    def takes(self, eis: Eis, send: Send) -> bool:
        """Whether a script goes this way."""
        return self.chosen(eis.eid) and self.transport.takes(eis, send)

    def begin(self, eis: Eis, send: Send, tell: Callable[[bytes], Exchange], now: float) -> Exchange:
        """A script on its way."""
        return self.transport.begin(eis, send, tell, now)
