"""Download orders and what becomes of them, SGP.22 3.1.6: the life of a profile at the SM-DP+."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest

from asn1.generated import rsp
from euicc.testing.smdp.bpp import Binding, ProtectedProfile


class OrderState(enum.Enum):
    """Where an order stands."""

    CONFIRMED = "ordered, not yet released for download"
    RELEASED = "may be downloaded"
    DOWNLOADED = "a bound package was handed out; the card has not told how it went, or may try again"
    INSTALLED = "the card has installed it"
    ERROR = "ended without success"


PENDING = frozenset((OrderState.CONFIRMED, OrderState.RELEASED, OrderState.DOWNLOADED))


@dataclass(eq=False)
class Order:
    """One profile for one card. The fields after `state` are the SM-DP+'s own notes."""

    package: bytes = field(repr=False)
    metadata: rsp.StoreMetadataRequest
    matching_id: str
    """Empty: for the card with `eid`, which asks its default SM-DP+."""
    eid: bytes | None = None
    """Whom the order is for; None until the first card has taken it."""
    code_hash: bytes | None = field(default=None, repr=False)
    """SHA-256 of the confirmation code, if one is required."""
    expires: datetime | None = None
    profile: ProtectedProfile | None = field(default=None, repr=False)
    """The package protected in advance with keys of its own, if so ordered."""
    state: OrderState = OrderState.RELEASED
    wrong_codes: int = 0
    downloads: int = 0
    binding: Binding | None = field(default=None, repr=False)
    result: rsp.ProfileInstallationResultData | None = None
    """The last installation result that a card sent, its signature verified."""

    @property
    def iccid(self) -> bytes:
        """The profile's, as EF.ICCID holds it."""
        return self.metadata.iccid

    @property
    def is_pending(self) -> bool:
        """Whether a card may still get the profile."""
        return self.state in PENDING

    @property
    def requires_code(self) -> bool:
        """Whether the user has to type a confirmation code."""
        return self.code_hash is not None

    def accepts_code(self, hashed: bytes, transaction_id: bytes) -> bool:
        """Whether hashCc, SGP.22 3.1.3.2, is that of the order's code in this session."""
        expected = sha256((self.code_hash or b"") + transaction_id).digest()
        return compare_digest(expected, hashed)


def code_hash(confirmation_code: str | None) -> bytes | None:
    """What is kept of a confirmation code."""
    return None if confirmation_code is None else sha256(confirmation_code.encode()).digest()


class OrderBook:
    """All orders of a server, in the order in which they came."""

    def __init__(self) -> None:
        self._orders: list[Order] = []
        # A server may have thousands of orders, and looks for one with each function.
        self._by_matching_id: dict[str, list[Order]] = {}

    def __iter__(self) -> Iterator[Order]:
        """Oldest first; orders may be added meanwhile."""
        return iter(tuple(self._orders))

    def add(self, order: Order) -> None:
        """A new order."""
        self._orders.append(order)
        self._by_matching_id.setdefault(order.matching_id, []).append(order)

    def pending(self, matching_id: str) -> Order | None:
        """The order that still waits for this MatchingID."""
        return next((each for each in self._by_matching_id.get(matching_id, ()) if each.is_pending), None)

    def pending_for(self, eid: bytes) -> Order | None:
        """The order without MatchingID that waits for this card."""
        waiting = (each for each in self._by_matching_id.get("", ()) if each.is_pending)
        return next((each for each in waiting if each.eid == eid), None)
