"""Who an SM-SR is, and how patient."""

from __future__ import annotations

from dataclasses import dataclass, field

from euicc.crypto.gp_certificate import PublicKey
from euicc.crypto.gp_issuer import GpIssued


@dataclass(frozen=True)
class SmsrIdentity:
    """name: its OID, by which others call it. number: of its short messages ("+" in front of international digits).

    issued: CERT.SR.ECDSA and its key. cis: those whose EUMs it trusts. https: how cards reach it over SCP81
    (`AdminTrigger.session`), for what they have to tell; empty: by short message only.
    """

    name: str
    number: str
    issued: GpIssued = field(repr=False)
    cis: tuple[PublicKey, ...]
    https: bytes = b""


@dataclass(frozen=True)
class Patience:
    """How long it waits, in seconds, and how often it tries.

    answer: for the answer to a packet, twice as long after each repetition, at most `longest`; repetitions: of the same
    packet, where another one would do as well. late: for an answer that the card gave already. silence: between two
    attempts with a card that is silent. notification: for a card to tell of a change of profiles, before it is asked.
    operation: for an operation as a whole. peer: for another server, until it is asked again. attempts: of a key
    establishment with another SM-SR's card.
    packet_bytes: of command TLVs in one secured packet.
    """

    answer: float = 60.0
    longest: float = 6 * 3600.0
    repetitions: int = 3
    late: float = 30.0
    silence: float = 3600.0
    notification: float = 1800.0
    operation: float = 7 * 24 * 3600.0
    peer: float = 60.0
    attempts: int = 5
    packet_bytes: int = 1200
