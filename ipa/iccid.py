"""ICCIDs: 10 bytes as EF.ICCID and ES10 have them, digits as people read them (ITU-T E.118, SGP.22 2.4.3)."""

from __future__ import annotations

from apdu.ef.digits import from_swapped, swapped
from ipa.errors import InvalidIccid

ICCID_BYTES = 10


def to_digits(iccid: bytes) -> str:
    """The digits as printed on a card: nibbles swapped back, the filler F at the end left out."""
    return swapped(iccid).rstrip("F")


def from_digits(text: str) -> bytes:
    """The 10 bytes of an ICCID of 18 to 20 digits; spaces and hyphens do not count. InvalidIccid otherwise."""
    digits = text.replace(" ", "").replace("-", "").upper().rstrip("F")
    if not 18 <= len(digits) <= 2 * ICCID_BYTES or not (digits.isascii() and digits.isdigit()):
        raise InvalidIccid(text)
    return from_swapped(digits.ljust(2 * ICCID_BYTES, "F"))
