"""Digits in half bytes, the lower one first: ICCID, IMSI, numbers, networks (TS 102 221 13.2, TS 24.008 10.5.1)."""

from __future__ import annotations

from apdu.ef.error import ContentError

NIBBLES = "0123456789ABCDE"
NO_PLMN = b"\xff\xff\xff"


def swapped(data: bytes) -> str:
    """Two digits for each byte, the lower nibble first, in hexadecimal."""
    return "".join(f"{byte & 0x0F:X}{byte >> 4:X}" for byte in data)


def from_swapped(digits: str) -> bytes:
    """The bytes of an even number of digits."""
    return bytes.fromhex("".join(digits[at + 1] + digits[at] for at in range(0, len(digits), 2)))


def decode_digits(data: bytes) -> str:
    """Digits up to the filler F; ContentError for digits after it."""
    digits = swapped(data).rstrip("F")
    if "F" in digits:
        raise ContentError(f"digits after the filler in {data.hex().upper()}")
    return digits


def encode_digits(digits: str, size: int) -> bytes:
    """Digits in `size` bytes, filled up with F."""
    if len(digits) > 2 * size or set(digits) - set(NIBBLES):
        raise ContentError(f"no {2 * size} digits: {digits!r}")
    return from_swapped(digits.ljust(2 * size, "F"))


def decode_plmn(data: bytes) -> str | None:
    """MCC-MNC of 3 bytes, TS 24.008 10.5.1.13; None for FFFFFF. D stands for any digit where that is allowed."""
    if data == NO_PLMN:
        return None
    found = swapped(data)
    return f"{found[:3]}-{found[4:]}{found[3].replace('F', '')}"


def encode_plmn(code: str | None) -> bytes:
    """The 3 bytes of MCC-MNC."""
    if code is None:
        return NO_PLMN
    mcc, dash, mnc = code.partition("-")
    if len(mcc) != 3 or not dash or len(mnc) not in (2, 3):
        raise ContentError(f"not MCC-MNC: {code!r}")
    try:
        return from_swapped(mcc + mnc[2:].ljust(1, "F") + mnc[:2])
    except ValueError:
        raise ContentError(f"not MCC-MNC: {code!r}") from None
