"""BER-TLV, X.690 8.1: well-formed data objects in data objects, and soup of them in which the lengths lie."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis.strategies import SearchStrategy

from asn1.der import CONSTRUCTED, length_octets, tag_octets
from euicc.testing.strategies.values import Draw, Values, composed, integers, octets, one_of, picks, tuples_of

DEPTH = 4
LONGEST_VALUE = 40
PRIMITIVE = (0x04, 0x02, 0x0C, 0x80, 0x81, 0x82, 0x5A, 0x9F70, 0xDF8101)
NESTING = (0x30, 0xA0, 0xA1, 0xE3, 0x31, 0xBF2D, 0xBF25, 0xFF8102)
ES10_TAGS = (0xBF20, 0xBF21, 0xBF2B, 0xBF2D, 0xBF2E, 0xBF31, 0xBF36, 0xBF38, 0xBF51, 0xBF57)
"""Of functions that a card may have, SGP.22 5.7 and SGP.32 5.9."""
_SHORT_FORM = 0x80


def tlvs(tags: Sequence[int] = PRIMITIVE + NESTING) -> SearchStrategy[bytes]:
    """One well-formed data object with one of these tags outermost, nested up to four deep; lengths in DER."""
    return any_tlv(tags).strategy


def tlv_soup(tags: Sequence[int] = ES10_TAGS, most: int = 6) -> SearchStrategy[bytes]:
    """Up to `most` data objects in a row which begin with these tags or others; lengths are right or not.

    A length may be missing, indefinite, too small, too big, of too many octets, or right and not minimal; at the end
    there may be a part of a data object.
    """
    return soup(tags, most).strategy


def any_tlv(tags: Sequence[int] = PRIMITIVE + NESTING) -> Values[bytes]:
    """See `tlvs`."""
    primitive = [tag for tag in tags if not _constructed(tag)]
    nesting = [tag for tag in tags if _constructed(tag)]
    return one_of(
        *([_primitive(primitive)] if primitive else []),
        *([_nested(nesting, _LEVELS[-1])] if nesting else []),
    )


def soup(tags: Sequence[int] = ES10_TAGS, most: int = 6) -> Values[bytes]:
    """See `tlv_soup`."""
    pieces = one_of(any_tlv(tags), _lying(picks(tags)), _lying(picks(PRIMITIVE + NESTING)))
    row = tuples_of(pieces, 0, most).map(_joined)
    return composed(lambda draw: draw(row) + draw(_ends))


def _joined(parts: tuple[bytes, ...]) -> bytes:
    return b"".join(parts)


def _constructed(tag: int) -> bool:
    return bool(tag_octets(tag)[0] & CONSTRUCTED)


def _primitive(tags: Sequence[int]) -> Values[bytes]:
    which, contents = picks(tags), octets(0, LONGEST_VALUE)
    return composed(lambda draw: tlv(draw(which), draw(contents)))


def _nested(tags: Sequence[int], inner: Values[bytes]) -> Values[bytes]:
    which, contents = picks(tags), tuples_of(inner, 0, 4).map(_joined)
    return composed(lambda draw: tlv(draw(which), draw(contents)))


def tlv(tag: int, contents: bytes) -> bytes:
    """A data object with a definite, minimal length."""
    return tag_octets(tag) + length_octets(len(contents)) + contents


def _levels() -> list[Values[bytes]]:
    levels = [_primitive(PRIMITIVE)]
    for _ in range(DEPTH - 1):
        levels.append(one_of(levels[0], _nested(NESTING, levels[-1])))
    return levels


_LEVELS = _levels()
_ends = one_of(picks((b"",)), octets(1, 5))


def _lying(which: Values[int]) -> Values[bytes]:
    """A data object of which the length is not what X.690 wants."""
    contents = one_of(octets(0, LONGEST_VALUE), _LEVELS[-1])

    def draw_one(draw: Draw) -> bytes:
        tag = tag_octets(draw(which))
        value: bytes = draw(contents)
        return tag + draw(_lengths(len(value))) + value

    return composed(draw_one)


def _lengths(right: int) -> Values[bytes]:
    """Length octets: absent, indefinite, off by some, of too many octets, not minimal."""
    return one_of(
        picks((b"", b"\x80", b"\xff", long_length(right, 1), long_length(right, 4), long_length(right, 5))),
        picks((b"\x84\xff\xff\xff\xff", b"\x83\x01\x00\x00", b"\x82\x01", b"\x7f")),
        integers(1, 5).map(lambda more: length_octets(right + more)),
        integers(1, 5).map(lambda less: length_octets(max(right - less, 0))),
    )


def long_length(length: int, size: int) -> bytes:
    """The length in the long form of `size` octets, X.690 8.1.3.5, needed or not; modulo its range."""
    return bytes((_SHORT_FORM | size,)) + (length % (1 << 8 * size)).to_bytes(size, "big")
