"""The RSP session of the ISD-R: at most one, volatile, SGP.22 3.0.1 and 3.1.2.

Rule 1: everything that says which step may follow which stands in this file.
Rule 2: a stage holds exactly what the next step needs, so a step out of order has nothing to work with.

    step                        from            to on success
    GetEUICCChallenge           any             Challenged   (an earlier session ends)
    AuthenticateServer          Challenged      Authenticated
    PrepareDownload             Authenticated   Prepared     (only with an SM-DP+)
    InitialiseSecureChannel     Prepared        Loading
    last segment                Loading         Installed
    first error                 Loading         none
    ImmediateEnable             Installed       none
    CancelSession               Authenticated, Prepared, Loading   none

Reset, power loss, a change of the enabled profile and memory reset end it from anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from euicc.crypto.certificates import Role
    from euicc.identity import Credential
    from euicc.isdr.es8 import Loader
    from euicc.isdr.one_time_key import OneTimeKey


@dataclass(frozen=True)
class Challenged:
    """A challenge is outstanding.

    challenge: 16 random bytes, the only value that the next AuthenticateServer may carry.
    """

    challenge: bytes


@dataclass(frozen=True)
class Authenticated:
    """The server proved who it is, and we proved who we are.

    transaction_id: 1 to 16 bytes, the server's. server_oid: dotted, from the subjectAltName of its certificate.
    server_address: as it stands in serverSigned1. anchor_ski: SKI of the CI its certificate chains to.
    credential: the key and certificates we sign with. euicc_signature1: 64 bytes, bound into smdpSigned2.
    """

    transaction_id: bytes
    role: Role
    server_oid: str
    server_address: str
    anchor_ski: bytes
    credential: Credential
    euicc_signature1: bytes


@dataclass(frozen=True)
class Prepared:
    """The SM-DP+ may bind a profile to our one-time key.

    dp_pb: the certificate that signs smdpSigned2 and the secure channel. one_time_key: what the
    server encrypts the profile for.
    """

    authenticated: Authenticated
    dp_pb: bytes
    one_time_key: OneTimeKey


@dataclass(frozen=True)
class Loading:
    """A bound profile package is being received."""

    prepared: Prepared
    loader: Loader


@dataclass(frozen=True)
class Installed:
    """The session is over, with a profile: what SGP.32 lets the device enable right away.

    aid: of the profile's ISD-P. server_oid, server_address: of the SM-DP+ it came from.
    """

    aid: bytes
    server_oid: str
    server_address: str


Session = Challenged | Authenticated | Prepared | Loading | Installed | None


def authenticated(session: Session) -> Authenticated | None:
    """What AuthenticateServer established, as long as the session lives."""
    match session:
        case Authenticated():
            return session
        case Prepared():
            return session.authenticated
        case Loading():
            return session.prepared.authenticated
        case _:
            return None
