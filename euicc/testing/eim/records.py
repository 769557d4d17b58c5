"""What an eIM knows: of itself, of each of its eUICCs, of the RSP sessions that go through it."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from asn1.generated import sgp32
from euicc.crypto.certificates import Certificate, CertificateError
from euicc.crypto.chain import TrustAnchor, verify_euicc
from euicc.testing.eim.identity import EimIdentity
from euicc.testing.eim.orders import DataOrder, Order, PackageOrder
from euicc.testing.eim.rsp_servers import RspServers

if TYPE_CHECKING:
    from euicc.testing.eim.sessions import Session

TRANSACTION_ID_LENGTH = 16
DISCARDED_KEPT = 100
PARKED_KEPT = 32


class Discard(enum.Enum):
    """Why something that came for an eUICC was not taken, SGP.32 5.14.6."""

    UNREADABLE = "it cannot be read"
    OTHER_EIM = "it is for another eIM"
    SIGNATURE = "the eUICC's signature does not hold"
    UNKNOWN_PACKAGE = "no package with this counterValue and eimTransactionId was sent"
    STALE = "its seqNumber is not greater than the last one"
    CERTIFICATE = "the certificates are not those of this eUICC under a trusted CI"


@dataclass(frozen=True)
class Discarded:
    """Something that was not taken, as received, and why."""

    reason: Discard
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class StateChange:
    """What the IPA notified in ESipa.GetEimPackage: a cause of StateChangeCause, and the network if it told."""

    cause: int | None
    rplmn: bytes | None


@dataclass
class EuiccData:
    """What IpaEuiccData brought, SGP.32 2.11.2.2; None: never asked or told. info1, info2: TLVs as received."""

    default_smdp_address: str | None = None
    root_smds_address: str | None = None
    info1: bytes | None = None
    info2: bytes | None = None
    capabilities: sgp32.IpaCapabilities | None = None
    device_info: bytes | None = None


@dataclass(eq=False)
class Euicc:
    """One eUICC and its association with this eIM."""

    eid: bytes
    counter: int = 0
    """counterValue of the last package, or where the association started."""
    token: int | None = None
    ci_ski: bytes | None = None
    """Under which CI it signs its results; None: its first."""
    eum_certificate: bytes | None = field(default=None, repr=False)
    euicc_certificate: bytes | None = field(default=None, repr=False)
    speaks_v1_0: bool = False
    associated: bool = True
    """False when this eIM has deleted itself."""
    takes_unsigned: bool = False
    """Whether results without any signature count: of a device that answers for a card of SGP.22."""
    last_seq: int = 0
    orders: list[Order] = field(default_factory=list)
    notifications: list[bytes] = field(default_factory=list, repr=False)
    """PendingNotification as the eUICC made them, oldest first."""
    data: EuiccData = field(default_factory=EuiccData)
    state_changes: list[StateChange] = field(default_factory=list)
    discarded: list[Discarded] = field(default_factory=list)
    parked: list[bytes] = field(default_factory=list, repr=False)
    """Package results that wait for the certificates to verify them."""

    @property
    def outstanding(self) -> Order | None:
        """What the IPA gets next."""
        return next((each for each in self.orders if each.is_outstanding), None)

    @property
    def certificate(self) -> Certificate | None:
        """The eUICC's certificate, once it is known and verified."""
        return None if self.euicc_certificate is None else Certificate.parse(self.euicc_certificate)

    def package(self, counter: int) -> PackageOrder | None:
        """The package that was sent with this counterValue."""
        packages = (each for each in self.orders if isinstance(each, PackageOrder))
        return next((each for each in packages if each.counter == counter), None)

    def order(self, transaction_id: bytes | None, kind: type[Order]) -> Order | None:
        """The order of this eimTransactionId; without one, the first of this kind that was sent."""
        found = [each for each in self.orders if isinstance(each, kind)]
        if transaction_id is not None:
            return next((each for each in found if each.transaction_id == transaction_id), None)
        return next((each for each in found if each.is_outstanding and each.request), None)

    def first(self, order: Order) -> None:
        """The order comes before all that are outstanding."""
        place = next((i for i, each in enumerate(self.orders) if each.is_outstanding), len(self.orders))
        self.orders.insert(place, order)

    def discard(self, reason: Discard, data: bytes) -> None:
        """Note what was not taken; the oldest go when it gets too much."""
        self.discarded.append(Discarded(reason, data))
        del self.discarded[:-DISCARDED_KEPT]


AcceptsMetadata = Callable[[Euicc | None, sgp32.StoreMetadataRequest], bool]


@dataclass
class State:
    """The eIM's memory, shared by its functions."""

    identity: EimIdentity
    address: str
    trusted: tuple[TrustAnchor, ...]
    servers: RspServers | None
    random: Callable[[int], bytes]
    now: Callable[[], datetime]
    accepts_metadata: AcceptsMetadata
    transaction_ids: bool
    euiccs: dict[bytes, Euicc] = field(default_factory=dict)
    sessions: dict[bytes, Session] = field(default_factory=dict)

    def new_transaction_id(self) -> bytes | None:
        """An eimTransactionId, if this eIM uses them."""
        return self.random(TRANSACTION_ID_LENGTH) if self.transaction_ids else None

    def learn_certificates(self, euicc: Euicc, eum_certificate: bytes, euicc_certificate: bytes) -> bool:
        """Keep an eUICC's certificates (DER) if a trusted CI vouches for them and for the EID."""
        try:
            eid = verify_euicc(
                Certificate.parse(euicc_certificate),
                Certificate.parse(eum_certificate),
                self.trusted,
                at=self.now(),
            )
        except CertificateError:
            eid = b""
        if eid != euicc.eid:
            euicc.discard(Discard.CERTIFICATE, euicc_certificate)
            return False
        euicc.eum_certificate, euicc.euicc_certificate = eum_certificate, euicc_certificate
        return True

    def by_transaction(self, transaction_id: bytes) -> tuple[Euicc, Order] | None:
        """The order of this eimTransactionId, and whose it is."""
        pairs = ((euicc, each) for euicc in self.euiccs.values() for each in euicc.orders)
        return next((pair for pair in pairs if pair[1].transaction_id == transaction_id), None)


def certificate_request(state: State, euicc: Euicc) -> DataOrder:
    """A request for the certificates with which the eUICC's results can be verified."""
    tags = b"\xa5\xa6"
    wanted = sgp32.IpaEuiccDataRequest(
        tag_list=tags,
        euicc_ci_pk_identifier_to_be_used=euicc.ci_ski,
        eim_transaction_id=state.new_transaction_id(),
    )
    return DataOrder(transaction_id=wanted.eim_transaction_id, wanted=wanted)
