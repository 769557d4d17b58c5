"""Where the device was registered last, and how it may use the network (TS 31.102 4.2 and 4.4.11)."""

from __future__ import annotations

from collections.abc import Iterable

from construct import BitStruct, Bytes, Flag, Int8ub, Int16ub, Int24ub, Optional, Padding, Struct

from apdu.ef.codec import Codec
from apdu.ef.error import ContentError
from apdu.ef.shapes import adapted, flags, one_of, plmn, triple

UPDATED, NOT_UPDATED = "updated", "not updated"
CLASSES = 16

location_status = one_of({0: UPDATED, 1: NOT_UPDATED, 2: "PLMN not allowed", 3: "location area not allowed"})
routing_status = one_of({0: UPDATED, 1: NOT_UPDATED, 2: "PLMN not allowed", 3: "routing area not allowed"})
tracking_status = one_of({0: UPDATED, 1: NOT_UPDATED, 2: "roaming not allowed in this tracking area"})

MODES = {
    0x00: "normal operation",
    0x80: "type approval operations",
    0x01: "normal operation and specific facilities",
    0x81: "type approval operations and specific facilities",
    0x02: "maintenance (off line)",
    0x04: "cell test operation",
}


def _classes(bits: int) -> list[int]:
    return [number for number in range(CLASSES) if bits >> number & 1]


def _class_bits(numbers: Iterable[int]) -> int:
    chosen = set(numbers)
    if not chosen <= set(range(CLASSES)):
        raise ContentError(f"no access classes: {sorted(chosen)}")
    return sum(1 << number for number in chosen)


circuit_switched = Codec(
    Struct("tmsi" / Bytes(4), "plmn" / plmn, "lac" / Int16ub, Padding(1, b"\xff"), "status" / location_status)
)
"""EF.LOCI, TS 31.102 4.2.17."""

packet_switched = Codec(
    Struct(
        "p_tmsi" / Bytes(4),
        "signature" / Bytes(3),
        "plmn" / plmn,
        "lac" / Int16ub,
        "rac" / Int8ub,
        "status" / routing_status,
    )
)
"""EF.PSLOCI, TS 31.102 4.2.23."""

evolved = Codec(Struct("guti" / Bytes(12), "plmn" / plmn, "tac" / Int16ub, "status" / tracking_status))
"""EF.EPSLOCI, TS 31.102 4.2.91; the GUTI as in TS 24.301."""

fifth_generation = Codec(
    Struct("guti" / Bytes(13), "plmn" / plmn, "tac" / Int24ub, "status" / tracking_status)
)
"""EF.5GS3GPPLOCI, EF.5GSN3GPPLOCI, TS 31.102 4.4.11.2; the 5G-GUTI as in TS 24.501."""

access_classes = Codec(adapted(Int16ub, _classes, _class_bits), erasable=False)
"""EF.ACC, TS 31.102 4.2.15: numbers 0..15."""

administrative = Codec(
    Struct(
        "mode" / one_of(MODES),
        "features"
        / flags(
            {0x01: "ciphering indicator", 0x02: "CSG display", 0x04: "ProSe", 0x08: "extended DRX"}, Int16ub
        ),
        "mnc_length" / Optional(Int8ub),
    )
)
"""EF.AD of USIM and ISIM, TS 31.102 4.2.18, TS 31.103 4.2.5: `mnc_length` None where the file ends before it."""

start_values = Codec(Struct("cs" / Int24ub, "ps" / Int24ub))
"""EF.START-HFN, TS 31.102 4.2.51: F00000 where there is none."""

threshold = Codec(triple)
"""EF.THRESHOLD, TS 31.102 4.2.52: highest START value; None for no limit."""

unified_access_control = Codec(
    Struct("access_identities" / BitStruct(Padding(6), "mcs" / Flag, "mps" / Flag), Padding(3))
)
"""EF.UAC_AIC, TS 31.102 4.4.11.7."""

CODECS = {
    "EF.LOCI": circuit_switched,
    "EF.PSLOCI": packet_switched,
    "EF.EPSLOCI": evolved,
    "EF.5GS3GPPLOCI": fifth_generation,
    "EF.5GSN3GPPLOCI": fifth_generation,
    "EF.ACC": access_classes,
    "EF.AD": administrative,
    "EF.START-HFN": start_values,
    "EF.THRESHOLD": threshold,
    "EF.UAC_AIC": unified_access_control,
}
