"""What an SM-SR asks of itself: operations on a card that belong to no other interface."""

from __future__ import annotations

from dataclasses import dataclass

from euicc.testing.m2m.es3 import Request, Response


@dataclass(frozen=True)
class UpdateSmsrAddressing(Request[Response]):
    """ES5.UpdateSMSRAddressingParameters, SGP.02 4.1.1.10: the card learns where its SM-SR is."""

    eid: bytes


@dataclass(frozen=True)
class FinaliseHandover(Request[Response]):
    """ES5.FinaliseISDRhandover, SGP.02 4.1.1.9: the keys of the SM-SR that had the card are deleted."""

    eid: bytes


@dataclass(frozen=True)
class EstablishScp81Keys(Request[Response]):
    """ES5.EstablishISDRKeySet, SGP.02 4.1.1.8: a key for SCP81 that this SM-SR and the card alone have."""

    eid: bytes
