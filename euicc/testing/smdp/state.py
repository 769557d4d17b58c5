"""What one SM-DP+ knows: its certificates, its orders, the sessions that are open."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric import ec

from asn1.generated import rsp
from euicc.crypto.certificates import Certificate
from euicc.crypto.chain import TrustAnchor
from euicc.crypto.curves import Curve
from euicc.testing.smdp.bpp import SegmentSizes
from euicc.testing.smdp.eligibility import Eligibility
from euicc.testing.smdp.faults import Fault, Piece, altered
from euicc.testing.smdp.orders import Order, OrderBook
from euicc.testing.smdp.status import TRANSACTION_UNKNOWN, Failure

SESSIONS_KEPT = 1024
TRANSACTION_ID_LENGTH = 16


class Signer(Protocol):
    """A certificate of the server and its key."""

    @property
    def certificate(self) -> bytes:
        """DER."""
        ...

    @property
    def parsed(self) -> Certificate:
        """The same, parsed."""
        ...

    def sign(self, data: bytes) -> bytes:
        """r || s, 64 bytes."""
        ...


class Certificates(Protocol):
    """What a server needs of a PKI; both mappings go by the CI's key identifier."""

    @property
    def dp_auth(self) -> Mapping[bytes, Signer]:
        """CERT.DPauth.ECDSA."""
        ...

    @property
    def dp_pb(self) -> Mapping[bytes, Signer]:
        """CERT.DPpb.ECDSA."""
        ...

    @property
    def trusted(self) -> tuple[TrustAnchor, ...]:
        """The CIs under which it accepts eUICCs."""
        ...


class Stage(enum.Enum):
    """How far a session is: which function may come next."""

    INITIATED = enum.auto()
    AUTHENTICATED = enum.auto()
    DELIVERED = enum.auto()
    FAILED = enum.auto()
    """A function was refused; the card may still cancel."""
    CANCELLED = enum.auto()


@dataclass(eq=False)
class Session:
    """One RSP session, SGP.22 3.1.3; what the card has proved is filled in as it goes."""

    transaction_id: bytes
    server_challenge: bytes
    server_ci: bytes
    """The CI of our certificates."""
    euicc_ci: bytes
    """The CI under which the card was asked to sign."""
    stage: Stage = Stage.INITIATED
    euicc: Certificate | None = None
    eid: bytes = b""
    order: Order | None = None
    smdp_signature2: bytes = b""

    @property
    def euicc_key(self) -> ec.EllipticCurvePublicKey | None:
        """PK.EUICC.ECDSA, once its certificate was verified."""
        return None if self.euicc is None else self.euicc.public_key


@dataclass(frozen=True)
class Limits:
    """How patient the server is, per order."""

    wrong_codes: int = 3
    """Wrong confirmation codes that are merely refused; one more ends the order."""
    downloads: int = 10
    """Bound packages that are handed out; asking for one more ends the order."""
    lowest_svn: bytes = bytes((2, 0, 0))


@dataclass(frozen=True)
class Notification:
    """A notification whose signature and certificates held, SGP.22 5.7.9."""

    eid: bytes
    metadata: rsp.NotificationMetadata


@dataclass
class State:
    """The server's memory, shared by its functions."""

    certificates: Certificates
    address: str
    random: Callable[[int], bytes]
    now: Callable[[], datetime]
    eligibility: Eligibility
    limits: Limits
    sizes: SegmentSizes
    rebinding: bool
    faults: dict[Piece, Fault]
    orders: OrderBook = field(default_factory=OrderBook)
    sessions: dict[bytes, Session] = field(default_factory=dict)
    notifications: dict[Notification, None] = field(default_factory=dict)
    """In the order in which they came."""

    def alter(self, piece: Piece, data: bytes) -> bytes:
        """The piece as it goes on, see `faults`."""
        return altered(self.faults, piece, data)

    def open_session(self, server_ci: bytes, euicc_ci: bytes) -> Session:
        """A session with an id that was never used before; the oldest goes when too many are kept."""
        session = Session(self._new_transaction_id(), self.random(16), server_ci, euicc_ci)
        self.sessions[session.transaction_id] = session
        if len(self.sessions) > SESSIONS_KEPT:
            self.sessions.pop(next(iter(self.sessions)))
        return session

    def session(self, transaction_id: bytes, *stages: Stage) -> Session:
        """The session of this id if it is at one of these stages; Failure otherwise."""
        session = self.sessions.get(transaction_id)
        if session is None or session.stage not in stages:
            raise Failure(TRANSACTION_UNKNOWN)
        return session

    def auth(self, session: Session) -> Signer:
        """The session's CERT.DPauth."""
        return self.certificates.dp_auth[session.server_ci]

    def pb(self, session: Session) -> Signer:
        """The session's CERT.DPpb."""
        return self.certificates.dp_pb[session.server_ci]

    def pb_curve(self, session: Session) -> Curve:
        """The curve of CERT.DPpb, on which both sides make their one-time keys."""
        return self.pb(session).parsed.curve

    def _new_transaction_id(self) -> bytes:
        while (candidate := self.random(TRANSACTION_ID_LENGTH)) in self.sessions:
            pass
        return candidate
