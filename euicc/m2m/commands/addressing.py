"""ES5.UpdateSMSRAddressingParameters, SGP.02 4.1.1.10: where the card finds its SM-SR."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apdu import StatusError, TlvError, status
from euicc.m2m.smsr_address import SmsrAddress
from euicc.runtime import keys

if TYPE_CHECKING:
    from euicc.m2m.conversation import Conversation
    from euicc.m2m.isdr import M2mIsdR


def update(isdr: M2mIsdR, conversation: Conversation, value: bytes) -> bytes:
    """Replace the blocks that come, keep the others; StatusError 6A80 for what is no block of parameters."""
    try:
        updated = isdr.smsr_address.updated(SmsrAddress.parse(value))
    except TlvError:
        raise StatusError(status.INCORRECT_DATA) from None
    isdr.nvm.set(keys.SMSR_ADDRESSING, updated.encode())
    return b""
