"""Calls made and taken, and groups that are called: EF.ICI, EF.OCI, EF.VGCS, EF.CMI, EF.NIA (TS 31.102 4.2)."""

from __future__ import annotations

from typing import Any

from construct import Bytes, Int8ub, Int24ub, Struct

from apdu.ef.codec import Codec
from apdu.ef.digits import from_swapped, swapped
from apdu.ef.error import ContentError
from apdu.ef.numbers import counted_number, name_before
from apdu.ef.operator import alpha
from apdu.ef.shapes import adapted, byte, digits, flags, is_filler, listed, one_of

TIME_SIZE = 7
INCOMING, OUTGOING = 28, 27
"""What follows the alpha identifier."""
NEGATIVE = 0x08
_QUARTERS = 4


def _decode_time(data: bytes) -> str | None:
    """Time stamp of TS 23.040 9.2.3.11: `2024-05-31 23:59:01 +02:00`; the year is of this century."""
    if is_filler(data):
        return None
    found = swapped(data)
    sign = "-" if data[-1] & NEGATIVE else "+"
    zone = f"{data[-1] & 0x07}{data[-1] >> 4:X}"
    if not (found[:12] + zone).isdecimal():
        raise ContentError(f"no time: {data.hex().upper()}")
    hours, quarters = divmod(int(zone), _QUARTERS)
    year, month, day, hour, minute, second = (found[at : at + 2] for at in range(0, 12, 2))
    return f"20{year}-{month}-{day} {hour}:{minute}:{second} {sign}{hours:02}:{15 * quarters:02}"


def _encode_time(text: str | None) -> bytes:
    if text is None:
        return b"\xff" * TIME_SIZE
    date, time, zone = text.split(" ")
    quarters = _QUARTERS * int(zone[1:3]) + int(zone[4:6]) // 15
    figures = (date.removeprefix("20") + time).replace("-", "").replace(":", "")
    if len(figures) != 12 or not figures.isdecimal() or not 0 <= quarters < 80 or zone[:1] not in ("+", "-"):
        raise ContentError(f"no time: {text!r}")
    last = (quarters % 10) << 4 | quarters // 10 | (NEGATIVE if zone.startswith("-") else 0)
    return from_swapped(figures) + bytes([last])


time = adapted(Bytes(TIME_SIZE), _decode_time, _encode_time)


def _call(after: int, **more: Any) -> Codec:
    return Codec(
        Struct(
            "name" / name_before(after),
            "dialled" / counted_number,
            "capability_record" / byte,
            "extension_record" / byte,
            "time" / time,
            "duration" / Int24ub,
            **more,
            link=Bytes(3),
        )
    )


incoming_call = _call(INCOMING, status=one_of({0: "answered", 1: "not answered"}))
"""A record of EF.ICI, TS 31.102 4.2.33: seconds; the link is to an entry of the phone book."""

outgoing_call = _call(OUTGOING)
"""A record of EF.OCI, TS 31.102 4.2.34."""

comparison_method = Codec(
    Struct("name" / name_before(1), "identifier" / Int8ub),
)
"""A record of EF.CMI, TS 31.102 4.2.49: how EF.BDN compares."""

alerting = Codec(Struct("category" / Int8ub, "text" / alpha))
"""A record of EF.NIA, TS 31.102 4.2.74."""

group_identifiers = Codec(listed(digits(4), 4), erasable=False)
"""EF.VGCS, EF.VBS, TS 31.102 4.2.73: identifiers of groups."""

investigation_scan = Codec(flags({1: "in limited service", 2: "after selecting a network"}))
"""EF.InvScan, TS 31.102 4.4.3.4."""

CODECS = {
    "EF.ICI": incoming_call,
    "EF.OCI": outgoing_call,
    "EF.CMI": comparison_method,
    "EF.NIA": alerting,
    "EF.VGCS": group_identifiers,
    "EF.VBS": group_identifiers,
    "EF.InvScan": investigation_scan,
}
