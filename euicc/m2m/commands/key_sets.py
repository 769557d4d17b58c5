"""Keys that a server and a domain of the card agree on, SGP.02 4.1.1.8 (ISD-R) and 4.1.3.1 (ISD-P)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apdu import StatusError, status
from apdu import aid as aids
from euicc.crypto.gp_certificate import ServerKind
from euicc.m2m import policy
from euicc.m2m.key_ring import can_be_managed

if TYPE_CHECKING:
    from euicc.m2m.conversation import Conversation
    from euicc.m2m.isd_p import IsdP
    from euicc.m2m.isdr import M2mIsdR
    from euicc.m2m.key_establishment import Established
    from euicc.m2m.key_ring import KeyRing


def isd_r_certificate(isdr: M2mIsdR, conversation: Conversation, value: bytes) -> bytes:
    """ES5.EstablishISDRKeySet, the certificate of an SM-SR: the random challenge."""
    return isdr.key_establishment(aids.ISD_R).certificate(value, ServerKind.SM_SR)


def isd_r_keys(isdr: M2mIsdR, conversation: Conversation, value: bytes) -> bytes:
    """ES5.EstablishISDRKeySet, the keys: the receipt. The other key sets stay until the handover is finalised.

    StatusError 6A80 when they shall not, and nobody could manage the card any more.
    """
    established = isdr.key_establishment(aids.ISD_R).establish(value)
    _store(isdr.key_ring, established)
    if not can_be_managed(isdr.key_ring.keys):
        raise StatusError(status.INCORRECT_DATA)
    return established.response


def isd_p_certificate(isdr: M2mIsdR, conversation: Conversation, value: bytes) -> bytes:
    """ES8.EstablishISDPKeySet, the certificate of an SM-DP: the random challenge."""
    isd_p = _target(isdr, conversation)
    return isdr.key_establishment(isd_p.aid).certificate(value, ServerKind.SM_DP)


def isd_p_keys(isdr: M2mIsdR, conversation: Conversation, value: bytes) -> bytes:
    """ES8.EstablishISDPKeySet, the keys: the receipt; the ISD-P is PERSONALIZED."""
    isd_p = _target(isdr, conversation)
    established = isdr.key_establishment(isd_p.aid).establish(value)
    _store(isdr.isd_ps.key_ring(isd_p), established)
    isdr.isd_ps.personalize(isd_p)
    return established.response


def _target(isdr: M2mIsdR, conversation: Conversation) -> IsdP:
    """The ISD-P that INSTALL [for personalization] named; StatusError 6A88 when it is gone, 6985 with a profile."""
    return policy.check(isdr, conversation.target or b"", policy.ESTABLISH_KEYS)


def _store(ring: KeyRing, established: Established) -> None:
    if established.delete_existing:
        ring.keep(lambda key: False)
    ring.put(established.keys)
