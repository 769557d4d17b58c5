"""Data objects of calls: USSD strings, DTMF, tones (TS 102 223 8.16 and 8.44, TS 31.111 8.17)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from apdu.cat import digits, text
from apdu.cat.objects import Octet
from apdu.cat.tags import Tag
from apdu.tlv import TlvError

_USSD_PACKED = 0x0F
"""The default alphabet, of no particular language."""


@dataclass(frozen=True, slots=True)
class UssdString:
    """USSD string, TS 31.111 8.17: a data coding scheme of TS 23.038 5, and the characters in it."""

    TAG: ClassVar[int] = Tag.USSD_STRING
    scheme: int
    characters: bytes

    @classmethod
    def of(cls, string: str) -> UssdString:
        """This text in the default alphabet, packed; ValueError when the alphabet lacks a character."""
        return cls(_USSD_PACKED, text.pack(text.encode_default(string)))

    def encode(self) -> bytes:
        """The value."""
        return bytes((self.scheme,)) + self.characters

    @classmethod
    def decode(cls, value: bytes) -> UssdString:
        """TlvError when it is empty."""
        if not value:
            raise TlvError("an empty USSD string")
        return cls(value[0], value[1:])


class Tone(Octet):
    """Tone, TS 102 223 8.16: 01 dial, 02 busy, 10 beep, 11 positive acknowledgement, 12 negative, and others."""

    TAG: ClassVar[int] = Tag.TONE


@dataclass(frozen=True, slots=True)
class DtmfString:
    """DTMF string, TS 102 223 8.44: digits, * and #, and a comma for a pause."""

    TAG: ClassVar[int] = Tag.DTMF_STRING
    digits: str

    def encode(self) -> bytes:
        """The value; ValueError for any other character."""
        return digits.dial(self.digits)

    @classmethod
    def decode(cls, value: bytes) -> DtmfString:
        """TlvError when there is a filler inside."""
        return cls(digits.dialled(value))
