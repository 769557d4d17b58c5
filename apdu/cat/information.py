"""Data objects by which the terminal tells about itself: location, identity, time, timers (TS 102 223 8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import ClassVar, Self

from apdu.cat import digits
from apdu.cat.tags import Tag
from apdu.tlv import TlvError

_PLMN_LENGTH = 3
# Length of the whole value -> length of the area code in it: GSM, UTRAN and E-UTRAN have two bytes, NG-RAN three.
_AREA_LENGTHS = {5: 2, 7: 2, 9: 2, 11: 3}


@dataclass(frozen=True, slots=True)
class LocationInformation:
    """Location information, TS 102 223 8.19 and TS 31.111 8.19.

    network: MCC and MNC, 5 or 6 digits, "" for none. area: location area (2 bytes) or tracking area code (2, in NG-RAN
    3). cell: cell identity; 2 bytes in GSM, 4 in UTRAN and E-UTRAN (28 bits, then 1111), 5 in NG-RAN (36 bits, then
    1111); empty when not known.
    """

    TAG: ClassVar[int] = Tag.LOCATION_INFORMATION
    network: str
    area: bytes
    cell: bytes = b""

    def encode(self) -> bytes:
        """The value; ValueError when the network is none."""
        return digits.encode_plmn(self.network) + self.area + self.cell

    @classmethod
    def decode(cls, value: bytes) -> LocationInformation:
        """TlvError for a length that no radio access technology has, or a network of other than digits."""
        if len(value) not in _AREA_LENGTHS:
            raise TlvError(f"location information of {len(value)} bytes")
        network = digits.plmn(value[:_PLMN_LENGTH])
        if network and (not network.isdecimal() or len(network) < 5):
            raise TlvError(f"not a network: {network}")
        cell = _PLMN_LENGTH + _AREA_LENGTHS[len(value)]
        return cls(network, value[_PLMN_LENGTH:cell], value[cell:])


@dataclass(frozen=True, slots=True)
class MobileIdentity:
    """Digits of an equipment identity, coded as in TS 24.008 10.5.1.4: the type stands beside the first digit."""

    TAG: ClassVar[int]
    TYPE: ClassVar[int]
    digits: str

    def encode(self) -> bytes:
        """The value; ValueError when they are no digits."""
        if not self.digits.isdecimal():
            raise ValueError(f"not an identity: {self.digits!r}")
        odd = len(self.digits) % 2
        return digits.swap(f"{self.TYPE | 8 * odd:X}{self.digits}")

    @classmethod
    def decode(cls, value: bytes) -> Self:
        """TlvError when there are other than digits in it."""
        found = digits.swapped(value)[1:]
        number = found[:-1] if found.endswith("F") else found
        if not number.isdecimal():
            raise TlvError(f"not an identity: {found}")
        return cls(number)


class Imei(MobileIdentity):
    """IMEI, TS 102 223 8.20: 15 digits, 8 bytes."""

    TAG: ClassVar[int] = Tag.IMEI
    TYPE: ClassVar[int] = 2


class Imeisv(MobileIdentity):
    """IMEISV, TS 102 223 8.74: 16 digits, 9 bytes."""

    TAG: ClassVar[int] = Tag.IMEISV
    TYPE: ClassVar[int] = 3


_TIME_LENGTH = 7
_UNKNOWN_ZONE = 0xFF
_ZONE_SIGN = 0x08
_QUARTER = 15


@dataclass(frozen=True, slots=True)
class DateTimeAndTimeZone:
    """Date-Time and Time zone, TS 102 223 8.39: local time; with a time zone only where the terminal knows it."""

    TAG: ClassVar[int] = Tag.DATE_TIME_AND_TIME_ZONE
    time: datetime

    def encode(self) -> bytes:
        """The value: year, month, day, hour, minute, second, and quarters of an hour to the east."""
        at = self.time
        fields = (at.year % 100, at.month, at.day, at.hour, at.minute, at.second)
        return bytes(digits.encode_decimal(number) for number in fields) + bytes((_zone(at),))

    @classmethod
    def decode(cls, value: bytes) -> DateTimeAndTimeZone:
        """TlvError when it is no date and time; years are those from 2000 on."""
        if len(value) != _TIME_LENGTH:
            raise TlvError(f"date and time of {len(value)} bytes")
        year, month, day, hour, minute, second = (digits.decimal(byte) for byte in value[:-1])
        try:
            zone = None if value[-1] == _UNKNOWN_ZONE else _timezone(value[-1])
            return cls(datetime(2000 + year, month, day, hour, minute, second, tzinfo=zone))
        except ValueError as error:
            raise TlvError(f"not a date and time: {error}") from None


def _zone(at: datetime) -> int:
    offset = at.utcoffset()
    if offset is None:
        return _UNKNOWN_ZONE
    quarters = offset // timedelta(minutes=_QUARTER)
    return digits.encode_decimal(abs(quarters)) | _ZONE_SIGN * (quarters < 0)


def _timezone(byte: int) -> timezone:
    quarters = digits.decimal(byte & ~_ZONE_SIGN)
    return timezone(timedelta(minutes=_QUARTER * (-quarters if byte & _ZONE_SIGN else quarters)))


@dataclass(frozen=True, slots=True)
class TimerValue:
    """Timer value, TS 102 223 8.38: seconds, up to 99 hours, 59 minutes, 59 seconds."""

    TAG: ClassVar[int] = Tag.TIMER_VALUE
    seconds: int

    def encode(self) -> bytes:
        """The value: hours, minutes, seconds; ValueError when it is too long."""
        parts = (self.seconds // 3600, self.seconds // 60 % 60, self.seconds % 60)
        return bytes(digits.encode_decimal(part) for part in parts)

    @classmethod
    def decode(cls, value: bytes) -> TimerValue:
        """TlvError when it is not three bytes of two decimal digits."""
        if len(value) != 3:
            raise TlvError(f"timer value of {len(value)} bytes")
        hours, minutes, seconds = (digits.decimal(byte) for byte in value)
        return cls(hours * 3600 + minutes * 60 + seconds)


@dataclass(frozen=True, slots=True)
class Language:
    """Language, TS 102 223 8.45: two letters of ISO 639."""

    TAG: ClassVar[int] = Tag.LANGUAGE
    code: str

    def encode(self) -> bytes:
        """The value."""
        return self.code.encode("ascii")

    @classmethod
    def decode(cls, value: bytes) -> Language:
        """TlvError when it is not two letters."""
        code = value.decode("ascii", "replace")
        if len(value) != 2 or not (code.isascii() and code.isalpha()):
            raise TlvError("not a language code")
        return cls(code)
