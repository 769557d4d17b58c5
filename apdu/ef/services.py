"""Which services there are: EF.UST, EF.IST, EF.EST and the tables that are made like them (TS 31.102 4.2.8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from construct import ExprAdapter, GreedyBytes

from apdu.ef import service_names
from apdu.ef.codec import Codec
from apdu.ef.error import ContentError


def service_table(names: Mapping[int, str]) -> Codec:
    """A list of `{"service": number, "name": in words}`; a number alone is good for encoding, too.

    Service n is bit (n-1) mod 8 + 1 of byte (n-1) div 8 + 1.
    """

    def decode(table: bytes, context: Any) -> list[dict[str, Any]]:
        numbers = (8 * at + bit + 1 for at, byte in enumerate(table) for bit in range(8) if byte >> bit & 1)
        return [{"service": number, "name": names.get(number, "")} for number in numbers]

    def encode(services: list[Any], context: Any) -> bytes:
        table = bytearray(context._params.size)
        for each in services:
            number = each["service"] if isinstance(each, dict) else each
            if not 1 <= number <= 8 * len(table):
                raise ContentError(f"service {number} does not fit into {len(table)} bytes")
            table[(number - 1) // 8] |= 1 << (number - 1) % 8
        return bytes(table)

    return Codec(ExprAdapter(GreedyBytes, decode, encode), erasable=False)


CODECS = {
    "EF.UST": service_table(service_names.USIM),
    "EF.IST": service_table(service_names.ISIM),
    "EF.EST": service_table(service_names.ENABLED),
    "EF.MST": service_table({}),
    "EF.VST": service_table({}),
    "EF.5G_PROSE_ST": service_table({}),
}
