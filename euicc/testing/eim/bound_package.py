"""What anybody can read in a bound profile package, SGP.22 2.5.4: the metadata, which only have a MAC."""

from __future__ import annotations

from apdu import TlvError, tlv

_BOUND_PACKAGE, _SEQUENCE_OF_88, _MAC_LENGTH = 0xBF36, 0xA1, 8


def announced_in(package: bytes) -> bytes | None:
    """The StoreMetadataRequest in it, TLV; None when there is none."""
    try:
        pieces = tlv.parse_all(tlv.find(package, _BOUND_PACKAGE, _SEQUENCE_OF_88) or b"")
    except TlvError:
        return None
    return b"".join(piece.value[:-_MAC_LENGTH] for piece in pieces) or None
