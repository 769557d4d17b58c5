"""BER-TLV data objects (ISO/IEC 7816-4 5.2.2, X.690 8.1): strict, definite lengths only.

A tag is an int made of its bytes as they stand: 0x5A, 0x5F37, 0xBF36, 0xBF8101. Tags have up to 4 bytes,
lengths up to 4 bytes after 84. A length written longer than needed is read (ISO/IEC 7816-4 allows it) and
never written. Every malformed input raises TlvError and nothing else.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

_TAG_BYTES_MAX = 4
_LENGTH_BYTES_MAX = 4


class TlvError(Exception):
    """These bytes are not the BER-TLV data objects that were expected."""


class Tlv(NamedTuple):
    """One data object: its tag, its value, and all its bytes as received."""

    tag: int
    value: bytes
    encoded: bytes

    @property
    def constructed(self) -> bool:
        """Whether the value is made of data objects itself."""
        return is_constructed(self.tag)

    def children(self) -> list[Tlv]:
        """The data objects inside the value; TlvError when it is not made of such."""
        return parse_all(self.value)

    def find(self, *path: int) -> bytes | None:
        """Value of the first data object at this path of tags inside the value, None when there is none."""
        return find(self.value, *path)


def read(data: bytes, offset: int = 0, end: int | None = None) -> tuple[int, int, int]:
    """Header of the data object at `offset`: (tag, where its value starts, where it ends).

    The object must lie before `end` (default: the end of the data); otherwise, and when malformed: TlvError.
    """
    tag, start, stop = read_header(data, offset)
    if stop > (len(data) if end is None else end):
        raise TlvError(f"the value of tag {tag:X} ends outside its surroundings")
    return tag, start, stop


def read_header(data: bytes, offset: int = 0) -> tuple[int, int, int]:
    """Like `read`, for a data object whose value may not be complete yet; TlvError when its header is not."""
    try:
        tag = data[offset]
        offset += 1
        if tag & 0x1F == 0x1F:
            tag, offset = _rest_of_tag(data, offset, tag)
        elif not tag:
            raise TlvError("tag 00")
        length = data[offset]
        offset += 1
        if length > 0x7F:
            length, offset = _long_length(data, offset, length & 0x7F)
    except IndexError:
        raise TlvError("data ends inside a header") from None
    return tag, offset, offset + length


def _rest_of_tag(data: bytes, offset: int, tag: int) -> tuple[int, int]:
    """A tag of several bytes, its first byte read: ISO/IEC 7816-4 5.2.2.1 forbids what one byte could say."""
    for count in range(1, _TAG_BYTES_MAX):
        byte = data[offset]
        offset += 1
        if count == 1 and (byte < 0x1F or byte == 0x80):
            raise TlvError(f"second byte {byte:02X} in tag {tag:X}")
        tag = tag << 8 | byte
        if byte < 0x80:
            return tag, offset
    raise TlvError(f"tag {tag:X}.. of more than {_TAG_BYTES_MAX} bytes")


def _long_length(data: bytes, offset: int, count: int) -> tuple[int, int]:
    if not 1 <= count <= _LENGTH_BYTES_MAX:
        raise TlvError("indefinite length" if not count else f"length of {count} bytes")
    field = data[offset : offset + count]
    if len(field) < count:
        raise TlvError("data ends inside a length")
    return int.from_bytes(field, "big"), offset + count


def parse(data: bytes) -> Tlv:
    """The one data object that these bytes are, to the last byte; TlvError otherwise."""
    tag, start, end = read(data)
    if end != len(data):
        raise TlvError(f"{len(data) - end} bytes after tag {tag:X}")
    return Tlv(tag, data[start:], data)


def parse_all(data: bytes) -> list[Tlv]:
    """The data objects, none or more, that these bytes are, to the last byte; TlvError otherwise."""
    found = []
    offset, size = 0, len(data)
    while offset < size:
        tag, start, end = read(data, offset, size)
        found.append(Tlv(tag, data[start:end], data[offset:end]))
        offset = end
    return found


def find(data: bytes, *path: int) -> bytes | None:
    """Value of the first data object at this path of tags, from the outermost on; None when there is none.

    TlvError when what has to be walked is malformed.
    """
    start, stop = 0, len(data)
    for wanted in path:
        offset = start
        while offset < stop:
            tag, start, end = read(data, offset, stop)
            if tag == wanted:
                stop = end
                break
            offset = end
        else:
            return None
    return data[start:stop]


def encode(tag: int, *parts: bytes) -> bytes:
    """One data object: tag, shortest length, the parts one after the other. ValueError for an invalid tag."""
    value = parts[0] if len(parts) == 1 else b"".join(parts)
    return _tag_field(tag) + encode_length(len(value)) + value


def encode_length(length: int) -> bytes:
    """The shortest definite length field, X.690 8.1.3."""
    if length < 0x80:
        return bytes((length,))
    size = (length.bit_length() + 7) // 8
    if size > _LENGTH_BYTES_MAX:
        raise ValueError(f"a value of {length} bytes")
    return bytes((0x80 | size,)) + length.to_bytes(size, "big")


def is_constructed(tag: int) -> bool:
    """Whether a tag says that its value is made of data objects (b6 of its first byte)."""
    return bool(_tag_field(tag)[0] & 0x20)


@lru_cache(maxsize=512)
def _tag_field(tag: int) -> bytes:
    field = tag.to_bytes(max(1, (tag.bit_length() + 7) // 8), "big")
    try:
        valid = read(field + b"\x00") == (tag, len(field) + 1, len(field) + 1)
    except TlvError:
        valid = False
    if not valid:
        raise ValueError(f"not a BER-TLV tag: {tag:X}")
    return field
