"""Telephone numbers: EF.ADN and its likes, EF.ECC, EF.CFIS, extensions (TS 31.102 4.2.26, TS 24.008 10.5.4.7)."""

from __future__ import annotations

from typing import Any

from construct import Bytes, ExprAdapter, Int8ub, Optional, Struct, this

from apdu.ef import alphabets
from apdu.ef.codec import Codec
from apdu.ef.digits import encode_digits, swapped
from apdu.ef.error import ContentError
from apdu.ef.shapes import adapted, byte, digits, flags, is_filler, one_of

INTERNATIONAL, UNKNOWN_TYPE = 0x91, 0x81
"""Type of number and numbering plan ISDN: a number with + in front, and one as dialled at home."""
NUMBER_SIZE = 11
"""Type of number and up to 20 digits."""
DIALLING_SIZE = 14
"""What follows the alpha identifier: length, number, two more records."""
_SIGNS = str.maketrans("ABC", "*#p")
_NIBBLES = str.maketrans("*#p", "ABC")
EMERGENCY = {
    0x01: "police",
    0x02: "ambulance",
    0x04: "fire brigade",
    0x08: "marine guard",
    0x10: "mountain rescue",
    0x20: "manually initiated eCall",
    0x40: "automatically initiated eCall",
}


def decode_number(data: bytes) -> dict[str, Any]:
    """Type of number and digits: `number` with + for international ones, `type` where it is neither that nor unknown.

    The signs *, # and p (pause) stand for themselves, D is any digit.
    """
    kind, dialled = data[0], swapped(data[1:]).rstrip("F")
    if "F" in dialled:
        raise ContentError(f"digits after the filler in {data.hex().upper()}")
    shown = dialled.translate(_SIGNS)
    if kind in (INTERNATIONAL, UNKNOWN_TYPE):
        return {"number": "+" * (kind == INTERNATIONAL) + shown}
    return {"number": shown, "type": kind}


def encode_number(value: dict[str, Any]) -> tuple[bytes, int]:
    """Type of number with 10 bytes of digits, and how many digits there are."""
    number = value["number"]
    dialled = number.removeprefix("+").upper().replace("P", "p").translate(_NIBBLES)
    kind = value.get("type", INTERNATIONAL if number.startswith("+") else UNKNOWN_TYPE)
    if kind not in range(256) or (number.startswith("+") and kind != INTERNATIONAL):
        raise ContentError(f"no type of number {kind} for {number!r}")
    return bytes([kind]) + encode_digits(dialled, NUMBER_SIZE - 1), len(dialled)


def _decode_counted(data: bytes) -> dict[str, Any]:
    """Length of what follows in bytes, type of number, digits."""
    if is_filler(data[:1]) or not data[0]:
        if not is_filler(data[1:]):
            raise ContentError(f"a number without length: {data.hex().upper()}")
        return {"number": ""}
    if data[0] > NUMBER_SIZE or not is_filler(data[1 + data[0] :]):
        raise ContentError(f"no number of {data[0]} bytes: {data.hex().upper()}")
    return decode_number(data[1 : 1 + data[0]])


def _encode_counted(value: dict[str, Any]) -> bytes:
    if not value["number"]:
        return b"\xff" * (1 + NUMBER_SIZE)
    coded, count = encode_number(value)
    return bytes([1 + (count + 1) // 2]) + coded


counted_number = adapted(Bytes(1 + NUMBER_SIZE), _decode_counted, _encode_counted)


def name_before(after: int) -> Any:
    """An alpha identifier that leaves `after` bytes of the record."""
    return ExprAdapter(
        Bytes(this._params.size - after),
        lambda data, context: alphabets.decode_alpha(data),
        lambda name, context: alphabets.encode_alpha(name, context._params.size - after),
    )


dialling_number = Codec(
    Struct(
        "name" / name_before(DIALLING_SIZE),
        "dialled" / counted_number,
        "capability_record" / byte,
        "extension_record" / byte,
    )
)
"""A record of EF.ADN, EF.FDN, EF.SDN, EF.MSISDN, EF.LND, EF.MBDN, TS 31.102 4.2.26, 4.4.2.3."""

barred_number = Codec(
    Struct(
        "name" / name_before(DIALLING_SIZE + 1),
        "dialled" / counted_number,
        "capability_record" / byte,
        "extension_record" / byte,
        "comparison_record" / byte,
    )
)
"""A record of EF.BDN, TS 31.102 4.2.44."""

emergency_number = Codec(Struct("number" / digits(3), "name" / name_before(4), "category" / flags(EMERGENCY)))
"""A record of EF.ECC, TS 31.102 4.2.21."""

extension = Codec(
    Struct(
        "type" / one_of({0: "free", 1: "called party subaddress", 2: "additional data"}),
        "data" / Bytes(11),
        "next_record" / byte,
    )
)
"""A record of EF.EXT1 to EF.EXT8, TS 31.102 4.4.2.4."""

call_forwarding = Codec(
    Struct(
        "profile" / Int8ub,
        "active" / flags({0x01: "voice", 0x02: "fax", 0x04: "data"}),
        "dialled" / counted_number,
        "capability_record" / byte,
        "extension_record" / byte,
    )
)
"""A record of EF.CFIS, TS 31.102 4.2.64: number of the subscriber profile, what is forwarded and whereto."""

mailbox_records = Codec(
    Struct(
        "voicemail" / Int8ub,
        "fax" / Int8ub,
        "electronic_mail" / Int8ub,
        "other" / Int8ub,
        "videomail" / Optional(Int8ub),
    )
)
"""A record of EF.MBI, TS 31.102 4.2.62: records of EF.MBDN, 0 for none."""

_DIALLED = ("ADN", "FDN", "SDN", "MSISDN", "LND", "MBDN")
CODECS = {
    **{f"EF.{name}": dialling_number for name in _DIALLED},
    **{f"EF.EXT{number}": extension for number in range(1, 9)},
    "EF.BDN": barred_number,
    "EF.ECC": emergency_number,
    "EF.CFIS": call_forwarding,
    "EF.MBI": mailbox_records,
}
