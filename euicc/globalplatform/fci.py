"""File control information of a security domain, as SELECT gives it, GPCS 11.9.3."""

from __future__ import annotations

from apdu import tlv

_FCI, _AID, _PROPRIETARY, _MAX_DATA_FIELD = 0x6F, 0x84, 0xA5, 0x9F65
_LONGEST = b"\xff"


def fci(aid: bytes, *more: bytes, management_data: bytes = b"") -> bytes:
    """FCI template: the AID, the proprietary data, then `more` TLVs.

    management_data: the TLV 73 among the proprietary data, where the domain has any.
    """
    proprietary = tlv.encode(_PROPRIETARY, management_data, tlv.encode(_MAX_DATA_FIELD, _LONGEST))
    return tlv.encode(_FCI, tlv.encode(_AID, aid), proprietary, *more)
