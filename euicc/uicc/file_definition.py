"""The FCP template of CREATE FILE, and the file that it describes, TS 102 222 6.3.

Objects may stand in any order, each once. An ADF cannot be created like this: applications are installed.
"""

from __future__ import annotations

from collections.abc import Callable

from apdu import StatusError, status, tlv
from apdu.tlv import TlvError
from euicc.isdp.content import ERASED, Content, expand, fill_pattern, repeat_pattern
from euicc.uicc import fcp
from euicc.uicc.filesystem import (
    CURRENT_ADF_FID,
    MF_FID,
    SECURITY_COMPACT,
    SECURITY_EXPANDED,
    SECURITY_REFERENCED,
    Body,
    Df,
    Ef,
    File,
    FileKind,
)

TOTAL_SIZE = 0x81
SECURITY_FORMATS = frozenset((SECURITY_REFERENCED, SECURITY_COMPACT, SECURITY_EXPANDED))
FILL_PATTERN = 0xC1
REPEAT_PATTERN = 0xC2

SHAREABLE = 0x40
KINDS = {descriptor: kind for kind, descriptor in fcp.DESCRIPTOR.items()} | {0x38: FileKind.DF}
"""Descriptor byte without its shareable bit -> what the file is."""
DESCRIPTOR_LENGTHS = {
    FileKind.DF: 2,
    FileKind.TRANSPARENT: 2,
    FileKind.BER_TLV: 2,
    FileKind.LINEAR_FIXED: 4,
    FileKind.CYCLIC: 4,
}
EF_OBJECTS = frozenset(
    (
        fcp.FILE_DESCRIPTOR,
        fcp.FILE_ID,
        fcp.PROPRIETARY,
        fcp.LIFE_CYCLE,
        *SECURITY_FORMATS,
        fcp.FILE_SIZE,
        TOTAL_SIZE,
        fcp.SHORT_FILE_ID,
    )
)
DF_OBJECTS = (EF_OBJECTS - {fcp.FILE_SIZE, fcp.SHORT_FILE_ID}) | {fcp.PIN_STATUS}
NEEDED = frozenset((fcp.FILE_DESCRIPTOR, fcp.FILE_ID, fcp.LIFE_CYCLE))
RESERVED_FIDS = frozenset((MF_FID, CURRENT_ADF_FID, 0x3FFF, 0xFFFF))
INITIAL_LIFE_CYCLES = frozenset((0x01, 0x03, 0x04, 0x05))
"""Creation, initialisation, operational deactivated and activated."""
RECORDS_MAX = 254
LONGEST_SIZE = 4
SFIS = range(1, 31)
SFI_OF_FID = 0x1F

Objects = dict[int, bytes]


def build(template: bytes) -> File:
    """The file that the value of an FCP template describes, on its own and with its first content.

    StatusError: 6A80 for what is wrong or missing in the template, 6A81 for what this card has not.
    """
    objects = _objects(template)
    if fcp.DF_NAME in objects:
        raise StatusError(status.FUNCTION_NOT_SUPPORTED)
    if not objects.keys() >= NEEDED or len(objects.keys() & SECURITY_FORMATS) != 1:
        raise _wrong()
    kind, record_length = _descriptor(objects[fcp.FILE_DESCRIPTOR])
    file = _df(objects) if kind is FileKind.DF else _ef(objects, kind, record_length)
    file.shareable = bool(objects[fcp.FILE_DESCRIPTOR][0] & SHAREABLE)
    file.security_format, file.security = _security(objects)
    return file


def objects_of(template: bytes) -> tuple[Objects, Objects]:
    """The values in an FCP template by tag, and those in its proprietary information; StatusError 6A80."""
    objects = _objects(template)
    return objects, _proprietary(objects)


def without_derived_sfi(template: bytes) -> bytes:
    """The same template of an EF with no SFI, where another EF has the one derived from the file identifier.

    StatusError 6A80 when the template itself asks for that SFI.
    """
    if fcp.SHORT_FILE_ID in _objects(template):
        raise _wrong()
    return template + tlv.encode(fcp.SHORT_FILE_ID)


def _objects(template: bytes) -> Objects:
    try:
        parsed = tlv.parse_all(template)
    except TlvError:
        raise _wrong() from None
    objects = {each.tag: each.value for each in parsed}
    if len(objects) != len(parsed):
        raise _wrong()
    return objects


def _descriptor(value: bytes) -> tuple[FileKind, int]:
    """What the file is, and the length of its records."""
    kind = KINDS.get(value[0] & ~SHAREABLE) if value else None
    if kind is None or len(value) != DESCRIPTOR_LENGTHS[kind]:
        raise _wrong()
    record_length = int.from_bytes(value[2:], "big")
    if kind.has_records and not record_length:
        raise _wrong()
    return kind, record_length


