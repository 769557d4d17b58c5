"""Texts of the toolkit: the default alphabet packed or not, and UCS2 (TS 23.038, TS 102 221 annex A)."""

from __future__ import annotations

from apdu.ef.alphabets import BASIC as DEFAULT_ALPHABET
from apdu.ef.alphabets import pack, unpack
from apdu.tlv import TlvError

__all__ = [
    "decode_alpha",
    "decode_default",
    "decode_ucs2",
    "encode_alpha",
    "encode_default",
    "encode_ucs2",
    "in_default_alphabet",
    "pack",
    "unpack",
]

_CODES = {character: code for code, character in enumerate(DEFAULT_ALPHABET) if character != "\x1b"}
_UCS2 = 0x80
_FILLER = 0xFF


def in_default_alphabet(text: str) -> bool:
    """Whether the default alphabet, without its extension, has all of these characters."""
    return _CODES.keys() >= set(text)


def encode_default(text: str) -> bytes:
    """One byte a character, bit 8 zero; ValueError for a character that the alphabet does not have."""
    if not in_default_alphabet(text):
        raise ValueError(f"not in the default alphabet: {text!r}")
    return bytes(_CODES[character] for character in text)


def decode_default(value: bytes) -> str:
    """One byte a character; fillers FF at the end are none."""
    return "".join(DEFAULT_ALPHABET[code & 0x7F] for code in value.rstrip(bytes((_FILLER,))))


def encode_ucs2(text: str) -> bytes:
    """Two bytes a character; ValueError for one outside the basic multilingual plane."""
    if any(ord(character) > 0xFFFF or 0xD800 <= ord(character) < 0xE000 for character in text):
        raise ValueError(f"not in UCS2: {text!r}")
    return text.encode("utf-16-be")


def decode_ucs2(value: bytes) -> str:
    """Two bytes a character; TlvError when they are not."""
    try:
        return value.decode("utf-16-be")
    except UnicodeDecodeError as error:
        raise TlvError(f"not UCS2: {error.reason}") from None


def encode_alpha(text: str) -> bytes:
    """An alpha identifier, TS 102 221 annex A: the default alphabet where that will do, otherwise UCS2 after 80."""
    if in_default_alphabet(text):
        return encode_default(text)
    return bytes((_UCS2,)) + encode_ucs2(text)


def decode_alpha(value: bytes) -> str:
    """An alpha identifier, TS 102 221 annex A, with the UCS2 codings 80, 81 and 82; TlvError when cut short."""
    first = value[0] if value else 0
    if first == _UCS2:
        return decode_ucs2(value[1 : 1 + (len(value) - 1) // 2 * 2]).rstrip("\uffff")
    if first in _POINTER_LENGTHS:
        return _decode_with_pointer(value, _POINTER_LENGTHS[first])
    return decode_default(value)


# 81: one byte of which bits 15 to 8 of the base pointer are made; 82: the base pointer itself.
_POINTER_LENGTHS = {0x81: 1, 0x82: 2}


def _decode_with_pointer(value: bytes, size: int) -> str:
    start = 2 + size
    if len(value) < start or len(value) < start + value[1]:
        raise TlvError("an alpha identifier that ends too soon")
    pointer = int.from_bytes(value[2:start], "big")
    base = pointer if size == 2 else pointer << 7
    characters = value[start : start + value[1]]
    return "".join(
        chr(base + (code & 0x7F) & 0xFFFF) if code >> 7 else DEFAULT_ALPHABET[code] for code in characters
    )
