"""Short messages and cell broadcast: EF.SMSP, EF.SMS, EF.SMSS, EF.SMSR, EF.CBMI (TS 31.102 4.2, TS 23.040 9.2)."""

from __future__ import annotations

from typing import Any

from construct import Bytes, GreedyBytes, Int8ub, Int16ub, Int24ub, Optional, Struct

from apdu.ef.codec import Codec
from apdu.ef.error import ContentError
from apdu.ef.numbers import NUMBER_SIZE, counted_number, decode_number, encode_number, name_before
from apdu.ef.shapes import adapted, listed, one_object, one_of, utf8, word

PARAMETERS_SIZE = 28
DESTINATION, SERVICE_CENTRE, PROTOCOL, CODING, VALIDITY = 0x01, 0x02, 0x04, 0x08, 0x10
_ALL_ABSENT = 0xFF
HOUR, DAY, WEEK = 60, 24 * 60, 7 * 24 * 60
# Validity period, TS 23.040 9.2.3.12.1: first value of a range, minutes it means, minutes that each further one adds.
VALIDITY_RANGES = ((197, 5 * WEEK, WEEK), (168, 2 * DAY, DAY), (144, 12 * HOUR + 30, 30), (0, 5, 5))
STATUS = {
    0x00: "free",
    0x01: "read",
    0x03: "unread",
    0x05: "sent",
    0x07: "to be sent",
    0x0D: "sent, status report requested",
    0x15: "sent, status report requested, not stored",
    0x1D: "sent, status report stored",
}


def minutes_of(value: int) -> int:
    """Minutes that a validity period of one byte means."""
    first, start, step = next(each for each in VALIDITY_RANGES if value >= each[0])
    return start + (value - first) * step


def validity_of(minutes: int) -> int:
    """The validity period of so many minutes; ContentError for a number that none means."""
    values = {minutes_of(value): value for value in range(256)}
    if minutes not in values:
        raise ContentError(f"no validity period means {minutes} minutes")
    return values[minutes]


def _decode_address(data: bytes) -> dict[str, Any]:
    """Address of a short message: the number of digits, type of number, digits, TS 23.040 9.1.2.5."""
    size = 1 + (data[0] + 1) // 2
    if size > NUMBER_SIZE:
        raise ContentError(f"no address of {data[0]} digits")
    return decode_number(data[1 : 1 + size])


def _encode_address(value: dict[str, Any]) -> bytes:
    coded, count = encode_number(value)
    return bytes([count]) + coded


_parameters = Struct(
    "indicators" / Int8ub,
    "destination" / Bytes(1 + NUMBER_SIZE),
    "service_centre" / Bytes(1 + NUMBER_SIZE),
    "protocol_identifier" / Int8ub,
    "data_coding_scheme" / Int8ub,
    "validity_period" / Int8ub,
)
_ADDRESS = adapted(Bytes(1 + NUMBER_SIZE), _decode_address, _encode_address)
_MEANINGS = {
    "destination": (DESTINATION, _ADDRESS.parse, _ADDRESS.build, b"\xff" * (1 + NUMBER_SIZE)),
    "service_centre": (
        SERVICE_CENTRE,
        counted_number.parse,
        counted_number.build,
        b"\xff" * (1 + NUMBER_SIZE),
    ),
    "protocol_identifier": (PROTOCOL, int, int, 0xFF),
    "data_coding_scheme": (CODING, int, int, 0xFF),
    "validity_period": (VALIDITY, minutes_of, validity_of, 0xFF),
}
"""Parameter -> its indicator bit (0: it is there), how it is decoded and encoded, what stands where it is absent."""


def _decode_parameters(parsed: Any) -> dict[str, Any]:
    return {
        name: decode(parsed[name])
        for name, (bit, decode, _, _) in _MEANINGS.items()
        if not parsed.indicators & bit
    }


def _encode_parameters(values: dict[str, Any]) -> dict[str, Any]:
    unknown = set(values) - set(_MEANINGS)
    if unknown:
        raise ContentError(f"no parameters: {', '.join(sorted(unknown))}")
    built = {
        name: encode(values[name]) if name in values else absent
        for name, (_, _, encode, absent) in _MEANINGS.items()
    }
    present = sum(_MEANINGS[name][0] for name in values)
    return {**built, "indicators": _ALL_ABSENT & ~present}


