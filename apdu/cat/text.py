"""Texts in data objects, TS 102 223 8.2 and 8.15: the alphabets that files have, too, with TlvError and ValueError."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from apdu.ef import ContentError, alphabets
from apdu.ef.alphabets import in_default_alphabet, pack, unpack
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

_FILLER = b"\xff"

F = TypeVar("F")
T = TypeVar("T")


def decode_default(value: bytes) -> str:
    """Characters of the default alphabet, a byte each, without fillers FF at the end; TlvError for others."""
    return _converted(alphabets.decode_default, value.rstrip(_FILLER), TlvError)


def encode_default(text: str) -> bytes:
    """A byte for each character, two for one of the extension; ValueError for any other."""
    return _converted(alphabets.encode_default, text, ValueError)


def decode_ucs2(value: bytes) -> str:
    """Two bytes a character; TlvError when they are not."""
    try:
        return value.decode("utf-16-be")
    except UnicodeDecodeError as error:
        raise TlvError(f"not UCS2: {error.reason}") from None


def encode_ucs2(text: str) -> bytes:
    """Two bytes a character; ValueError for half a surrogate."""
    return _converted(alphabets.encode_ucs2, text, ValueError)


def decode_alpha(value: bytes) -> str:
    """An alpha identifier, TS 102 221 annex A: the default alphabet, or UCS2 in three codings; TlvError."""
    return _converted(alphabets.decode_alpha, value, TlvError)


def encode_alpha(text: str) -> bytes:
    """An alpha identifier: the default alphabet where that will do, otherwise UCS2 after 80; ValueError."""
    return _converted(alphabets.encode_alpha, text, ValueError)


def _converted(convert: Callable[[F], T], given: F, refusal: type[Exception]) -> T:
    try:
        return convert(given)
    except ContentError as error:
        raise refusal(str(error)) from None
