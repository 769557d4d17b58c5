"""Values of the simple ASN.1 types, as asn1 has them in Python, within the constraints of the schema."""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from asn1 import BitString
from asn1.elements import Range
from euicc.testing.strategies.tlvs import any_tlv
from euicc.testing.strategies.values import (
    Draw,
    Values,
    always,
    composed,
    flags,
    integers,
    octets,
    one_of,
    texts,
    tuples_of,
)

LONGEST = 300
"""Octets where the schema has no limit."""
LONGEST_TEXT = 60
BIT_OCTETS = 3
Ranges = tuple[Range, ...] | None

_PRINTABLE = string.ascii_letters + string.digits + " '()+,-./:=?"
_BMP = "aé€中"
_ANY_LETTER = st.characters(codec="utf-8")
_LETTERS: dict[str, tuple[Any, str]] = {
    "UTF8String": (_ANY_LETTER, "aB1. é€中\U0001f4f6"),
    "NumericString": (string.digits + " ", string.digits),
    "PrintableString": (_PRINTABLE, _PRINTABLE),
    "IA5String": (st.characters(codec="ascii"), _PRINTABLE + "@\x00\x7f"),
    "VisibleString": (st.characters(min_codepoint=0x20, max_codepoint=0x7E), _PRINTABLE + "@"),
    "TeletexString": (st.characters(codec="latin-1"), _PRINTABLE + "é"),
    "BMPString": (st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), _BMP),
    "UniversalString": (_ANY_LETTER, _BMP + "\U0001f4f6"),
}


def simple(kind: str, ranges: Ranges) -> Values[Any]:
    """Valid values of a simple type; `ranges` as in a node of the schema: of sizes, or of numbers."""
    if kind in _LETTERS:
        alphabet, letters = _LETTERS[kind]
        return one_of(*(texts(alphabet, letters, *each) for each in _sizes(ranges, LONGEST_TEXT)))
    return _SIMPLE[kind](ranges)


def _sizes(ranges: Ranges, most: int) -> list[tuple[int, int]]:
    limits = [(low or 0, high) for low, high in ranges or ((0, None),)]
    return [(low, low + most if high is None else high) for low, high in limits]


def _integers(ranges: Ranges) -> Values[int]:
    return one_of(*(integers(low, high) for low, high in ranges or ((None, None),)))


def _octets(ranges: Ranges) -> Values[bytes]:
    return one_of(*(octets(low, high) for low, high in _sizes(ranges, LONGEST)))


def _bits(_: Ranges) -> Values[BitString]:
    whole, unused = octets(0, BIT_OCTETS), integers(0, 7)

    def bits(draw: Draw) -> BitString:
        data = draw(whole)
        return BitString(data, len(data) * 8 - draw(unused)) if data else BitString(data)

    return composed(bits)


def _named_bits(_: Ranges) -> Values[BitString]:
    return octets(0, BIT_OCTETS).map(BitString.named)


def _object_identifiers(_: Ranges) -> Values[str]:
    root = one_of(
        composed(lambda draw: (draw(integers(0, 1)), draw(integers(0, 39)))),
        composed(lambda draw: (2, draw(integers(0, 1 << 20)))),
    )
    arcs = tuples_of(integers(0, (1 << 128) - 1), 0, 8)
    return composed(lambda draw: ".".join(map(str, (*draw(root), *draw(arcs)))))


def _times(year: str, first: int, last: int) -> Callable[[Ranges], Values[str]]:
    """In UTC with seconds, as X.690 11.7 and 11.8 want them."""
    limits = ((first, last), (1, 12), (1, 28), (0, 23), (0, 59), (0, 59))
    parts = [integers(*each) for each in limits]
    pattern = f"{{:{year}}}{'{:02}' * 5}Z"
    return lambda _: composed(lambda draw: pattern.format(*(draw(each) for each in parts)))


_SIMPLE: dict[str, Callable[[Ranges], Values[Any]]] = {
    "BOOLEAN": lambda _: flags(),
    "NULL": lambda _: always(True),
    "INTEGER": _integers,
    "ENUMERATED": _integers,
    "OCTET STRING": _octets,
    "BIT STRING": _bits,
    "NAMED BITS": _named_bits,
    "OBJECT IDENTIFIER": _object_identifiers,
    "ANY": lambda _: any_tlv(),
    "UTCTime": _times("02", 0, 99),
    "GeneralizedTime": _times("04", 1900, 2999),
}
