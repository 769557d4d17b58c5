"""Vectors of the presentation language, RFC 5246 4.3: a length of one to three bytes, and that many bytes."""

from __future__ import annotations


class MalformedVector(Exception):
    """The bytes are not the structure that they should be."""


def vector(length_bytes: int, value: bytes) -> bytes:
    """opaque value<0..2^(8*length_bytes)-1>; OverflowError when it is longer."""
    return len(value).to_bytes(length_bytes, "big") + value


class Reader:
    """Takes a structure apart, field by field; MalformedVector when it is too short or too long."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._offset = 0

    @property
    def at_end(self) -> bool:
        """Whether everything was taken."""
        return self._offset == len(self._data)

    def take(self, count: int) -> bytes:
        """That many bytes."""
        taken = self._data[self._offset : self._offset + count]
        if len(taken) != count:
            raise MalformedVector("a structure ends inside a field")
        self._offset += count
        return taken

    def number(self, size: int) -> int:
        """uint8, uint16 or uint24."""
        return int.from_bytes(self.take(size), "big")

    def vector(self, length_bytes: int, smallest: int = 0, largest: int | None = None) -> bytes:
        """A vector of `smallest` to `largest` bytes."""
        value = self.take(self.number(length_bytes))
        if len(value) < smallest or (largest is not None and len(value) > largest):
            raise MalformedVector(f"a vector of {len(value)} bytes")
        return value

    def end(self) -> None:
        """There is nothing more."""
        if not self.at_end:
            raise MalformedVector("bytes after the end of a structure")
