"""How the subscriber stays unknown to listeners: EF.SUCI_Calc_Info, EF.Routing_Indicator (TS 31.102 4.4.11)."""

from __future__ import annotations

from typing import Any

from construct import GreedyBytes, Int8ub, Padding, Struct

from apdu import tlv
from apdu.ef.codec import Codec
from apdu.ef.error import ContentError
from apdu.ef.shapes import adapted, data_objects, digits, listed, one_of, utf8
from apdu.tlv import TlvError

SCHEMES = {0: "null", 1: "profile A", 2: "profile B"}
KEY_IDENTIFIER, PUBLIC_KEY = 0x80, 0x81


def _decode_keys(data: bytes) -> list[dict[str, Any]]:
    """Identifier and key by turns."""
    try:
        found = tlv.parse_all(data)
    except TlvError as error:
        raise ContentError(str(error)) from error
    tags = [each.tag for each in found]
    if tags != [KEY_IDENTIFIER, PUBLIC_KEY] * (len(found) // 2) or any(
        len(each.value) != 1 for each in found[::2]
    ):
        raise ContentError("no list of public keys")
    return [
        {"identifier": identifier.value[0], "key": key.value}
        for identifier, key in zip(found[::2], found[1::2], strict=True)
    ]


def _encode_keys(keys: list[dict[str, Any]]) -> bytes:
    return b"".join(
        tlv.encode(KEY_IDENTIFIER, bytes([key["identifier"]])) + tlv.encode(PUBLIC_KEY, key["key"])
        for key in keys
    )


suci_calculation = Codec(
    data_objects(
        {
            0xA0: ("schemes", listed(Struct("scheme" / one_of(SCHEMES), "key" / Int8ub), 2)),
            0xA1: ("keys", adapted(GreedyBytes, _decode_keys, _encode_keys)),
        }
    )
)
"""EF.SUCI_Calc_Info, TS 31.102 4.4.11.8.

`schemes`: the preferred one first, each with the place of its key in `keys`, from 1; 0 for the null scheme. `keys`:
identifier and public key of the home network, 32 bytes for profile A, a point for profile B.
"""

routing_indicator = Codec(Struct("digits" / digits(2), Padding(2, b"\xff")))
"""EF.Routing_Indicator, TS 31.102 4.4.11.11: 1 to 4 digits."""

supi_nai = Codec(
    data_objects(
        {0x80: ("network_specific", utf8), 0x81: ("global_line", utf8), 0x82: ("global_cable", utf8)}
    )
)
"""EF.SUPI_NAI, TS 31.102 4.4.11.10: SUPI of type NSI, GLI or GCI."""

CODECS = {
    "EF.SUCI_Calc_Info": suci_calculation,
    "EF.Routing_Indicator": routing_indicator,
    "EF.SUPI_NAI": supi_nai,
}
