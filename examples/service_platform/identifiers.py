"""Identifiers as they are written: each function gives its argument back, or says with ValueError what is wrong."""

from __future__ import annotations

import re

from euicc import eid as eids

_VIN = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_IMEI_DIGITS, _ICCID_DIGITS, _IMSI_DIGITS = (15,), (19, 20), (14, 15)
_TELECOMMUNICATION = "89"


def imei(text: str) -> str:
    """International Mobile Equipment Identity, TS 23.003 6.2: 15 digits, the last a Luhn digit."""
    return _with_luhn_digit("an IMEI", _digits("an IMEI", text, _IMEI_DIGITS))


def iccid(text: str) -> str:
    """Integrated circuit card identifier, ITU-T E.118: 89..., 19 or 20 digits, the last a Luhn digit."""
    if not _digits("an ICCID", text, _ICCID_DIGITS).startswith(_TELECOMMUNICATION):
        raise ValueError("an ICCID begins with 89")
    return _with_luhn_digit("an ICCID", text)


def imsi(text: str) -> str:
    """International Mobile Subscriber Identity, TS 23.003 2.2: here 14 or 15 digits."""
    return _digits("an IMSI", text, _IMSI_DIGITS)


def eid(text: str) -> str:
    """The EID, SGP.29: 32 digits with right check digits."""
    try:
        return eids.digits(eids.parse(text))
    except eids.EidError as error:
        raise ValueError(str(error)) from None


def equipment(text: str) -> str:
    """A vehicle identification number, ISO 3779: 17 capital letters and digits, without I, O and Q."""
    if not _VIN.fullmatch(text):
        raise ValueError("an equipment id is 17 capital letters and digits, without I, O and Q")
    return text


def name(text: str) -> str:
    """The name of a party."""
    if not _NAME.fullmatch(text):
        raise ValueError("a name is 1 to 64 small letters, digits, - and _")
    return text


def with_luhn_digit(digits: str) -> str:
    """These digits and their check digit, ISO/IEC 7812-1 annex B."""
    return digits + str(-_luhn(digits + "0") % 10)


def _digits(what: str, text: str, lengths: tuple[int, ...]) -> str:
    if not (text.isascii() and text.isdigit() and len(text) in lengths):
        raise ValueError(f"{what} has {' or '.join(map(str, lengths))} digits")
    return text


def _with_luhn_digit(what: str, text: str) -> str:
    if _luhn(text) % 10:
        raise ValueError(f"the check digit of {what} is wrong")
    return text


def _luhn(digits: str) -> int:
    """The sum of ISO/IEC 7812-1 annex B: every second digit from the right is doubled."""
    values = [int(digit) for digit in reversed(digits)]
    return sum(values[0::2]) + sum(sum(divmod(2 * value, 10)) for value in values[1::2])
