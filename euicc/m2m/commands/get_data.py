"""GET DATA of the ISD-R, SGP.02 4.1.1.5 (audit): what is left of the card's memory, and the ECASD's certificate."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from apdu import Command, StatusError, status, tlv
from euicc.ecasd.applet import CERTIFICATE_STORE, asks_for_certificates_only
from euicc.m2m.ecasd import ecasd_certificate_object

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


def _certificate(isdr: M2mIsdR) -> bytes:
    return ecasd_certificate_object(isdr.m2m_identity)


DATA_OBJECTS: dict[int, Callable[[M2mIsdR], bytes]] = {
    RESOURCES: _resources,
    CERTIFICATE_STORE: _certificate,
}
"""P1 and P2 -> the data object."""


def get_data(isdr: M2mIsdR, conversation: Conversation, command: Command) -> bytes:
    """GET DATA: P1 and P2 are the tag, and a tag list may name the certificate; StatusError 6A88 for other ones."""
    data_object = DATA_OBJECTS.get(command.p1 << 8 | command.p2)
    if data_object is None or not asks_for_certificates_only(command.data):
        raise StatusError(status.REFERENCED_DATA_NOT_FOUND)
    return data_object(isdr)
