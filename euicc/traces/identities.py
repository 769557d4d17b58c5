"""Identities as people read them: ICCID, IMSI, EID, networks, versions, names in the alphabets of the SIM."""

from __future__ import annotations

from apdu import Tlv, TlvError, tlv

GSM_ALPHABET = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The basic characters of TS 23.038, by their code."""
_UCS2 = 0x80


def swapped_digits(value: bytes) -> str:
    """Digits whose nibbles are swapped, without the filler F at the end."""
    return "".join(f"{byte & 0x0F:X}{byte >> 4:X}" for byte in value).rstrip("F")


def imsi(content: bytes) -> str:
    """EF.IMSI, TS 31.102 4.2.2: length, then parity nibble and digits; "" when there is none."""
    if not content or not 1 <= content[0] < len(content):
        return ""
    return swapped_digits(content[1 : 1 + content[0]])[1:]


def plmn(value: bytes) -> str:
    """MCC-MNC of 3 bytes, TS 24.008 10.5.1.13; "" for FFFFFF."""
    digits = "".join(f"{byte & 0x0F:X}{byte >> 4:X}" for byte in value)
    if len(digits) != 6 or digits == "FFFFFF":
        return ""
    mcc, mnc = digits[:3], digits[4:] + digits[3].replace("F", "")
    return f"{mcc}-{mnc}"


def alpha(value: bytes) -> str:
    """Alpha identifier, TS 102 221 annex A: the default alphabet, or UCS2 after 80."""
    if value[:1] == bytes([_UCS2]):
        whole = len(value) - (len(value) + 1) % 2
        return value[1:whole].decode("utf-16-be", "replace").rstrip("\uffff")
    return "".join(GSM_ALPHABET[code & 0x7F] for code in value.rstrip(b"\xff"))


def version(value: bytes) -> str:
    """VersionType: 02 05 00 is 2.5.0."""
    return ".".join(str(byte) for byte in value)


def objects(value: bytes) -> list[Tlv]:
    """The BER-TLV objects of a value, none where it is not made of such."""
    try:
        return tlv.parse_all(value)
    except TlvError:
        return []
