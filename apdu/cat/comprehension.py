"""COMPREHENSION-TLV data objects, TS 101 220 7.1.1: what toolkit commands and responses consist of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, NamedTuple, Protocol, Self, TypeVar

from apdu.tlv import TlvError, encode_length

COMPREHENSION_REQUIRED = 0x80
COMMAND_DETAILS, DEVICE_IDENTITIES, RESULT = 0x01, 0x02, 0x03
"""Tags that every message of a proactive session has; all others are in `apdu.cat.tags`."""

_THREE_BYTE_TAG = 0x7F
_THREE_BYTE_FLAG = 0x8000
_PADDING = 0xFF
_LENGTH_BYTES_MAX = 3
_TAG_MAX = 0x7FFF


class ComprehensionTlv(NamedTuple):
    """One data object.

    tag: without the comprehension flag, 01 to 7E, or up to 7FFF in the three-byte form. required: the flag, "who does
    not understand this object must not act".
    """

    tag: int
    value: bytes
    required: bool = True

    def encode(self) -> bytes:
        """Tag, shortest length, value; ValueError for a tag that cannot be written."""
        return _tag_field(self.tag, self.required) + encode_length(len(self.value)) + self.value


class DataObject(Protocol):
    """A typed data object: its tag, and its value both ways."""

    TAG: ClassVar[int]

    def encode(self) -> bytes:
        """The value."""
        ...

    @classmethod
    def decode(cls, value: bytes) -> Self:
        """The object with this value; TlvError when it cannot be one."""
        ...


D = TypeVar("D", bound=DataObject)

Content = DataObject | ComprehensionTlv | None
"""What a message may be built from: None is left out."""


def parse(data: bytes) -> tuple[ComprehensionTlv, ...]:
    """The data objects, in order; TlvError when the data are not a sequence of such."""
    found = []
    offset = 0
    while offset < len(data):
        tag, required, start = _tag(data, offset)
        value, offset = _value(data, start)
        found.append(ComprehensionTlv(tag, value, required))
    return tuple(found)


def encode(objects: Iterable[ComprehensionTlv]) -> bytes:
    """The data objects one after the other."""
    return b"".join(each.encode() for each in objects)


def wrap(contents: Iterable[Content]) -> tuple[ComprehensionTlv, ...]:
    """Typed objects as data objects with the comprehension flag; what already is a data object stays as it is."""
    return tuple(
        each if isinstance(each, ComprehensionTlv) else ComprehensionTlv(each.TAG, each.encode())
        for each in contents
        if each is not None
    )


class Objects:
    """What has data objects can be asked for them."""

    __slots__ = ()
    objects: Sequence[ComprehensionTlv]

    def value(self, tag: int) -> bytes | None:
        """Value of the first object with this tag, None when there is none."""
        return next((each.value for each in self.objects if each.tag == tag), None)

    def find(self, kind: type[D]) -> D | None:
        """The first object of this type, None when there is none; TlvError when its value cannot be one."""
        value = self.value(kind.TAG)
        return None if value is None else kind.decode(value)

    def find_all(self, kind: type[D]) -> tuple[D, ...]:
        """All objects of this type, in order; TlvError when one of the values cannot be such."""
        return tuple(kind.decode(each.value) for each in self.objects if each.tag == kind.TAG)


def _tag(data: bytes, offset: int) -> tuple[int, bool, int]:
    first = data[offset]
    if first == _THREE_BYTE_TAG:
        if offset + 3 > len(data):
            raise TlvError("data end inside a tag")
        field = int.from_bytes(data[offset + 1 : offset + 3], "big")
        tag, required, start = field & _TAG_MAX, bool(field & _THREE_BYTE_FLAG), offset + 3
    else:
        tag, required, start = first & ~COMPREHENSION_REQUIRED, first >= COMPREHENSION_REQUIRED, offset + 1
    if not tag or first == _PADDING:
        raise TlvError(f"tag {first:02X}")
    return tag, required, start


def _value(data: bytes, offset: int) -> tuple[bytes, int]:
    if offset >= len(data):
        raise TlvError("data end after a tag")
    length = data[offset]
    start = offset + 1
    if length > 0x7F:
        count = length & 0x7F
        if not 1 <= count <= _LENGTH_BYTES_MAX:
            raise TlvError(f"length byte {length:02X}")
        start += count
        length = int.from_bytes(data[offset + 1 : start], "big")
    if start + length > len(data):
        raise TlvError("data end inside a value")
    return data[start : start + length], start + length


def _tag_field(tag: int, required: bool) -> bytes:
    if not 0 < tag <= _TAG_MAX:
        raise ValueError(f"not a COMPREHENSION-TLV tag: {tag:X}")
    if tag < _THREE_BYTE_TAG:
        return bytes((tag | COMPREHENSION_REQUIRED * required,))
    return bytes((_THREE_BYTE_TAG,)) + (tag | _THREE_BYTE_FLAG * required).to_bytes(2, "big")
