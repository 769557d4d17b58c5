"""What a file holds at first: patterns and default values, TS 102 222 6.3.2.2, TCA profile package 9.1."""

from __future__ import annotations

from enum import Enum, auto
from functools import lru_cache
from typing import NamedTuple

UNWRITTEN = b"\xff"


class Extension(Enum):
    """How a few bytes become a whole record (or a whole EF without records)."""

    LAST_BYTE = auto()
    """The last byte goes on: proprietary information C1."""
    WHOLE = auto()
    """All of it is repeated: proprietary information C2."""
    UNWRITTEN = auto()
    """It stands once, FF follows: default values of templates that are no pattern."""


class Content(NamedTuple):
    """Bytes and how they are extended; cut where the record is shorter."""

    data: bytes
    extension: Extension

    def fill(self, length: int) -> bytes:
        """Exactly `length` bytes."""
        data = self.data
        if len(data) < length:
            if self.extension is Extension.WHOLE:
                data *= length // len(data) + 1
            else:
                last = data[-1:] if self.extension is Extension.LAST_BYTE else UNWRITTEN
                data += last * (length - len(data))
        return data[:length]


ERASED = Content(UNWRITTEN, Extension.LAST_BYTE)


@lru_cache(maxsize=128)
def expand(content: Content, unit: int, size: int) -> bytes:
    """`size` bytes in which the pattern starts anew in each `unit` (a record, or the whole EF)."""
    return content.fill(unit) * (size // unit) if unit else b""


def fill_pattern(data: bytes) -> Content:
    """Proprietary information C1: its last byte goes on."""
    return Content(data, Extension.LAST_BYTE)


def repeat_pattern(data: bytes) -> Content:
    """Proprietary information C2: repeated as a whole."""
    return Content(data, Extension.WHOLE)


def value(data: bytes) -> Content:
    """A default value that is no pattern: FF after it."""
    return Content(data, Extension.UNWRITTEN)


Write = tuple[int, bytes]
"""Where fillFileContent begins in the file, and what it writes."""


def written(content: Content, unit: int, size: int, writes: tuple[Write, ...]) -> bytes:
    """The pattern first, then every fillFileContent over it."""
    if not writes:
        return expand(content, unit, size)
    body = bytearray(expand(content, unit, size))
    for position, data in writes:
        body[position : position + len(data)] = data
    return bytes(body)
