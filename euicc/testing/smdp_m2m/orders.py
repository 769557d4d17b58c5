"""Profiles that wait for a card, and where they went: what operators ordered from the SM-DP, SGP.02 2.3.2.1."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import Enum

from apdu import TlvError, tlv
from asn1 import Asn1Error
from asn1.generated import pe
from euicc.testing.m2m.es3 import PolicyRule, Subscription

_FILLER = "F"
_UNKNOWN = Subscription()


class OrderState(Enum):
    """Where a profile is."""

    AVAILABLE = "at the SM-DP"
    DOWNLOADING = "on its way into a card"
    INSTALLED = "in a card"


class OrderError(Exception):
    """There is no such profile for this card."""


@dataclass(eq=False)
class Order:
    """A profile that was prepared, for one card. The fields after `state` are the SM-DP's own notes.

    package: the unprotected profile package, whose header says the ICCID. memory: bytes to be granted to its ISD-P, 0:
    whatever there is.
    """

    package: bytes = field(repr=False)
    profile_type: str = ""
    subscription: Subscription = _UNKNOWN
    pol2: PolicyRule = PolicyRule.NONE
    memory: int = 0
    state: OrderState = OrderState.AVAILABLE
    eid: bytes | None = None
    isd_p: bytes = b""
    euicc_response: bytes = b""
    """EUICCResponse of the last attempt."""
    iccid: str = field(init=False)
    """Digits as printed."""

    def __post_init__(self) -> None:
        self.iccid = iccid_of(self.package)

    def goes_to(self, eid: bytes) -> bool:
        """Whether this card may get it, or has it."""
        return self.eid in (None, eid)


def iccid_of(package: bytes) -> str:
    """The ICCID in the header of a package; OrderError when there is none."""
    try:
        header = pe.ProfileElement.decode(package[: tlv.read(package)[2]]).header
    except (TlvError, Asn1Error) as error:
        raise OrderError(f"no profile package: {error}") from None
    if header is None:
        raise OrderError("no profile package: it begins with another element")
    return header.iccid.hex().upper().rstrip(_FILLER)


class OrderBook:
    """All orders; of one type, the first that came goes first."""

    def __init__(self) -> None:
        self._by_iccid: dict[str, Order] = {}
        self._free: dict[str, deque[Order]] = {}
        self._given: dict[tuple[bytes, str], Order] = {}

    def add(self, order: Order) -> Order:
        """A profile that may be downloaded; ValueError when there is one with its ICCID."""
        if order.iccid in self._by_iccid:
            raise ValueError(f"there is a profile {order.iccid}")
        self._by_iccid[order.iccid] = order
        self._free.setdefault(order.profile_type, deque()).append(order)
        return order

    def find(self, iccid: str) -> Order | None:
        """The order with this ICCID."""
        return self._by_iccid.get(iccid)

    def take(self, eid: bytes, iccid: str, profile_type: str) -> Order:
        """The profile for a card: with this ICCID, or of this type; the same one again if it asks again. OrderError."""
        order = self._named(iccid, profile_type) if iccid else self._of_type(eid, profile_type)
        if order is None or not order.goes_to(eid):
            raise OrderError(f"no profile {iccid or profile_type} for this card")
        order.eid = eid
        self._given[eid, order.profile_type] = order
        if order.state is OrderState.AVAILABLE:
            order.state = OrderState.DOWNLOADING
        return order

    def release(self, order: Order) -> None:
        """It did not get into the card: another one may have it."""
        if order.eid is not None:
            self._given.pop((order.eid, order.profile_type), None)
        order.state, order.eid, order.isd_p = OrderState.AVAILABLE, None, b""
        self._free[order.profile_type].append(order)

    def _named(self, iccid: str, profile_type: str) -> Order | None:
        found = self._by_iccid.get(iccid)
        return found if found and profile_type in ("", found.profile_type) else None

    def _of_type(self, eid: bytes, profile_type: str) -> Order | None:
        given = self._given.get((eid, profile_type))
        free = self._free.get(profile_type, deque())
        while given is None and free:
            first = free.popleft()
            # What was asked for by its ICCID meanwhile is not free any more.
            given = first if first.state is OrderState.AVAILABLE else None
        return given
