"""The data groups (DGIs) of ES5 and ES8, GPCS 11.11.2.3; the two open SM-SRs differ in the coding of lengths."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from apdu import TlvError, tlv
from euicc.globalplatform import dgi
from euicc.globalplatform.dgi import DgiError

_IDENTIFIER = 2
_BER_LENGTHS = (b"\x81", b"\x82")
_LONGEST_LENGTH = 3


@dataclass(frozen=True, slots=True)
class DataGroup:
    """One of them."""

    identifier: int
    value: bytes


def parse_all(data: bytes, with_rest: Container[int] = ()) -> list[DataGroup]:
    """To the last byte; DgiError. Those in `with_rest` have as value their own, and all that follows it.

    A length that begins with 81 or 82 is one of BER where that makes the data end with the group; otherwise one byte.
    """
    found = []
    offset = 0
    while offset < len(data):
        identifier = int.from_bytes(data[offset : offset + _IDENTIFIER], "big")
        start, end = _extent(data, offset)
        offset = len(data) if identifier in with_rest else end
        found.append(DataGroup(identifier, data[start:offset]))
    return found


def _extent(data: bytes, offset: int) -> tuple[int, int]:
    """Where the value of the group at `offset` begins and ends."""
    length_at = offset + _IDENTIFIER
    if data[length_at : length_at + 1] in _BER_LENGTHS:
        try:
            # The byte in front counts as the tag of a data object.
            _, start, end = tlv.read_header(b"\x80" + data[length_at : length_at + _LONGEST_LENGTH])
        except TlvError:
            start = end = 0
        if length_at + end - 1 == len(data):
            return length_at + start - 1, len(data)
    start, length = dgi.header(data[offset : length_at + _LONGEST_LENGTH])
    if len(data) < offset + start + length:
        raise DgiError("data end inside a data group")
    return offset + start, offset + start + length
