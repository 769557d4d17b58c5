"""What the elements of a test profile refer to: AIDs, temporary FIDs, template OIDs, access rules."""

from __future__ import annotations

from apdu import aid
from euicc.testing.profile_builder import rules

TEMPLATES = "2.23.143.1.2"
USIM_AID = aid.USIM + bytes.fromhex("FF49FF0589")
ISIM_AID = aid.ISIM + bytes.fromhex("FF49FF0589")
USIM_TEMPORARY_FID = 0x7FD0
ISIM_TEMPORARY_FID = 0x7FB0


def template(arc: str) -> str:
    """OID of a file system template, TCA annex A."""
    return f"{TEMPLATES}.{arc}"


def in_mf(rule: int) -> bytes:
    """securityAttributesReferenced of the MF, its EFs, and the DFs and ADFs directly below it."""
    return rules.MF_ARR.to_bytes(2, "big") + bytes([rule])


def in_df(rule: int) -> bytes:
    """securityAttributesReferenced of all other files."""
    return rules.DF_ARR.to_bytes(2, "big") + bytes([rule])