def _df(objects: Objects) -> Df:
    if objects.keys() - DF_OBJECTS or fcp.PIN_STATUS not in objects:
        raise _wrong()
    return Df(
        _fid(objects),
        FileKind.DF,
        pin_keys=_pin_keys(objects[fcp.PIN_STATUS]),
        lcsi=_life_cycle(objects),
        special=_special(_proprietary(objects)),
    )


def _ef(objects: Objects, kind: FileKind, record_length: int) -> Ef:
    if objects.keys() - EF_OBJECTS or fcp.FILE_SIZE not in objects:
        raise _wrong()
    size, proprietary = number(objects[fcp.FILE_SIZE]), _proprietary(objects)
    if kind is not FileKind.BER_TLV:
        check_size(kind, record_length, size)
    return Ef(
        _fid(objects),
        kind,
        _body(kind, record_length, size, proprietary),
        sfi=_sfi(objects),
        lcsi=_life_cycle(objects),
        special=_special(proprietary),
        reserved_size=size if kind is FileKind.BER_TLV else 0,
        maximum_size=_maximum_size(kind, size, proprietary),
    )


def check_size(kind: FileKind, record_length: int, size: int) -> None:
    """StatusError 6A80 for a size that an EF with a body of bytes or records cannot have."""
    if not size or (kind.has_records and (size % record_length or size // record_length > RECORDS_MAX)):
        raise _wrong()


def pattern(proprietary: Objects) -> Content:
    """What the body is filled with: C1 or C2 of the proprietary information, otherwise FF. StatusError 6A80."""
    given = [(read, proprietary[tag]) for tag, read in PATTERNS.items() if tag in proprietary]
    if len(given) > 1 or any(not value for _, value in given):
        raise _wrong()
    return given[0][0](given[0][1]) if given else ERASED


PATTERNS: dict[int, Callable[[bytes], Content]] = {FILL_PATTERN: fill_pattern, REPEAT_PATTERN: repeat_pattern}


def _body(kind: FileKind, record_length: int, size: int, proprietary: Objects) -> Body:
    if kind is FileKind.BER_TLV:
        return Body(b"")
    return Body(expand(pattern(proprietary), record_length or size, size), record_length)


def number(value: bytes) -> int:
    """A size of 1 to 4 bytes; StatusError 6A80."""
    if not 1 <= len(value) <= LONGEST_SIZE:
        raise _wrong()
    return int.from_bytes(value, "big")


def _proprietary(objects: Objects) -> Objects:
    return _objects(objects.get(fcp.PROPRIETARY, b""))


def _maximum_size(kind: FileKind, reserved: int, proprietary: Objects) -> int | None:
    if fcp.MAXIMUM_SIZE not in proprietary:
        return None
    maximum = number(proprietary[fcp.MAXIMUM_SIZE])
    if kind is not FileKind.BER_TLV or maximum < max(1, reserved):
        raise _wrong()
    return maximum


def _special(proprietary: Objects) -> int:
    value = proprietary.get(fcp.SPECIAL_FILE_INFORMATION, b"\x00")
    if len(value) != 1:
        raise _wrong()
    return value[0]


def _fid(objects: Objects) -> int:
    value = objects[fcp.FILE_ID]
    fid = int.from_bytes(value, "big")
    if len(value) != 2 or fid in RESERVED_FIDS:
        raise _wrong()
    return fid


def _sfi(objects: Objects) -> int | None:
    """The SFI in tag 88, none when that is empty; without the tag the low bits of the file identifier."""
    value = objects.get(fcp.SHORT_FILE_ID)
    if value is None:
        derived = _fid(objects) & SFI_OF_FID
        return derived if derived in SFIS else None
    if not value:
        return None
    if len(value) != 1 or value[0] & 0x07 or value[0] >> 3 not in SFIS:
        raise _wrong()
    return value[0] >> 3


def _security(objects: Objects) -> tuple[int, bytes]:
    """Tag and value of the security attributes; a reference is FID and record, or FID and pairs with environments."""
    tag = next(tag for tag in SECURITY_FORMATS if tag in objects)
    value = objects[tag]
    if tag == SECURITY_REFERENCED and len(value) != 3 and (len(value) < 4 or len(value) % 2):
        raise _wrong()
    return tag, value


def _life_cycle(objects: Objects) -> int:
    value = objects[fcp.LIFE_CYCLE]
    if len(value) != 1 or value[0] not in INITIAL_LIFE_CYCLES:
        raise _wrong()
    return value[0]


def _pin_keys(template: bytes) -> bytes:
    """The key references of a PIN status template DO; which of the PINs are enabled, the card knows."""
    try:
        references = [each.value for each in tlv.parse_all(template) if each.tag == fcp.KEY_REFERENCE]
    except TlvError:
        raise _wrong() from None
    if any(len(reference) != 1 for reference in references):
        raise _wrong()
    return b"".join(references)


def _wrong() -> StatusError:
    return StatusError(status.INCORRECT_DATA)
