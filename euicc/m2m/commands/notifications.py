"""ES5.HandleNotificationConfirmation, SGP.02 4.1.1.12: what the SM-SR heard is final, and its consequences are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apdu import StatusError, TlvError, status, tlv

if TYPE_CHECKING:
    from euicc.m2m.conversation import Conversation
    from euicc.m2m.isdr import M2mIsdR

NUMBER, DELETED, AID = 0x4E, 0x80, 0x4F
_NUMBER_LENGTH = 2


def confirm(isdr: M2mIsdR, conversation: Conversation, value: bytes) -> bytes:
    """Sequence number in 4E: the TLV 80 with the AIDs (4F) of the ISD-Ps that POL1 had deleted, perhaps none.

    StatusError 6A80 for other data, and that of another number.
    """
    try:
        named = tlv.parse(value)
    except TlvError:
        raise StatusError(status.INCORRECT_DATA) from None
    if named.tag != NUMBER or len(named.value) != _NUMBER_LENGTH:
        raise StatusError(status.INCORRECT_DATA)
    deleted = isdr.notifications_m2m.confirm(int.from_bytes(named.value, "big"))
    return tlv.encode(DELETED, *(tlv.encode(AID, aid) for aid in deleted))
