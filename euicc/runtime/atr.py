"""Answer to reset, ISO/IEC 7816-3 8.2 and TS 102 221 6.3."""

from __future__ import annotations

from functools import reduce
from operator import xor

_TS_DIRECT = 0x3B
_TA1_SPEED = 0x96  # F=512, D=32
_TD1_T0 = 0x80  # TD2 follows; the first protocol offered is T=0
_TD2_T15 = 0x3F  # TA3 and TB3 follow, both global
_TA3_CLASSES = 0xC7  # clock may stop in either state; supply classes A, B, C
_TB3_EUICC = 0x82  # b8: additional UICC properties are meant; b2: this is an eUICC

_CATEGORY = b"\x80"
_CARD_SERVICE_DATA = b"\x31\xe0"  # selection by full and by partial DF name, EF_DIR is BER-TLV
# Selection by name, path, identifier, short identifier; data coding byte; command chaining, channel numbers
# assigned by the card and by the terminal, eight channels and more.
_CARD_CAPABILITIES = b"\x73\xfe\x21\x9f"
_PRE_ISSUING_DATA = b"\x65eUICC"


def _answer_to_reset() -> bytes:
    historical = _CATEGORY + _CARD_SERVICE_DATA + _CARD_CAPABILITIES + _PRE_ISSUING_DATA
    t0 = 0x90 | len(historical)  # TA1 and TD1 follow
    interface = bytes((_TA1_SPEED, _TD1_T0, _TD2_T15, _TA3_CLASSES, _TB3_EUICC))
    checked = bytes((t0,)) + interface + historical
    return bytes((_TS_DIRECT,)) + checked + bytes((reduce(xor, checked),))


ATR = _answer_to_reset()
"""The same after cold and warm reset: an eUICC that speaks T=0."""