parameters = Codec(
    Struct(
        "name" / name_before(PARAMETERS_SIZE),
        "parameters" / adapted(_parameters, _decode_parameters, _encode_parameters),
    )
)
"""A record of EF.SMSP, TS 31.102 4.2.27: only the parameters that are there; the validity period in minutes."""


def _decode_message(data: bytes) -> dict[str, Any]:
    """Service centre as in TS 24.011, then the TPDU of TS 23.040; what is behind it is filled with FF."""
    size = data[0]
    if size > NUMBER_SIZE or size == 1:
        raise ContentError(f"no service centre of {size} bytes")
    centre = decode_number(data[1 : 1 + size]) if size else {"number": ""}
    return {"service_centre": centre, "tpdu": data[1 + size :].rstrip(b"\xff")}


def _encode_message(value: dict[str, Any]) -> bytes:
    centre = b"\x00"
    if value["service_centre"]["number"]:
        coded, count = encode_number(value["service_centre"])
        size = 1 + (count + 1) // 2
        centre = bytes([size]) + coded[:size]
    built: bytes = centre + value["tpdu"]
    return built


def _decode_stored(data: bytes) -> dict[str, Any]:
    status = one_of(STATUS).parse(data[:1])
    if not data[1:].strip(b"\xff"):
        return {"status": status}
    return {"status": status, **_decode_message(data[1:])}


def _encode_stored(value: dict[str, Any]) -> bytes:
    status: bytes = one_of(STATUS).build(value["status"])
    return status + (_encode_message(value) if "tpdu" in value else b"")


stored_message = Codec(adapted(GreedyBytes, _decode_stored, _encode_stored))
"""A record of EF.SMS, TS 31.102 4.2.25; a TPDU whose last bytes are FF loses them."""

message_status = Codec(
    Struct("last_reference" / Int8ub, "capacity" / one_of({0xFF: "available", 0xFE: "exceeded"})),
    erasable=False,
)
"""EF.SMSS, TS 31.102 4.2.9: last message reference used, and whether a message found no room."""

status_report = Codec(Struct("record" / Int8ub, "report" / Bytes(29)))
"""A record of EF.SMSR, TS 31.102 4.2.32: the record of EF.SMS it belongs to, 0 for none, and the status report."""

message_identifiers = Codec(listed(Int16ub, 2), erasable=False)
"""EF.CBMI, EF.CBMID, TS 31.102 4.2.14: identifiers of cell broadcast messages; None for a free place."""

message_ranges = Codec(listed(Struct("first" / Int16ub, "last" / word), 4), erasable=False)
"""EF.CBMIR, TS 31.102 4.2.22."""

waiting = Codec(
    Struct(
        "indicated" / Int8ub,
        "voicemail" / Int8ub,
        "fax" / Int8ub,
        "electronic_mail" / Int8ub,
        "other" / Int8ub,
        "videomail" / Optional(Int8ub),
    )
)
"""A record of EF.MWIS, TS 31.102 4.2.63: which kinds wait as bits, and how many of each."""

units = Codec(Int24ub, erasable=False)
"""EF.ACM, EF.ACMmax and the call timers, TS 31.102 4.2.9 to 4.2.11: 3 bytes."""

public_service_identity = Codec(one_object(0x80, utf8))
"""A record of EF.PSISMSC, TS 31.102 4.5.9: the URI of the service centre."""

CODECS = {
    "EF.SMSP": parameters,
    "EF.SMS": stored_message,
    "EF.SMSS": message_status,
    "EF.SMSR": status_report,
    "EF.CBMI": message_identifiers,
    "EF.CBMID": message_identifiers,
    "EF.CBMIR": message_ranges,
    "EF.MWIS": waiting,
    "EF.ACM": units,
    "EF.ACMmax": units,
    "EF.ICT": units,
    "EF.OCT": units,
    "EF.PSISMSC": public_service_identity,
}
