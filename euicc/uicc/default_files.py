"""The file system that the card shows while no profile is enabled.

A terminal that finds no application reads the MF anyway, and expects there (TS 102 221 13.1 to 13.4, 13.6):
EF_DIR, with its one record free, since there is no application; EF_PL, without a preferred language;
EF_ARR; EF_UMPC. EF_ICCID is left out: there is no subscription that it could identify, and a terminal takes
6A82 for just that. There are no PINs.
"""

from __future__ import annotations

from functools import cache

from euicc.uicc.filesystem import MF_FID, Body, Df, Ef, FileKind, FileSystem
from euicc.uicc.profile_data import UiccProfile

READ_ALWAYS = bytes.fromhex("8001019000")
"""EF_ARR record: reading is open, everything else closed."""
EVERYTHING_CLOSED = bytes.fromhex("80017F9700")
ARR_FID = 0x2F06
READABLE = bytes.fromhex("2F0601")
CLOSED = bytes.fromhex("2F0602")
FREE_DIR_RECORD = b"\xff" * 32
NO_LANGUAGE = b"\xff" * 2
POWER_CONSUMPTION = bytes.fromhex("3C3C020000")
"""EF_UMPC: 60 mA, operational within 60 s, no additional current, SUSPEND UICC."""


@cache
def default_profile() -> UiccProfile:
    """What to serve when no profile is enabled; always the same object, since nothing in it changes."""
    mf = Df(MF_FID, FileKind.MF, security=CLOSED)
    rules = b"".join(rule.ljust(len(EVERYTHING_CLOSED), b"\xff") for rule in (READ_ALWAYS, EVERYTHING_CLOSED))
    for ef in (
        Ef(0x2F00, FileKind.LINEAR_FIXED, Body(FREE_DIR_RECORD, len(FREE_DIR_RECORD)), sfi=0x1E),
        Ef(0x2F05, FileKind.TRANSPARENT, Body(NO_LANGUAGE), sfi=0x05),
        Ef(ARR_FID, FileKind.LINEAR_FIXED, Body(rules, len(EVERYTHING_CLOSED)), sfi=0x06),
        Ef(0x2F08, FileKind.TRANSPARENT, Body(POWER_CONSUMPTION), sfi=0x08),
    ):
        ef.security = READABLE
        mf.add(ef)
    return UiccProfile(FileSystem(mf))
