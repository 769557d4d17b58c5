"""An input of several parts: each one a byte that says its kind, two of its length, and its bytes.

Whatever the bytes are, they are some parts: what is cut off is as long as it is, and too little for a head is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

HEAD = 3


class Frame(NamedTuple):
    """One part."""

    kind: int
    payload: bytes


def split(data: bytes) -> Iterator[Frame]:
    """The parts of an input."""
    at = 0
    while at + HEAD <= len(data):
        end = at + HEAD + int.from_bytes(data[at + 1 : at + HEAD], "big")
        yield Frame(data[at], data[at + HEAD : end])
        at = end


def join(frames: Iterable[Frame]) -> bytes:
    """The input of these parts; a part longer than its head can say is cut."""
    return b"".join(
        bytes((frame.kind,)) + len(frame.payload[:0xFFFF]).to_bytes(2, "big") + frame.payload[:0xFFFF]
        for frame in frames
    )


def of(*payloads: bytes, kind: int = 0) -> bytes:
    """The input of parts that are all of one kind."""
    return join(Frame(kind, payload) for payload in payloads)
