"""The FCP template `62` that answers SELECT and STATUS, TS 102 221 11.1.1.3 and 11.1.1.4.

Basebands are strict about the order, so it is fixed here: 82, 83 or 84, A5, 8A, 8B (or 8C or AB), 80, 88, C6.
"""

from __future__ import annotations

from apdu import tlv
from euicc.uicc.filesystem import Df, Ef, File, FileKind
from euicc.uicc.profile_data import UNIVERSAL_PIN
from euicc.uicc.uicc import Uicc

FCP_TEMPLATE = 0x62
FILE_DESCRIPTOR = 0x82
FILE_ID = 0x83
DF_NAME = 0x84
PROPRIETARY = 0xA5
LIFE_CYCLE = 0x8A
FILE_SIZE = 0x80
SHORT_FILE_ID = 0x88
PIN_STATUS = 0xC6

# Inside A5
UICC_CHARACTERISTICS = 0x80
AVAILABLE_MEMORY = 0x83
FILE_DETAILS = 0x84
RESERVED_SIZE = 0x85
MAXIMUM_SIZE = 0x86
SUPPORTED_SYSTEM_COMMANDS = 0x87
SPECIAL_FILE_INFORMATION = 0xC0

# Inside C6
PIN_STATUS_MASK = 0x90
USAGE_QUALIFIER = 0x95
KEY_REFERENCE = 0x83
NOT_IN_USE, IN_USE = b"\x00", b"\x08"
"""Usage qualifier of the universal PIN: 08 when it replaces the application PIN, TS 102 221 9.5.2."""

SHAREABLE = 0x40
DATA_CODING = 0x21
DESCRIPTOR = {
    FileKind.MF: 0x38,
    FileKind.DF: 0x38,
    FileKind.ADF: 0x38,
    FileKind.TRANSPARENT: 0x01,
    FileKind.LINEAR_FIXED: 0x02,
    FileKind.CYCLIC: 0x06,
    FileKind.BER_TLV: 0x39,
}
CLOCK_STOP_ALLOWED_CLASSES_A_B_C = b"\x71"
TERMINAL_CAPABILITY_SUPPORTED = b"\x01"
DER_CODING = b"\x01"
MOST_RECORDS = 0xFF
"""The record count of tag 82 is one byte."""


def template(file: File, uicc: Uicc) -> bytes:
    """FCP of a file, TS 102 221 11.1.1.3, with the PIN status as it is now."""
    return uicc.template(file, _build)


def _build(file: File, uicc: Uicc) -> bytes:
    if isinstance(file, Ef):
        return tlv.encode(FCP_TEMPLATE, *_of_ef(file, uicc))
    return tlv.encode(FCP_TEMPLATE, *_of_df(file, uicc))


def _of_ef(ef: Ef, uicc: Uicc) -> list[bytes]:
    return [
        tlv.encode(FILE_DESCRIPTOR, _descriptor(ef), _record_part(ef, uicc)),
        tlv.encode(FILE_ID, ef.fid.to_bytes(2, "big")),
        _proprietary_of_ef(ef, uicc),
        tlv.encode(LIFE_CYCLE, bytes([uicc.lcsi(ef)])),
        _security(ef),
        tlv.encode(FILE_SIZE, _number(uicc.size(ef))),
        tlv.encode(SHORT_FILE_ID, bytes([ef.sfi << 3]) if ef.sfi is not None else b""),
    ]


def _of_df(df: Df, uicc: Uicc) -> list[bytes]:
    name = tlv.encode(DF_NAME, df.aid) if df.aid else tlv.encode(FILE_ID, df.fid.to_bytes(2, "big"))
    return [
        tlv.encode(FILE_DESCRIPTOR, _descriptor(df)),
        name,
        _proprietary_of_df(df),
        tlv.encode(LIFE_CYCLE, bytes([uicc.lcsi(df)])),
        _security(df),
        pin_status_template(df, uicc),
    ]


def _descriptor(file: File) -> bytes:
    return bytes([DESCRIPTOR[file.kind] | (SHAREABLE if file.shareable else 0), DATA_CODING])


def _record_part(ef: Ef, uicc: Uicc) -> bytes:
    if not ef.kind.has_records:
        return b""
    return ef.body.record_length.to_bytes(2, "big") + bytes([min(uicc.record_count(ef), MOST_RECORDS)])


def _number(value: int) -> bytes:
    """Sizes take two bytes, more only when they must."""
    return value.to_bytes(max(2, (value.bit_length() + 7) // 8), "big")


def _security(file: File) -> bytes:
    return tlv.encode(file.security_format, file.security) if file.security else b""


def _proprietary_of_ef(ef: Ef, uicc: Uicc) -> bytes:
    """`A5` of an EF, TS 102 221 11.1.1.4.6: absent when there is nothing to say."""
    parts = []
    if ef.kind is FileKind.BER_TLV:
        parts.append(tlv.encode(AVAILABLE_MEMORY, _number(_available(ef, uicc))))
        parts.append(tlv.encode(FILE_DETAILS, DER_CODING))
        parts.append(tlv.encode(RESERVED_SIZE, _number(ef.reserved_size)))
        if ef.maximum_size is not None:
            parts.append(tlv.encode(MAXIMUM_SIZE, _number(ef.maximum_size)))
    if ef.special:
        parts.append(tlv.encode(SPECIAL_FILE_INFORMATION, bytes([ef.special])))
    return tlv.encode(PROPRIETARY, *parts) if parts else b""


def _available(ef: Ef, uicc: Uicc) -> int:
    """Bytes that further objects of a BER-TLV EF may take, tags and lengths included."""
    used = uicc.size(ef)
    room = uicc.free_memory() + max(0, ef.reserved_size - used)
    return room if ef.maximum_size is None else min(room, ef.maximum_size - used)


def _proprietary_of_df(df: Df) -> bytes:
    """`A5` of a DF; that of the MF announces TERMINAL CAPABILITY, TS 102 221 11.1.1.4.6.7."""
    parts = [tlv.encode(UICC_CHARACTERISTICS, CLOCK_STOP_ALLOWED_CLASSES_A_B_C)]
    if df.kind is FileKind.MF:
        parts.append(tlv.encode(SUPPORTED_SYSTEM_COMMANDS, TERMINAL_CAPABILITY_SUPPORTED))
    if df.special:
        parts.append(tlv.encode(SPECIAL_FILE_INFORMATION, bytes([df.special])))
    return tlv.encode(PROPRIETARY, *parts)


def pin_status_template(df: Df, uicc: Uicc) -> bytes:
    """PIN status template DO, TS 102 221 9.5.2: bit 8 of the mask belongs to the first key reference."""
    mask = bytearray(max(1, (len(df.pin_keys) + 7) // 8))
    references = []
    for position, reference in enumerate(df.pin_keys):
        pin = uicc.pins.find(reference, df)
        if pin is None or pin.enabled:
            mask[position // 8] |= 0x80 >> position % 8
        if reference == UNIVERSAL_PIN:
            references.append(tlv.encode(USAGE_QUALIFIER, _use_of_universal_pin(df, uicc)))
        references.append(tlv.encode(KEY_REFERENCE, bytes([reference])))
    return tlv.encode(PIN_STATUS, tlv.encode(PIN_STATUS_MASK, bytes(mask)), *references)


def _use_of_universal_pin(df: Df, uicc: Uicc) -> bytes:
    replaced = uicc.pins.application_pin(df)
    return IN_USE if replaced is not None and replaced.replaced else NOT_IN_USE
