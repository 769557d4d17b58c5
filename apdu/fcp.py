"""The FCP template that answers SELECT and STATUS, as data (TS 102 221 11.1.1.3)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest

from apdu import tlv
from apdu.tlv import TlvError

FCP_TEMPLATE = 0x62
FILE_DESCRIPTOR, FILE_ID, DF_NAME, LIFE_CYCLE, FILE_SIZE, SHORT_FILE_ID = 0x82, 0x83, 0x84, 0x8A, 0x80, 0x88
SECURITY, SECURITY_EXPANDED = 0x8B, 0xAB
PIN_STATUS, ENABLED_MASK, KEY_REFERENCE = 0xC6, 0x90, 0x83
TRANSPARENT, LINEAR_FIXED, CYCLIC, DIRECTORY, BER_TLV = 0x01, 0x02, 0x06, 0x38, 0x39
STRUCTURES = {
    TRANSPARENT: "transparent",
    LINEAR_FIXED: "linear fixed",
    CYCLIC: "cyclic",
    DIRECTORY: "directory",
    BER_TLV: "BER-TLV",
}
LIFE_CYCLES = {
    0x01: "creation",
    0x03: "initialisation",
    **dict.fromkeys((0x04, 0x06), "deactivated"),
    **dict.fromkeys((0x05, 0x07), "activated"),
    **dict.fromkeys(range(0x0C, 0x10), "terminated"),
}
"""In words."""
SHAREABLE = 0x40
RECORDS = (LINEAR_FIXED, CYCLIC)
DEACTIVATED = (0x04, 0x06)
_SFI_IN_FID = 0x1F
_SFI_RESERVED = (0x00, 0x1F)


@dataclass(frozen=True, slots=True)
class Fcp:
    """One file. `structure`: TRANSPARENT, LINEAR_FIXED, CYCLIC, DIRECTORY, BER_TLV or what the card says instead.

    `size`: bytes of an EF, None when not told; `record_length` and `record_count`: 0 without records. `sfi`: 1..30,
    None when there is none. `security`: the value of tag 8B, EF.ARR and record. `rules`: the value of tag AB, access
    rules in place of such a reference. `life_cycle`: of ISO/IEC 7816-4 table 13. `pin_status`: the value of tag C6.
    `aid`: of an ADF.
    """

    structure: int
    fid: int | None = None
    size: int | None = None
    record_length: int = 0
    record_count: int = 0
    sfi: int | None = None
    life_cycle: int | None = None
    security: bytes = b""
    rules: bytes = b""
    pin_status: bytes = b""
    aid: bytes | None = None

    @property
    def is_directory(self) -> bool:
        """MF, DF or ADF."""
        return self.structure == DIRECTORY

    @property
    def has_records(self) -> bool:
        """Linear fixed or cyclic."""
        return self.structure in RECORDS

    @property
    def deactivated(self) -> bool:
        """Operational, deactivated."""
        return self.life_cycle in DEACTIVATED


def parse(template: bytes) -> Fcp:
    """The FCP in an answer to SELECT; TlvError when it is none."""
    outer = tlv.parse(template)
    if outer.tag != FCP_TEMPLATE:
        raise TlvError(f"tag {outer.tag:X} instead of an FCP template")
    parts = {part.tag: part.value for part in reversed(outer.children())}
    descriptor = parts.get(FILE_DESCRIPTOR, b"")
    if not descriptor:
        raise TlvError("an FCP template without file descriptor")
    fid = _number(parts.get(FILE_ID))
    return Fcp(
        structure=descriptor[0] & ~SHAREABLE,
        fid=fid,
        size=_number(parts.get(FILE_SIZE)),
        record_length=int.from_bytes(descriptor[2:4], "big"),
        record_count=descriptor[4] if len(descriptor) > 4 else 0,
        sfi=_short_file_id(parts.get(SHORT_FILE_ID), fid, descriptor[0] & ~SHAREABLE),
        life_cycle=_number(parts.get(LIFE_CYCLE)),
        security=parts.get(SECURITY, b""),
        rules=parts.get(SECURITY_EXPANDED, b""),
        pin_status=parts.get(PIN_STATUS, b""),
        aid=parts.get(DF_NAME),
    )


def pins(pin_status: bytes) -> tuple[tuple[int, bool], ...]:
    """The PIN status template DO, TS 102 221 9.5.2: key references, each with whether it is enabled; TlvError."""
    parts = tlv.parse_all(pin_status)
    mask = next((part.value for part in parts if part.tag == ENABLED_MASK), b"")
    enabled = [bool(byte << place & 0x80) for byte in mask for place in range(8)]
    references = [part.value[0] for part in parts if part.tag == KEY_REFERENCE and part.value]
    return tuple(zip_longest(references, enabled[: len(references)], fillvalue=False))


def _number(value: bytes | None) -> int | None:
    return int.from_bytes(value, "big") if value else None


def _short_file_id(value: bytes | None, fid: int | None, structure: int) -> int | None:
    """Tag 88: empty for none; without the tag it is in the file identifier, TS 102 221 11.1.1.4.8."""
    if structure == DIRECTORY or value == b"":
        return None
    sfi = value[0] >> 3 if value else (fid or 0) & _SFI_IN_FID
    return None if sfi in _SFI_RESERVED else sfi
