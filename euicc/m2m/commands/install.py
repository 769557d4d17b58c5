"""INSTALL of the ISD-R: ES5.CreateISDP, SGP.02 4.1.1.1, and who gets the data that follow, SGP.02 4.1.3.1."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from apdu import Command, StatusError, TlvError, status, tlv
from apdu import aid as aids
from euicc.globalplatform.install import (
    FIELDS,
    FOR_INSTALL,
    MAKE_SELECTABLE,
    PERSONALIZATION,
    SPECIFIC_PARAMETERS,
    SYSTEM_PARAMETERS,
    Request,
    fields_of,
)
from euicc.globalplatform.load import NO_CONFIRMATION
from euicc.m2m import policy
from euicc.m2m.isd_p import IsdP

if TYPE_CHECKING:
    from euicc.m2m.conversation import Conversation
    from euicc.m2m.isdr import M2mIsdR

PRIVILEGES = bytes.fromhex("80C000")
"""Security domain; trusted path and authorized management."""
SCP03 = bytes.fromhex("0370")
"""Protocol and option i that an ISD-P can have: pseudo-random challenge, R-MAC and R-ENC."""
_PROTOCOL, _QUOTA = 0x81, 0x83
_QUOTA_LENGTHS = range(2, 5)


def install(isdr: M2mIsdR, conversation: Conversation, command: Command) -> bytes:
    """INSTALL; answers 00 (no confirmation), or nothing for personalization.

    StatusError 6A86 for another P1 or P2 than those of `FORMS`, 6A80 for malformed or impossible data, and for a token.
    """
    form = FORMS.get(command.p1)
    if form is None or command.p2:
        raise StatusError(status.INCORRECT_P1_P2)
    fields = fields_of(command.data)
    if len(fields) != FIELDS or fields[-1]:
        raise StatusError(status.INCORRECT_DATA)
    return form(isdr, conversation, Request(*fields[:-1]))


def _create(isdr: M2mIsdR, conversation: Conversation, request: Request) -> bytes:
    """INSTALL [for install and make selectable]: ES5.CreateISDP. 6A80 when there is such an ISD-P; 6A84 when less is
    free than its quota.
    """
    conversation.target = None
    named = (request.package, request.module, request.privileges)
    is_new = aids.isd_p_number(request.instance) is not None and isdr.isd_ps.by_aid(request.instance) is None
    if named != (aids.ISD_P_LOAD_FILE, aids.ISD_P_MODULE, PRIVILEGES) or not is_new:
        raise StatusError(status.INCORRECT_DATA)
    quota = _quota(request.parameters)
    if quota is not None and quota > isdr.free_memory():
        raise StatusError(status.NOT_ENOUGH_MEMORY)
    with isdr.nvm.transaction():
        isdr.isd_ps.put(IsdP(request.instance, quota=quota, parameters=request.parameters))
    return NO_CONFIRMATION


def _quota(parameters: bytes) -> int | None:
    """Bytes of memory granted (83 in EF); the protocol (81 in C9) must be one that an ISD-P can have."""
    try:
        protocol = tlv.find(tlv.find(parameters, SPECIFIC_PARAMETERS) or b"", _PROTOCOL)
        quota = tlv.find(tlv.find(parameters, SYSTEM_PARAMETERS) or b"", _QUOTA)
    except TlvError:
        raise StatusError(status.INCORRECT_DATA) from None
    if protocol not in (None, SCP03) or (quota is not None and len(quota) not in _QUOTA_LENGTHS):
        raise StatusError(status.INCORRECT_DATA)
    return None if quota is None else int.from_bytes(quota, "big")


def _personalize(isdr: M2mIsdR, conversation: Conversation, request: Request) -> bytes:
    """INSTALL [for personalization]: what follows is for that ISD-P, or for the ISD-R again; 6A88."""
    conversation.chain = conversation.target = None
    if request.instance != aids.ISD_R:
        conversation.target = policy.check(isdr, request.instance, ()).aid
    return b""


FORMS: dict[int, Callable[[M2mIsdR, Conversation, Request], bytes]] = {
    FOR_INSTALL | MAKE_SELECTABLE: _create,
    PERSONALIZATION: _personalize,
}
"""P1 -> function."""
