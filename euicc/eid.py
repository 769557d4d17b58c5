"""The EID, SGP.29 (formerly SGP.02 2.2.2): 32 decimal digits, as 16 bytes with two digits in each.

The last two digits are check digits in the way of ISO 7064: the whole number leaves 1 when divided by 97.
"""

from __future__ import annotations

EID_LENGTH = 16
DIGITS = 32
IIN_DIGITS = 8
"""The digits by which an EUM certificate names the EIDs it may sign for."""
_MODULUS = 97


class EidError(Exception):
    """Not 32 decimal digits, or the check digits are wrong."""


def parse(digits: str) -> bytes:
    """The 16 bytes of 32 digits, with or without "-" and " "; EidError for others and wrong check digits."""
    plain = digits.replace(" ", "").replace("-", "")
    if len(plain) != DIGITS or not (plain.isascii() and plain.isdigit()):
        raise EidError("an EID is 32 decimal digits")
    if not is_valid(eid := bytes.fromhex(plain)):
        raise EidError(f"the check digits of {plain} are wrong")
    return eid


def digits(eid: bytes) -> str:
    """The 32 digits of 16 bytes."""
    return eid.hex()


def is_valid(eid: bytes) -> bool:
    """Whether these are 16 bytes of decimal digits whose check digits are right."""
    text = eid.hex()
    return len(eid) == EID_LENGTH and text.isdigit() and int(text) % _MODULUS == 1


def with_check_digits(first_digits: str) -> bytes:
    """The EID of its first 30 digits; EidError if they are not 30 decimal digits."""
    check = _MODULUS + 1 - int(first_digits) * 100 % _MODULUS if first_digits.isdecimal() else 0
    return parse(f"{first_digits}{check:02d}")


DEFAULT = with_check_digits("890490320010010000000000000001")
"""The EID of a card made without one: under 89049032, the range SGP.26's test EUM is permitted."""
