"""Who the card is: EF.ICCID, EF.IMSI, EF.PL and EF.LI, EF.DIR, EF.UMPC (TS 102 221 13, TS 31.102 4.2)."""

from __future__ import annotations

from construct import BitStruct, Bytes, Flag, GreedyBytes, Int8ub, Padding, Prefixed, Struct

from apdu.ef.codec import Codec
from apdu.ef.digits import decode_digits, encode_digits, from_swapped, swapped
from apdu.ef.error import ContentError
from apdu.ef.shapes import (
    adapted,
    data_objects,
    listed,
    one_object,
    utf8,
)

ICCID_SIZE = 10
IMSI_DIGITS_MAX = 15
_ODD, _EVEN = "9", "1"


def _decode_imsi(identity: bytes) -> str:
    """Type and parity of the number of digits, then the digits, TS 24.008 10.5.1.4."""
    nibbles = swapped(identity)
    kind, digits = nibbles[:1], nibbles[1:]
    if kind == _EVEN and digits[-1:] == "F":
        digits = digits[:-1]
    if not digits.isdecimal() or kind not in (_ODD, _EVEN) or (len(digits) % 2 == 1) is not (kind == _ODD):
        raise ContentError(f"no IMSI: {identity.hex().upper()}")
    return digits


def _encode_imsi(digits: str) -> bytes:
    if not 1 <= len(digits) <= IMSI_DIGITS_MAX or not (digits.isascii() and digits.isdecimal()):
        raise ContentError(f"no IMSI of 1 to {IMSI_DIGITS_MAX} digits: {digits!r}")
    return from_swapped(_ODD + digits if len(digits) % 2 else _EVEN + digits + "F")


language = adapted(Bytes(2), lambda data: data.decode("ascii"), lambda code: code.encode("ascii"))
application = data_objects({0x4F: ("aid", GreedyBytes), 0x50: ("label", utf8)})

iccid = Codec(
    adapted(Bytes(ICCID_SIZE), decode_digits, lambda digits: encode_digits(digits, ICCID_SIZE)),
)
"""TS 102 221 13.2: the digits as printed."""

imsi = Codec(Prefixed(Int8ub, adapted(GreedyBytes, _decode_imsi, _encode_imsi)))
"""TS 31.102 4.2.2: the digits."""

languages = Codec(listed(language, 2), erasable=False)
"""EF.PL, EF.LI, TS 102 221 13.3: codes of ISO 639, the preferred one first; None for a free place."""

directory_entry = Codec(one_object(0x61, application))
"""A record of EF.DIR, TS 102 221 13.1."""

power_consumption = Codec(
    Struct(
        "maximum_current" / Int8ub,
        "start_up_time" / Int8ub,
        "features" / BitStruct(Padding(6), "suspend_uicc" / Flag, "increased_idle_current" / Flag),
        Padding(2),
    )
)
"""EF.UMPC, TS 102 221 13.6: mA, seconds, and what the UICC can do."""

CODECS = {
    "EF.ICCID": iccid,
    "EF.IMSI": imsi,
    "EF.PL": languages,
    "EF.LI": languages,
    "EF.DIR": directory_entry,
    "EF.UMPC": power_consumption,
}
