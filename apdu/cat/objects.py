"""Typed COMPREHENSION-TLV data objects of commands, responses and envelopes, TS 102 223 8 and TS 31.111 8.

Each has a TAG, `encode() -> value` and `decode(value)`; decode raises TlvError for what cannot be such an object.
Those of the bearer independent protocol stand in `apdu.cat.bearer`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, Self

from apdu.cat import digits, text
from apdu.cat.tags import Tag
from apdu.tlv import TlvError


@dataclass(frozen=True, slots=True)
class Octets:
    """A value that is its bytes."""

    TAG: ClassVar[int]
    value: bytes

    def encode(self) -> bytes:
        """The value."""
        return self.value

    @classmethod
    def decode(cls, value: bytes) -> Self:
        """Any value will do."""
        return cls(value)


class SmsTpdu(Octets):
    """SMS TPDU, TS 31.111 8.13: a transfer protocol data unit of TS 23.040."""

    TAG: ClassVar[int] = Tag.SMS_TPDU


class CellBroadcastPage(Octets):
    """Cell broadcast page, TS 31.111 8.5: 88 bytes of TS 23.041."""

    TAG: ClassVar[int] = Tag.CELL_BROADCAST_PAGE


class Aid(Octets):
    """AID, TS 102 223 8.60."""

    TAG: ClassVar[int] = Tag.AID


class EventList(Octets):
    """Event list, TS 102 223 8.25: an Event each; empty: none is wanted any more."""

    TAG: ClassVar[int] = Tag.EVENT_LIST


class Cause(Octets):
    """Cause, TS 102 223 8.26: of a disconnection, TS 24.008."""

    TAG: ClassVar[int] = Tag.CAUSE


class TransactionIdentifier(Octets):
    """Transaction identifier, TS 102 223 8.28: of calls."""

    TAG: ClassVar[int] = Tag.TRANSACTION_IDENTIFIER


class NetworkMeasurementResults(Octets):
    """Network Measurement Results, TS 31.111 8.22."""

    TAG: ClassVar[int] = Tag.NETWORK_MEASUREMENT_RESULTS


class AccessTechnology(Octets):
    """Access Technology, TS 102 223 8.61: a byte each, 00 GSM, 03 UTRAN, 08 E-UTRAN, 0A NG-RAN."""

    TAG: ClassVar[int] = Tag.ACCESS_TECHNOLOGY


@dataclass(frozen=True, slots=True)
class Octet:
    """A value of one byte."""

    TAG: ClassVar[int]
    value: int

    def encode(self) -> bytes:
        """The value."""
        return bytes((self.value,))

    @classmethod
    def decode(cls, value: bytes) -> Self:
        """TlvError when it is not one byte."""
        if len(value) != 1:
            raise TlvError(f"{cls.__name__} of {len(value)} bytes")
        return cls(value[0])


class ItemIdentifier(Octet):
    """Item identifier, TS 102 223 8.10: which item of a menu."""

    TAG: ClassVar[int] = Tag.ITEM_IDENTIFIER


class LocationStatus(Octet):
    """Location status, TS 102 223 8.27: 00 normal service, 01 limited service, 02 no service."""

    TAG: ClassVar[int] = Tag.LOCATION_STATUS


class TimerIdentifier(Octet):
    """Timer identifier, TS 102 223 8.37: 1 to 8."""

    TAG: ClassVar[int] = Tag.TIMER_IDENTIFIER


class BatteryState(Octet):
    """Battery state, TS 102 223 8.76: 00 very low to 04 full."""

    TAG: ClassVar[int] = Tag.BATTERY_STATE


class NetworkSearchMode(Octet):
    """Network Search Mode, TS 31.111 8.75: 00 manual, 01 automatic."""

    TAG: ClassVar[int] = Tag.NETWORK_SEARCH_MODE


class TimeUnit(IntEnum):
    """Unit of Duration, TS 102 223 8.8."""

    MINUTES = 0x00
    SECONDS = 0x01
    TENTHS_OF_SECONDS = 0x02


@dataclass(frozen=True, slots=True)
class Duration:
    """Duration, TS 102 223 8.8: how many of which TimeUnit, 1 to 255."""

    TAG: ClassVar[int] = Tag.DURATION
    unit: int
    interval: int

    @property
    def seconds(self) -> float:
        """As seconds; TlvError for a reserved unit."""
        try:
            return self.interval * {0: 60.0, 1: 1.0, 2: 0.1}[self.unit]
        except KeyError:
            raise TlvError(f"reserved unit of time {self.unit:02X}") from None

    def encode(self) -> bytes:
        """The value."""
        return bytes((self.unit, self.interval))

    @classmethod
    def decode(cls, value: bytes) -> Duration:
        """TlvError when it is not two bytes."""
        if len(value) != 2:
            raise TlvError(f"Duration of {len(value)} bytes")
        return cls(value[0], value[1])


@dataclass(frozen=True, slots=True)
class Alpha:
    """A text in the coding of TS 102 221 annex A."""

    TAG: ClassVar[int]
    text: str

    def encode(self) -> bytes:
        """The value; ValueError for characters outside UCS2."""
        return text.encode_alpha(self.text)

    @classmethod
    def decode(cls, value: bytes) -> Self:
        """TlvError when UCS2 is cut short."""
        return cls(text.decode_alpha(value))


class AlphaIdentifier(Alpha):
    """Alpha identifier, TS 102 223 8.2."""

    TAG: ClassVar[int] = Tag.ALPHA_IDENTIFIER


@dataclass(frozen=True, slots=True)
class Item:
    """Item, TS 102 223 8.9: an entry of a menu, by its identifier (1 to 255)."""

    TAG: ClassVar[int] = Tag.ITEM
    identifier: int
    text: str

    def encode(self) -> bytes:
        """The value."""
        return bytes((self.identifier,)) + text.encode_alpha(self.text)

    @classmethod
    def decode(cls, value: bytes) -> Item:
        """TlvError when it is empty, or UCS2 cut short."""
        if not value:
            raise TlvError("an empty Item")
        return cls(value[0], text.decode_alpha(value[1:]))


class CodingScheme(IntEnum):
    """Data coding scheme of a text string, TS 102 223 8.15, as written here; others are read, too."""

    PACKED = 0x00
    DEFAULT_ALPHABET = 0x04
    UCS2 = 0x08


@dataclass(frozen=True, slots=True)
class TextString:
    """Text string, TS 102 223 8.15: a CodingScheme and the characters in it. An empty value has no scheme."""

    TAG: ClassVar[int] = Tag.TEXT_STRING
    scheme: int | None
    characters: bytes = b""

    @classmethod
    def of(cls, string: str) -> TextString:
        """This text in the default alphabet, a byte a character, where that will do, otherwise in UCS2."""
        if not string:
            return cls(None)
        if text.in_default_alphabet(string):
            return cls(CodingScheme.DEFAULT_ALPHABET, text.encode_default(string))
        return cls(CodingScheme.UCS2, text.encode_ucs2(string))

    @property
    def text(self) -> str:
        """The text; TlvError for a reserved scheme or UCS2 cut short."""
        return "" if self.scheme is None else _TEXTS[_alphabet(self.scheme)](self.characters)

    def encode(self) -> bytes:
        """The value."""
        return b"" if self.scheme is None else bytes((self.scheme,)) + self.characters

    @classmethod
    def decode(cls, value: bytes) -> TextString:
        """Any value will do."""
        return cls(value[0], value[1:]) if value else cls(None)


_WITH_CLASS = 0xF0
_EIGHT_BITS = 0x04
_ALPHABET = 0x0C


def _alphabet(scheme: int) -> int:
    """Which alphabet a data coding scheme means, TS 23.038 4: F4 is 8 bits, too. TlvError when it is none."""
    alphabet = scheme & (_EIGHT_BITS if scheme >= _WITH_CLASS else _ALPHABET)
    if scheme in range(0x40, _WITH_CLASS) or alphabet not in _TEXTS:
        raise TlvError(f"data coding scheme {scheme:02X}")
    return alphabet


_TEXTS: dict[int, Callable[[bytes], str]] = {
    CodingScheme.PACKED: lambda value: text.decode_default(text.unpack(value)),
    CodingScheme.DEFAULT_ALPHABET: text.decode_default,
    CodingScheme.UCS2: text.decode_ucs2,
}


@dataclass(frozen=True, slots=True)
class ResponseLength:
    """Response length, TS 102 223 8.11: characters expected of the user, at least and at most."""

    TAG: ClassVar[int] = Tag.RESPONSE_LENGTH
    minimum: int
    maximum: int

    def encode(self) -> bytes:
        """The value."""
        return bytes((self.minimum, self.maximum))

    @classmethod
    def decode(cls, value: bytes) -> ResponseLength:
        """TlvError when it is not two bytes."""
        if len(value) != 2:
            raise TlvError(f"ResponseLength of {len(value)} bytes")
        return cls(value[0], value[1])


_INTERNATIONAL, _UNKNOWN = 0x91, 0x81


@dataclass(frozen=True, slots=True)
class Address:
    """Address, TS 102 223 8.1: type of number and numbering plan, digits (0-9 * # and , for the DTMF separator)."""

    TAG: ClassVar[int] = Tag.ADDRESS
    kind: int
    digits: str

    @classmethod
    def of(cls, number: str) -> Address:
        """A telephone number; with + an international one."""
        return cls(_INTERNATIONAL, number[1:]) if number.startswith("+") else cls(_UNKNOWN, number)

    @property
    def number(self) -> str:
        """As it is dialled, an international one with +."""
        return "+" * (self.kind == _INTERNATIONAL) + self.digits

    def encode(self) -> bytes:
        """The value."""
        return bytes((self.kind,)) + digits.dial(self.digits)

    @classmethod
    def decode(cls, value: bytes) -> Address:
        """TlvError when it is empty, or has a filler inside."""
        if not value:
            raise TlvError("an empty Address")
        return cls(value[0], digits.dialled(value[1:]))


_MASTER_FILE = b"\x3f\x00"


@dataclass(frozen=True, slots=True)
class FileList:
    """File list, TS 102 223 8.18: full paths, each from the MF on: 3F00 and then two bytes each."""

    TAG: ClassVar[int] = Tag.FILE_LIST
    paths: tuple[bytes, ...]

    def encode(self) -> bytes:
        """The value: how many, and the paths."""
        return bytes((len(self.paths),)) + b"".join(self.paths)

    @classmethod
    def decode(cls, value: bytes) -> FileList:
        """TlvError when the paths are not as many as it says, or do not begin at the MF."""
        identifiers = [value[n : n + 2] for n in range(1, len(value), 2)]
        starts = [n for n, each in enumerate(identifiers) if each == _MASTER_FILE]
        ends = [*starts[1:], len(identifiers)]
        paths = tuple(b"".join(identifiers[start:end]) for start, end in zip(starts, ends, strict=False))
        if bytes((len(paths),)) + b"".join(paths) != value or len(value) % 2 == 0:
            raise TlvError("not a list of full paths")
        return cls(paths)
