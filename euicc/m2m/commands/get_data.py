"""GET DATA of the ISD-R, SGP.02 4.1.1.6: what is left of the card's memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from apdu import Command, StatusError, status, tlv

if TYPE_CHECKING:
    from euicc.m2m.conversation import Conversation
    from euicc.m2m.isdr import M2mIsdR

RESOURCES = 0xFF21
_APPLICATIONS, _NON_VOLATILE, _VOLATILE = 0x81, 0x82, 0x83


def _resources(isdr: M2mIsdR) -> bytes:
    """Extended card resources information, ETSI TS 102 226 8.2.1.7.2."""
    return tlv.encode(
        RESOURCES,
        tlv.encode(_APPLICATIONS, len(isdr.isd_ps.all()).to_bytes(2, "big")),
        tlv.encode(_NON_VOLATILE, isdr.free_memory().to_bytes(4, "big")),
        tlv.encode(_VOLATILE, isdr.config.ram_size.to_bytes(4, "big")),
    )


DATA_OBJECTS: dict[int, Callable[[M2mIsdR], bytes]] = {RESOURCES: _resources}
"""P1 and P2 -> the data object."""


def get_data(isdr: M2mIsdR, conversation: Conversation, command: Command) -> bytes:
    """GET DATA: P1 and P2 are the tag; StatusError 6A88 for another than those of `DATA_OBJECTS`."""
    data_object = DATA_OBJECTS.get(command.p1 << 8 | command.p2)
    if data_object is None:
        raise StatusError(status.REFERENCED_DATA_NOT_FOUND)
    return data_object(isdr)
