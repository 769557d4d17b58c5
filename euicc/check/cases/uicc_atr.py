"""The answer to reset (ISO/IEC 7816-3 8, TS 102 221 6.3)."""

from __future__ import annotations

from euicc.check import atr
from euicc.check.catalogue import Area
from euicc.check.expect import require, same
from euicc.check.needs import ISDR, TELLS_ATR
from euicc.check.subject import Subject

area = Area("atr", TELLS_ATR, section="TS 102 221 6.3")

EUICC = 0x82
"""b8: the byte says something; b2: this is an eUICC."""
CATEGORY, CARD_SERVICE, CARD_CAPABILITIES = 0x80, 0x3, 0x7


def historical(raw: bytes) -> dict[int, bytes]:
    """COMPACT-TLV data objects behind the category indicator."""
    found, offset = {}, 0
    while offset < len(raw):
        tag, length = raw[offset] >> 4, raw[offset] & 0x0F
        found[tag] = raw[offset + 1 : offset + 1 + length]
        offset += 1 + length
    return found


@area.case("structure", "The ATR is as long as its own bytes say")
def structure(subject: Subject) -> None:
    atr.parse(subject.bare_reset())


@area.case("tck", "TCK is there and right", section="ISO/IEC 7816-3 8.2.5")
def check_byte(subject: Subject) -> None:
    parsed = atr.parse(subject.bare_reset())
    require(parsed.check is not False, "TCK is wrong: the bytes from T0 on do not add up to 0")
    require(
        parsed.check or not parsed.needs_check, "TCK is missing although a protocol besides T=0 is offered"
    )


@area.case("same-again", "Every reset gives the same ATR")
def same_again(subject: Subject) -> None:
    same("the second ATR", subject.bare_reset(), subject.bare_reset())


@area.case("global-bytes", "Class and clock stop are told for T=15")
def global_bytes(subject: Subject) -> None:
    parsed = atr.parse(subject.bare_reset())
    require((atr.GLOBAL_BYTES, "A") in parsed.interface, "no TA after T=15")


@area.case("historical", "The historical bytes tell services and capabilities in COMPACT-TLV")
def historical_bytes(subject: Subject) -> None:
    raw = atr.parse(subject.bare_reset()).historical
    require(raw[:1] == bytes([CATEGORY]), f"the category indicator is {raw[:1].hex() or 'missing'}, not 80")
    found = historical(raw[1:])
    require(CARD_SERVICE in found, "no card service data (3x)")
    require(CARD_CAPABILITIES in found, "no card capabilities (7x)")


@area.case("euicc", "The first TB after T=15 says that this is an eUICC", ISDR, section="SGP.23-1 4.2.1")
def euicc(subject: Subject) -> None:
    value = atr.parse(subject.bare_reset()).interface.get((atr.GLOBAL_BYTES, "B"), 0)
    require(value & EUICC == EUICC, f"TB after T=15 is {value:02X}: b8 and b2 are not both set")
