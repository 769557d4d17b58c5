"""What the operator calls itself and lets the device use: EF.SPN, EF.PNN, EF.ACL (TS 31.102 4.2)."""

from __future__ import annotations

from typing import Any

from construct import BitStruct, Flag, GreedyBytes, Padding, Struct

from apdu import tlv
from apdu.ef import alphabets
from apdu.ef.codec import Codec
from apdu.ef.error import ContentError
from apdu.ef.shapes import adapted, data_objects, padded_objects
from apdu.tlv import TlvError

alpha = adapted(GreedyBytes, alphabets.decode_alpha, alphabets.encode_alpha)
"""An alpha identifier that goes to the end of the file."""

EXTENDED, UCS2_SCHEME, ADD_COUNTRY, SPARE_BITS = 0x80, 0x10, 0x08, 0x07
_SCHEMES = 0x70
APN_OBJECT = 0xDD
LABEL_MAX = 63


def _decode_network_name(data: bytes) -> dict[str, Any]:
    """Network Name, TS 24.008 10.5.3.5a: coding scheme, whether the country is put before it, packed characters."""
    if not data or not data[0] & EXTENDED:
        raise ContentError(f"no network name: {data.hex().upper()}")
    scheme = data[0] & _SCHEMES
    if scheme == UCS2_SCHEME:
        name = data[1:].decode("utf-16-be")
    elif scheme:
        raise ContentError(f"network name in coding scheme {scheme >> 4}")
    else:
        name = alphabets.decode_default(alphabets.unpack(data[1:], data[0] & SPARE_BITS))
    return {"name": name, "add_country_initials": bool(data[0] & ADD_COUNTRY)}


def _encode_network_name(value: dict[str, Any]) -> bytes:
    name, country = value["name"], ADD_COUNTRY if value["add_country_initials"] else 0
    if not alphabets.in_default_alphabet(name):
        return bytes([EXTENDED | UCS2_SCHEME | country]) + alphabets.encode_ucs2(name)
    codes = alphabets.encode_default(name)
    packed = alphabets.pack(codes)
    return bytes([EXTENDED | country | 8 * len(packed) - 7 * len(codes)]) + packed


def _decode_access_points(data: bytes) -> list[str]:
    """Their number, then an object for each, its labels with their lengths, TS 23.003 9.1."""
    count, end = data[0], 1
    for _ in range(count):
        _, _, end = _object_at(data, end)
    found = padded_objects(data[1:end])
    if [each.tag for each in found] != [APN_OBJECT] * count or data[end:].strip(b"\xff"):
        raise ContentError(f"not {count} access point names")
    return [_decode_labels(each.value) for each in found]


def _object_at(data: bytes, offset: int) -> tuple[int, int, int]:
    try:
        return tlv.read(data, offset)
    except TlvError as error:
        raise ContentError(str(error)) from error


def _encode_access_points(names: list[str]) -> bytes:
    return bytes([len(names)]) + b"".join(tlv.encode(APN_OBJECT, _encode_labels(name)) for name in names)


def _decode_labels(data: bytes) -> str:
    labels, at = [], 0
    while at < len(data):
        size = data[at]
        labels.append(data[at + 1 : at + 1 + size].decode("ascii"))
        at += 1 + size
    if at != len(data) or "" in labels:
        raise ContentError(f"no access point name: {data.hex().upper()}")
    return ".".join(labels)


def _encode_labels(name: str) -> bytes:
    if not name:
        return b""
    labels = [label.encode("ascii") for label in name.split(".")]
    if any(not 1 <= len(label) <= LABEL_MAX for label in labels):
        raise ContentError(f"no access point name: {name!r}")
    return b"".join(bytes([len(label)]) + label for label in labels)


service_provider_name = Codec(
    Struct(
        "display" / BitStruct(Padding(6), "hide_name_when_roaming" / Flag, "show_network_at_home" / Flag),
        "name" / alpha,
    )
)
"""EF.SPN, TS 31.102 4.2.12."""

_name = adapted(GreedyBytes, _decode_network_name, _encode_network_name)
network_name = Codec(
    data_objects({0x43: ("full", _name), 0x45: ("short", _name), 0x80: ("additional", GreedyBytes)})
)
"""A record of EF.PNN, TS 31.102 4.2.58."""

access_points = Codec(adapted(GreedyBytes, _decode_access_points, _encode_access_points))
"""EF.ACL, TS 31.102 4.2.48: access point names; "" stands for the one that the network provides."""

text = Codec(alpha)
"""An alpha identifier and nothing else."""

CODECS = {
    "EF.SPN": service_provider_name,
    "EF.PNN": network_name,
    "EF.ACL": access_points,
    "EF.AAS": text,
    "EF.GAS": text,
}
