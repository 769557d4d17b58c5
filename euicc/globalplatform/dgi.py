"""Data Grouping Identifiers, GPCS 11.11.2.3: two bytes, a length of one byte or of FF and two bytes, the data."""

from __future__ import annotations

SECURITY_DOMAIN_DATA = 0x0070
"""BER-TLV data objects of a security domain."""
_IDENTIFIER = 2
_LONG = 0xFF


class DgiError(Exception):
    """These bytes are no DGIs."""


def parse_all(data: bytes) -> list[tuple[int, bytes]]:
    """Identifier and data of each, to the last byte; DgiError."""
    found = []
    while data:
        start, length = header(data)
        if len(data) < start + length:
            raise DgiError("data end inside a DGI")
        found.append((int.from_bytes(data[:_IDENTIFIER], "big"), data[start : start + length]))
        data = data[start + length :]
    return found


def header(data: bytes) -> tuple[int, int]:
    """Where the data of the first one begin, and their length; DgiError."""
    if len(data) <= _IDENTIFIER:
        raise DgiError("data end inside a header")
    if data[_IDENTIFIER] != _LONG:
        return _IDENTIFIER + 1, data[_IDENTIFIER]
    field = data[_IDENTIFIER + 1 : _IDENTIFIER + 3]
    if len(field) < _IDENTIFIER:
        raise DgiError("data end inside a length")
    return _IDENTIFIER + 3, int.from_bytes(field, "big")
