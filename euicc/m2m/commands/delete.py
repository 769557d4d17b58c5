"""DELETE of the ISD-R, SGP.02 4.1.1.4, 4.1.1.7 and 4.1.1.9: by the data objects that come, and P2.

4F            P2 40   ES5.DeleteProfile
4F, B6, 9E    P2 40   ES5.MasterDelete
F2 ...        P2 00   ES5.FinaliseISDRhandover
"""

from __future__ import annotations

from collections.abc import Callable
from hmac import compare_digest
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC

from apdu import Command, StatusError, TlvError, status, tlv
from euicc.globalplatform import key_set
from euicc.globalplatform.load import NO_CONFIRMATION
from euicc.m2m import policy
from euicc.m2m.key_ring import TOKEN_VERSION, can_be_managed
from euicc.runtime import keys

if TYPE_CHECKING:
    from euicc.m2m.conversation import Conversation
    from euicc.m2m.isd_p import IsdP
    from euicc.m2m.isdr import M2mIsdR
    from euicc.uicc.application_data import SecurityDomainKey

AID, CONTROL_REFERENCE, TOKEN, KEY_RANGE = 0x4F, 0xB6, 0x9E, 0xF2
TOKEN_IDENTIFIER = 0x93
KEYS, PROFILE = 0x00, 0x40
"""P2."""
_AID_LENGTH, _KEY_RANGE_LENGTH = 16, 3

Objects = list[tlv.Tlv]


def delete(isdr: M2mIsdR, conversation: Conversation, command: Command) -> bytes:
    """DELETE; answers 00 (no confirmation), nothing for keys.

    StatusError 6A86 for another P1 or P2, 6A80 for other data, and those of the functions.
    """
    conversation.target = None
    function = FUNCTIONS.get((command.p1, command.p2))
    if function is None:
        raise StatusError(status.INCORRECT_P1_P2)
    try:
        objects = tlv.parse_all(command.data)
    except TlvError:
        raise StatusError(status.INCORRECT_DATA) from None
    return function(isdr, conversation, command, objects)


def _delete(isdr: M2mIsdR, conversation: Conversation, command: Command, objects: Objects) -> bytes:
    form = PROFILE_FORMS.get(tuple(each.tag for each in objects))
    if form is None or len(objects[0].value) != _AID_LENGTH:
        raise StatusError(status.INCORRECT_DATA)
    form(isdr, conversation, command, objects)
    return NO_CONFIRMATION


def _delete_profile(isdr: M2mIsdR, conversation: Conversation, command: Command, objects: Objects) -> None:
    """ES5.DeleteProfile: the ISD-P, whatever there is in it."""
    isd_p = policy.check(isdr, objects[0].value, policy.DELETE)
    with isdr.nvm.transaction():
        _erase(isdr, isd_p)


def _master_delete(isdr: M2mIsdR, conversation: Conversation, command: Command, objects: Objects) -> None:
    """ES5.MasterDelete: whatever POL1 says; the token is that of the operator or the SM-DP, and good for once.

    StatusError 6982 when it is wrong, was used, or the ISD-P has no key to verify it with.
    """
    named, reference, token = objects
    isd_p = policy.check(isdr, named.value, policy.MASTER_DELETE)
    if not _tlv_find(reference.value, TOKEN_IDENTIFIER):
        raise StatusError(status.INCORRECT_DATA)
    expected = _token(isdr, isd_p, command, named.encoded + reference.encoded)
    used = token.value.hex()
    is_used = isdr.nvm.get(keys.TOKEN_USED, used) is not None
    if expected is None or not compare_digest(token.value, expected) or is_used:
        raise StatusError(status.SECURITY_STATUS_NOT_SATISFIED)
    with isdr.nvm.transaction():
        isdr.nvm.set(keys.TOKEN_USED, b"", used)
        _erase(isdr, isd_p)


def _tlv_find(data: bytes, tag: int) -> bytes | None:
    try:
        return tlv.find(data, tag)
    except TlvError:
        raise StatusError(status.INCORRECT_DATA) from None


def _token(isdr: M2mIsdR, isd_p: IsdP, command: Command, signed: bytes) -> bytes | None:
    """AES-CMAC over P1, P2, the length of what follows, 4F and B6; None without a token key."""
    for key in isdr.isd_ps.key_ring(isd_p).keys:
        component = key_set.symmetric(key)
        if key.version == TOKEN_VERSION and component is not None and component.type == key_set.AES_TYPE:
            computation = CMAC(AES(component.data))
            computation.update(bytes((command.p1, command.p2)) + tlv.encode_length(len(signed)) + signed)
            return computation.finalize()
    return None


def _erase(isdr: M2mIsdR, isd_p: IsdP) -> None:
    isdr.isd_ps.delete(isd_p)
    isdr.forget_isd_p(isd_p.aid)


def _finalise_handover(
    isdr: M2mIsdR, conversation: Conversation, command: Command, objects: Objects
) -> bytes:
    """ES5.FinaliseISDRhandover: of the keys of the ISD-R those stay that a range names (KVN, first KID, last KID).

    That the ranges are what stays, and not what goes, follows from what open SM-SRs send: those of the new key set.
    StatusError 6A80 also when no complete key set of SCP80 would be left.
    """
    if not objects or any(each.tag != KEY_RANGE or len(each.value) != _KEY_RANGE_LENGTH for each in objects):
        raise StatusError(status.INCORRECT_DATA)

    def listed(key: SecurityDomainKey) -> bool:
        return any(
            key.version == each.value[0] and each.value[1] <= key.identifier <= each.value[2]
            for each in objects
        )

    if not can_be_managed(filter(listed, isdr.key_ring.keys)):
        raise StatusError(status.INCORRECT_DATA)
    with isdr.nvm.transaction():
        isdr.key_ring.keep(listed)
    return b""


FUNCTIONS: dict[tuple[int, int], Callable[[M2mIsdR, Conversation, Command, Objects], bytes]] = {
    (0x00, PROFILE): _delete,
    (0x00, KEYS): _finalise_handover,
}
"""P1 and P2 -> function."""
PROFILE_FORMS: dict[tuple[int, ...], Callable[[M2mIsdR, Conversation, Command, Objects], None]] = {
    (AID,): _delete_profile,
    (AID, CONTROL_REFERENCE, TOKEN): _master_delete,
}
"""Tags of the data objects -> function."""
