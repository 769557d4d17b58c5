"""Identities in messages as people read them: ICCID, IMEI, networks, versions; whatever the bytes are."""

from __future__ import annotations

from apdu import Tlv, TlvError, tlv
from apdu.ef import digits


def swapped_digits(value: bytes) -> str:
    """Digits whose nibbles are swapped, without the filler F at the end."""
    return digits.swapped(value).rstrip("F")


def plmn(value: bytes) -> str:
    """MCC-MNC of 3 bytes, TS 24.008 10.5.1.13; "" for FFFFFF."""
    return digits.decode_plmn(value) or "" if len(value) == len(digits.NO_PLMN) else ""


def version(value: bytes) -> str:
    """VersionType: 02 05 00 is 2.5.0."""
    return ".".join(str(byte) for byte in value)


def objects(value: bytes) -> list[Tlv]:
    """The BER-TLV objects of a value, none where it is not made of such."""
    try:
        return tlv.parse_all(value)
    except TlvError:
        return []
