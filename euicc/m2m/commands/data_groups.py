"""The data groups (DGIs) of ES5 and ES8, GPCS 11.11.2.3; the two open SM-SRs differ in the coding of lengths."""

from __future__ import annotations

from dataclasses import dataclass

from apdu import TlvError, tlv
from euicc.globalplatform import dgi
from euicc.globalplatform.dgi import DgiError

_IDENTIFIER = 2
_BER_LENGTHS = (0x81, 0x82)


@dataclass(frozen=True, slots=True)
class DataGroup:
    """One of them. rest: its value, and all that follows it: what 3A02 is together with its signature."""

    identifier: int
    value: bytes
    rest: bytes


def parse_all(data: bytes) -> list[DataGroup]:
    """To the last byte; DgiError.

    A length that begins with 81 or 82 is one of BER where that makes the data end with the group; otherwise one byte.
    """
    found = []
    while data:
        start, end = _extent(data)
        found.append(DataGroup(int.from_bytes(data[:_IDENTIFIER], "big"), data[start:end], data[start:]))
        data = data[end:]
    return found


def _extent(data: bytes) -> tuple[int, int]:
    """Where the value of the first group begins and ends."""
    if len(data) > _IDENTIFIER and data[_IDENTIFIER] in _BER_LENGTHS:
        try:
            # A tag in front makes a data object of it.
            _, start, end = tlv.read_header(b"\x80" + data[_IDENTIFIER:], 0)
        except TlvError:
            start = end = 0
        if end - 1 + _IDENTIFIER == len(data):
            return start - 1 + _IDENTIFIER, len(data)
    start, length = dgi.header(data)
    if len(data) < start + length:
        raise DgiError("data end inside a data group")
    return start, start + length
