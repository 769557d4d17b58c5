"""PUT KEY of the ISD-R, GPCS 11.8 and Amendment B 3.3: keys of SCP80 and SCP81 that the SM-SR sends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apdu import Command, StatusError, status
from euicc.globalplatform import key_set
from euicc.globalplatform.put_key import read, replacing
from euicc.m2m.key_ring import SCP80_VERSIONS, SCP81_VERSIONS, can_be_managed

if TYPE_CHECKING:
    from euicc.m2m.conversation import Conversation
    from euicc.m2m.isdr import M2mIsdR
    from euicc.uicc.application_data import KeyComponent

DEKS = {**dict.fromkeys(SCP80_VERSIONS, 0x03), **dict.fromkeys(SCP81_VERSIONS, 0x02)}
"""Version of the key set of a conversation -> identifier of its key that deciphers keys (KIK, DEK)."""


def put_key(isdr: M2mIsdR, conversation: Conversation, command: Command) -> bytes:
    """PUT KEY as in `euicc.globalplatform.put_key`, for versions 01 to 0F and 40 to 4F.

    StatusError 6A80 for another version, and when nobody could manage the card any more; 6985 when the conversation has
    no DEK.
    """
    conversation.target = None
    new = read(command, lambda: _dek(isdr, conversation))
    if new.version not in DEKS:
        raise StatusError(status.INCORRECT_DATA)
    whole = replacing(isdr.key_ring.keys, new)
    if not can_be_managed(whole):
        raise StatusError(status.INCORRECT_DATA)
    with isdr.nvm.transaction():
        isdr.key_ring.replace(whole)
    return bytes([new.version]) + new.check_values


def _dek(isdr: M2mIsdR, conversation: Conversation) -> KeyComponent:
    """The key that deciphers keys in this conversation."""
    version = conversation.key_version or 0
    key = isdr.key_ring.key(version, DEKS[version]) if version in DEKS else None
    dek = key_set.symmetric(key)
    if dek is None or key_set.block_size(dek.type) is None:
        raise StatusError(status.CONDITIONS_NOT_SATISFIED)
    return dek
