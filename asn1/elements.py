"""Reading and writing one element: contents under tags, open types, foreign types.

A Codec knows how to read the whole TLV of a type, found by its tag, and how to write it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from asn1 import der
from asn1.der import PADDING, Asn1Error, header, length_octets, tag_octets

Read = Callable[[bytes, int, int, int], Any]  # buffer, start of the TLV, start and end of its contents
Readers = dict[int | None, Read]  # by tag; None: any tag (open type)
Write = Callable[[Any], bytes]  # a value -> its whole TLV, or its contents
Range = tuple[int | None, int | None]


class Codec:
    """Of one type: readers of its TLV by tag, and the writer of its TLV."""

    __slots__ = ("readers", "write")

    def __init__(self, readers: Readers, write: Write) -> None:
        self.readers = readers
        self.write = write

    def decode(self, data: bytes) -> Any:
        """The value of the one TLV that `data` consists of; Asn1Error."""
        size = len(data)
        if not size:
            raise Asn1Error("no bytes")
        padded = b"".join((data, PADDING))  # bytes, whatever kind of buffer it was
        tag, start, stop = header(padded, 0, size)
        read = self.readers.get(tag) or self.readers.get(None)
        if read is None:
            raise Asn1Error(f"unexpected tag {tag:X}")
        if stop != size:
            raise Asn1Error(f"{size - stop} bytes behind the message")
        return read(padded, 0, start, stop)


def tagged(tags: Sequence[int], read: Read, write: Write) -> Codec:
    """A codec of contents under one or more tags."""
    codec = Codec({tags[-1]: read}, header_writer(tags[-1], write))
    for tag in reversed(tags[:-1]):
        codec = explicit(tag, codec)
    return codec


def header_writer(tag: int, contents: Write) -> Write:
    """A writer of the TLV around contents."""
    octets = tag_octets(tag)

    def write(value: Any) -> bytes:
        data = contents(value)
        size = len(data)
        return octets + (bytes((size,)) if size < 0x80 else length_octets(size)) + data

    return write


def explicit(tag: int, inner: Codec) -> Codec:
    """A codec of `inner` wrapped in an explicit tag, X.690 8.14.2."""
    find = inner.readers.get
    read_any = inner.readers.get(None)

    def read(data: bytes, _head: int, start: int, end: int) -> Any:
        found, contents, stop = header(data, start, end)
        read_value = find(found) or read_any
        if read_value is None:
            raise Asn1Error(f"unexpected tag {found:X} at {start}")
        if stop != end:
            raise Asn1Error(f"more than one element under tag {tag:X} at {start}")
        return read_value(data, start, contents, stop)

    return Codec({tag: read}, header_writer(tag, inner.write))


def open_type(tags: Sequence[int]) -> Codec:
    """An open type: the bytes of one TLV, whatever it is."""

    def read(data: bytes, head: int, _start: int, end: int) -> bytes:
        return data[head:end]

    def write(value: Any) -> bytes:
        contents = der.write_octets(value)
        der.one_tlv(contents)
        return contents

    codec = Codec({None: read}, write)
    for tag in reversed(tags):
        codec = explicit(tag, codec)
    return codec


def opaque(tags: Sequence[int], own_tag: int) -> Codec:
    """A foreign type kept as the bytes of its TLV under its own tag, whichever tag it has in the message."""
    tag, own = tag_octets(tags[-1]), tag_octets(own_tag)

    def read(data: bytes, head: int, _start: int, end: int) -> bytes:
        return data[head:end] if tag == own else own + data[head + len(tag) : end]

    def write(value: Any) -> bytes:
        if der.one_tlv(der.write_octets(value))[0] != own_tag:
            raise Asn1Error(f"tag {value[0]:X} where {own_tag:X} is expected")
        octets: bytes = value
        return octets if tag == own else tag + octets[len(own) :]

    codec = Codec({tags[-1]: read}, write)
    for outer in reversed(tags[:-1]):
        codec = explicit(outer, codec)
    return codec


def range_check(kind: str, ranges: tuple[Range, ...]) -> Callable[[int], None]:
    """Asn1Error for a number outside of all ranges."""

    def check(number: int) -> None:
        for low, high in ranges:
            if (low is None or low <= number) and (high is None or number <= high):
                return
        raise Asn1Error(f"{kind} of {number}, allowed: {ranges}")

    return check
