"""ES7, between two SM-SRs, SGP.02 5.6: a card is handed over, as typed messages.

`handover` names one attempt: the SM-SR that has the card makes it up, and whatever belongs to the attempt carries it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from euicc.testing.m2m.eis import Eis
from euicc.testing.m2m.es3 import Request, Response


@dataclass(frozen=True)
class HandoverEuicc(Request[Response]):
    """ES7.HandoverEUICC, SGP.02 5.6.2: the EIS without keys. until: the time at which the old SM-SR gives up.

    Answered when the new SM-SR has the card, or will not have it.
    """

    eid: bytes
    handover: str
    eis: Eis
    until: float


@dataclass(frozen=True)
class AuthenticateSmsrResponse(Response):
    """The card's answer to the certificate is `euicc_response`: TLV 85 with its challenge."""


@dataclass(frozen=True)
class AuthenticateSmsr(Request[AuthenticateSmsrResponse]):
    """ES7.AuthenticateSMSR, SGP.02 5.6.3: the certificate of the new SM-SR (TLV 7F21), for the card."""

    eid: bytes
    handover: str
    certificate: bytes = field(repr=False)


@dataclass(frozen=True)
class CreateAdditionalKeySetResponse(Response):
    """The card's answer to the signed request is `euicc_response`: [TLV 85 with DR,] TLV 86 with the receipt."""


@dataclass(frozen=True)
class CreateAdditionalKeySet(Request[CreateAdditionalKeySetResponse]):
    """ES7.CreateAdditionalKeySet, SGP.02 5.6.1: which keys (TLV A6), the ephemeral key (value of 7F49), signature."""

    eid: bytes
    handover: str
    crt: bytes
    public_key: bytes
    signature: bytes
