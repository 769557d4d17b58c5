"""The phone book: EF.PBR, which says what its other files are, and its counters (TS 31.102 4.4.2)."""

from __future__ import annotations

from typing import Any

from construct import GreedyBytes, Int8ub, Int16ub, Int32ub, Struct

from apdu import tlv
from apdu.ef.codec import Codec
from apdu.ef.error import ContentError
from apdu.ef.shapes import adapted, flags, listed, padded_objects
from apdu.tlv import TlvError

KINDS = {0xA8: "one record for each entry", 0xA9: "linked from EF.IAP", 0xAA: "linked by its identifier"}
FILES = {
    0xC0: "ADN",
    0xC1: "IAP",
    0xC2: "EXT1",
    0xC3: "SNE",
    0xC4: "ANR",
    0xC5: "PBC",
    0xC6: "GRP",
    0xC7: "AAS",
    0xC8: "GAS",
    0xC9: "UID",
    0xCA: "EMAIL",
    0xCB: "CCP1",
    0xCC: "PURI",
}
"""Tag in EF.PBR -> file, TS 31.102 4.4.2.1."""
_FILE_TAGS = {name: tag for tag, name in FILES.items()}
_KIND_TAGS = {name: tag for tag, name in KINDS.items()}


def _decode_reference(record: bytes) -> list[dict[str, Any]]:
    try:
        return [
            {"kind": KINDS[group.tag], **_decode_file(each)}
            for group in padded_objects(record)
            for each in group.children()
        ]
    except TlvError as error:
        raise ContentError(str(error)) from error


def _decode_file(each: tlv.Tlv) -> dict[str, Any]:
    if len(each.value) not in (2, 3):
        raise ContentError(f"no file: {each.encoded.hex().upper()}")
    sfi = each.value[2] if len(each.value) == 3 else None
    return {"file": FILES[each.tag], "fid": int.from_bytes(each.value[:2], "big"), "sfi": sfi}


def _encode_reference(files: list[dict[str, Any]]) -> bytes:
    groups: dict[str, bytes] = {}
    for each in files:
        sfi = b"" if each["sfi"] is None else bytes([each["sfi"]])
        value = each["fid"].to_bytes(2, "big") + sfi
        groups[each["kind"]] = groups.get(each["kind"], b"") + tlv.encode(_FILE_TAGS[each["file"]], value)
    return b"".join(tlv.encode(_KIND_TAGS[kind], group) for kind, group in groups.items())


reference = Codec(adapted(GreedyBytes, _decode_reference, _encode_reference))
"""A record of EF.PBR: the files of one set of entries, grouped by how they belong to an entry."""

control = Codec(Struct("flags" / flags({0x01: "changed by the user", 0x02: "hidden"}), "hidden_key" / Int8ub))
"""A record of EF.PBC, TS 31.102 4.4.2.5."""

groups = Codec(listed(Int8ub, 1, b"\x00"), erasable=False)
"""A record of EF.GRP, TS 31.102 4.4.2.7: records of EF.GAS."""

index = Codec(listed(Int8ub, 1), erasable=False)
"""A record of EF.IAP, TS 31.102 4.4.2.2: records in the linked files; None for none."""

CODECS = {
    "EF.PBR": reference,
    "EF.PBC": control,
    "EF.GRP": groups,
    "EF.IAP": index,
    "EF.UID": Codec(Int16ub, erasable=False),
    "EF.PSC": Codec(Int32ub, erasable=False),
    "EF.CC": Codec(Int16ub, erasable=False),
    "EF.PUID": Codec(Int16ub, erasable=False),
}
