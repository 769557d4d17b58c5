"""Bound profile packages, each with one thing wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from apdu import tlv
from tests.rsp.contents import contents, elements, profile, with_key
from tests.rsp.device import Device
from tests.rsp.server import Contents

Pieces = Callable[[Device, bytes], list[bytes]]


def first_piece(**changes: Any) -> Pieces:
    def bound(side: Device, otpk: bytes) -> list[bytes]:
        first = side.server.initialise_secure_channel(otpk, **changes)
        return side.bind(otpk, contents(), first)

    return bound


def of(made: Callable[[], Contents]) -> Pieces:
    return lambda side, otpk: side.bind(otpk, made())


def configured(content: bytes) -> Pieces:
    return of(lambda: replace(contents(), configure_isdp=content))


def meta(**changes: Any) -> Pieces:
    return of(lambda: contents(**changes))


def raw_metadata(content: bytes) -> Pieces:
    return of(lambda: replace(contents(), metadata=content))


def keys(*lengths: int) -> Pieces:
    mcv, encryption, mac = (bytes(length) for length in lengths)
    return of(lambda: replace(contents(), session_keys=(mcv, encryption, mac)))


def package(change: Callable[[bytes], bytes]) -> Pieces:
    return of(lambda: replace(contents(), package=change(contents().package)))


def as_test_profile(key: bytes, algorithm: int) -> Pieces:
    return of(lambda: contents(with_key(key, algorithm), profile_class=0))


def altered(position: int, change: Callable[[bytes], bytes]) -> Pieces:
    """A right package, one piece of it changed on the way (positions as in tests.rsp.server.pieces)."""

    def bound(side: Device, otpk: bytes) -> list[bytes]:
        made = side.bind(otpk, contents())
        return [*made[:position], change(made[position]), *made[position + 1 :]]

    return bound


def mac_flipped(piece: bytes) -> bytes:
    return piece[:-1] + bytes([piece[-1] ^ 1])


def inner_retagged(piece: bytes) -> bytes:
    """A0 or A2 whose segment has another tag."""
    outer = tlv.parse(piece)
    return tlv.encode(outer.tag, tlv.encode(0x86, tlv.parse(outer.value).value))


def cut_short(piece: bytes) -> bytes:
    outer = tlv.parse(piece)
    return tlv.encode(outer.tag, tlv.encode(tlv.parse(outer.value).tag, b"\x00" * 7))


def without_end(made: bytes) -> bytes:
    return b"".join(elements(made)[:-1])


def other_iccid() -> Contents:
    return replace(contents(), metadata=contents(profile("8900101234567890222")).metadata)


def unpadded(side: Device, otpk: bytes) -> list[bytes]:
    """A right MAC over a ciphertext whose padding is wrong."""
    stream = side.server.stream(otpk, side.card.identity.eid)
    segment = stream.protect(0x87, bytes(16), encrypt=False)
    made = side.bind(otpk, contents())
    return [made[0], tlv.encode(0xA0, segment)]
