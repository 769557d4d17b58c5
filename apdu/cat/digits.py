"""Digits in nibbles: telephone numbers, identities, networks, times (TS 102 223 8, TS 24.008 10.5.1)."""

from __future__ import annotations

from apdu.tlv import TlvError

_DIALLED = "0123456789*#,?+"
_FILLER = "F"
_PLMN_BYTES = 3


def swapped(value: bytes) -> str:
    """The nibbles, the lower one of each byte first, as hexadecimal digits."""
    return "".join(f"{byte & 0x0F:X}{byte >> 4:X}" for byte in value)


def swap(digits: str) -> bytes:
    """The other way; a filler F completes an odd number of them. ValueError when they are no hexadecimal digits."""
    whole = digits + _FILLER * (len(digits) % 2)
    return bytes(int(whole[n + 1] + whole[n], 16) for n in range(0, len(whole), 2))


def dialled(value: bytes) -> str:
    """A dialling number, TS 102 223 8.1: also * and #, "," for the DTMF separator, "?" for the wild value."""
    digits = swapped(value).rstrip(_FILLER)
    if _FILLER in digits:
        raise TlvError("a filler inside a number")
    return "".join(_DIALLED[int(digit, 16)] for digit in digits)


def dial(number: str) -> bytes:
    """The other way; ValueError for any other character."""
    return swap("".join(f"{_DIALLED.index(character):X}" for character in number))


def plmn(value: bytes) -> str:
    """MCC and MNC, 5 or 6 digits, of 3 bytes, TS 24.008 10.5.1.13; "" for FFFFFF."""
    digits = swapped(value)
    return (digits[:3] + digits[4:] + digits[3].replace(_FILLER, "")).replace(_FILLER, "")


def encode_plmn(network: str) -> bytes:
    """3 bytes of MCC and MNC, 5 or 6 digits, FFFFFF of ""; ValueError otherwise."""
    if not network:
        return b"\xff" * _PLMN_BYTES
    if len(network) not in (5, 6) or not network.isdecimal():
        raise ValueError(f"not MCC and MNC: {network!r}")
    return swap(network[:3] + (network[5:] or _FILLER) + network[3:5])


def decimal(byte: int) -> int:
    """A number of two digits, the lower nibble first; TlvError when they are no decimal digits."""
    tens, ones = byte & 0x0F, byte >> 4
    if tens > 9 or ones > 9:
        raise TlvError(f"not two decimal digits: {byte:02X}")
    return tens * 10 + ones


def encode_decimal(number: int) -> int:
    """The other way, 0 to 99; ValueError otherwise."""
    if not 0 <= number <= 99:
        raise ValueError(f"not two decimal digits: {number}")
    return number % 10 << 4 | number // 10
