"""COMPREHENSION-TLV data objects, TS 101 220 7.1.1: what CAT commands and responses consist of."""

from __future__ import annotations

from apdu import TlvError

_COMPREHENSION_REQUIRED = 0x80
_THREE_BYTE_TAG = 0x7F
_LENGTH_BYTES = {0x81: 1, 0x82: 2, 0x83: 3}

COMMAND_DETAILS = 0x01
DEVICE_IDENTITIES = 0x02
RESULT = 0x03


def parse(data: bytes) -> dict[int, bytes]:
    """Value of each data object by its tag without the comprehension flag, the first one where a tag repeats.

    TlvError when the data are not a sequence of such objects.
    """
    found: dict[int, bytes] = {}
    offset = 0
    while offset < len(data):
        tag, start = _tag(data, offset)
        value, offset = _value(data, start)
        found.setdefault(tag, value)
    return found


def _tag(data: bytes, offset: int) -> tuple[int, int]:
    if data[offset] != _THREE_BYTE_TAG:
        return data[offset] & ~_COMPREHENSION_REQUIRED, offset + 1
    return int.from_bytes(data[offset + 1 : offset + 3], "big") & 0x7FFF, offset + 3


def _value(data: bytes, offset: int) -> tuple[bytes, int]:
    if offset >= len(data):
        raise TlvError("data ends after a tag")
    length = data[offset]
    start = offset + 1
    if length > 0x7F:
        if length not in _LENGTH_BYTES:
            raise TlvError(f"length byte {length:02X}")
        start += _LENGTH_BYTES[length]
        length = int.from_bytes(data[offset + 1 : start], "big")
    if start + length > len(data):
        raise TlvError("data end inside a value")
    return data[start : start + length], start + length
