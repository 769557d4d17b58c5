"""How one file comes into being: its template row, its Fcp and its content, TCA profile package 8.3 and 9.1.

What the Fcp does not say comes from the row. Everything is checked when the element is processed; only
the expansion of the content waits until somebody reads the file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import NamedTuple

from apdu import tlv
from asn1.generated import pe
from euicc.isdp.content import ERASED, Content, Write, fill_pattern, repeat_pattern, written
from euicc.isdp.pe_status import ElementRefused, Status
from euicc.isdp.staging import RESERVED_FIDS, Staging
from euicc.isdp.templates.row import Row
from euicc.uicc.filesystem import OPERATIONAL_ACTIVATED, SPECIAL_HIGH_UPDATE, Body, Df, Ef, FileKind

SFI_FROM_FID = 0
NOT_SHAREABLE_MASK = 0xBF
SHAREABLE = 0x40
MOST_RECORDS = 254
LONGEST_RECORD = 255
LARGEST_TRANSPARENT = 0xFFFF
LARGEST_SFI = 30
LONGEST_PATH = 8
"""Bytes of a filePath."""
MF_RULES, OTHER_RULES = b"\x2f\x06", b"\x6f\x06"
LIFE_CYCLE_STATES = frozenset((0x00, 0x01, 0x03, 0x04, 0x05, 0x06, 0x07, 0x0C, 0x0D, 0x0E, 0x0F))
KEY_REFERENCES = frozenset(
    (*range(0x01, 0x09), *range(0x0A, 0x0F), 0x11, *range(0x81, 0x89), *range(0x8A, 0x8F))
)
"""PINs, administrative keys and the universal PIN, TS 102 221 table 9.3."""

GENERIC_ROW = Row("", 0, None, record_length=None, sfi=SFI_FROM_FID)
"""A file without template: GenericFileManagement gives everything, TS 102 222 the rest."""
NOTHING_GIVEN = pe.Fcp()

Fills = Sequence[int | bytes]
"""fillFileOffset (int) and fillFileContent (bytes) in their order."""


class Descriptor(NamedTuple):
    """A file descriptor (tag 82): record length 0 where it has none."""

    kind: FileKind
    shareable: bool
    record_length: int
    has_records: bool


MF, DF, ADF, BER_TLV = FileKind.MF, FileKind.DF, FileKind.ADF, FileKind.BER_TLV
KINDS = {
    0x01: FileKind.TRANSPARENT,
    0x02: FileKind.LINEAR_FIXED,
    0x06: FileKind.CYCLIC,
    0x39: BER_TLV,
    0x38: DF,
}


@lru_cache(maxsize=256)
def descriptor(data: bytes) -> Descriptor:
    """File descriptor, TS 102 222 6.3.2.2.3: 2 to 4 bytes, the last two a record length; bad-values."""
    kind = KINDS.get(data[0] & NOT_SHAREABLE_MASK)
    if kind is None or len(data) == 3 or (len(data) == 4 and not kind.has_records):
        raise ElementRefused(Status.BAD_VALUES, "file descriptor")
    length = int.from_bytes(data[2:], "big")
    if length > LONGEST_RECORD or (len(data) == 4 and not length):
        raise ElementRefused(Status.BAD_VALUES, "record length")
    return Descriptor(kind, bool(data[0] & SHAREABLE), length, kind.has_records)


def create_ef(area: Staging, directory: Df, row: Row, fcp: pe.Fcp, fills: Fills, number: int = 0) -> Ef:
    """An EF in `directory`; `number` counts the files that one field with a range of FIDs describes."""
    if fcp.pin_status_template_do is not None or fcp.df_name is not None:
        raise ElementRefused(Status.INVALID_PARAMETER, "attributes of a directory given to an EF")
    fid = file_id(fcp, row, number)
    create = _link if fcp.link_path else _independent
    ef = create(area, row, fcp, fills)
    ef.fid = fid
    ef.sfi = _sfi(fcp, row, fid)
    ef.security = security_attributes(fcp, row, below_mf=directory is area.mf)
    ef.lcsi = life_cycle(fcp)
    area.put(directory, ef)
    return ef


def _independent(area: Staging, row: Row, fcp: pe.Fcp, fills: Fills) -> Ef:
    kind, shareable, record_length, has_records = _kind(row, fcp)
    special, content, maximum = _proprietary(row, fcp)
    writes = _writes(fills) if fills else ()
    if row.required and content is None and not writes:
        raise ElementRefused(Status.INVALID_PARAMETER, "content missing")
    if kind is BER_TLV:
        return _ber_tlv(area, fcp, shareable, special, maximum, fills)
    size = _size(row, fcp, has_records, record_length)
    if writes and writes[-1][0] + len(writes[-1][1]) > size:
        raise ElementRefused(Status.BAD_VALUES, "content longer than the file")
    area.bytes_used += size
    if len(writes) == 1 and writes[0][0] == 0 and len(writes[0][1]) == size:
        body = Body(writes[0][1], record_length, size)  # all of it was given: nothing to expand
    else:
        source = _expansion(content or row.content or ERASED, record_length or size, size, writes)
        body = Body(source, record_length, size)
    return Ef(0, kind, body, special=special, shareable=shareable)


@lru_cache(maxsize=512)
def _expansion(content: Content, unit: int, size: int, writes: tuple[Write, ...]) -> Callable[[], bytes]:
    """What makes the body when somebody reads it: one object for all files, of all cards, that hold the same."""
    return partial(written, content, unit, size, writes)


def _kind(row: Row, fcp: pe.Fcp) -> Descriptor:
    """Type, shareability and record length (0: no records)."""
    octets = fcp.file_descriptor
    given = descriptor(octets) if octets is not None else _kind_of_row(row.kind)
    if given.kind is DF:
        raise ElementRefused(Status.BAD_VALUES, "a directory in the place of an EF")
    if given.record_length or not given.has_records:
        return given
    if not row.record_length:
        raise ElementRefused(Status.INVALID_PARAMETER, "record length missing")
    return given._replace(record_length=row.record_length)


@lru_cache(maxsize=8)
def _kind_of_row(kind: FileKind | None) -> Descriptor:
    if kind is None:
        raise ElementRefused(Status.INVALID_PARAMETER, "file descriptor missing")
    return Descriptor(kind, True, 0, kind.has_records)


def _proprietary(row: Row, fcp: pe.Fcp) -> tuple[int, Content | None, int | None]:
    """Special file information, pattern if one is given, and maximum size of a BER-TLV EF."""
    info = fcp.proprietary_ef_info
    if info is None:
        return SPECIAL_HIGH_UPDATE if row.high_update else 0, None, None
    special = info.special_file_information[0]
    maximum = info.maximum_file_size
    limit = int.from_bytes(maximum, "big") if maximum is not None else None
    if info.fill_pattern is not None:
        if info.repeat_pattern is not None:
            raise ElementRefused(Status.INVALID_PARAMETER, "two patterns for one file")
        return special, fill_pattern(info.fill_pattern), limit
    if info.repeat_pattern is not None:
        return special, repeat_pattern(info.repeat_pattern), limit
    return special, None, limit


def _writes(fills: Fills) -> tuple[Write, ...]:
    """Absolute positions: each fillFileOffset counts from where the last content ended."""
    first = fills[0]
    if len(fills) == 1 and isinstance(first, bytes):  # nearly always
        return ((0, first),)
    if len(fills) == 1 and not isinstance(fills[0], int):
        return ((0, fills[0]),)
    position = 0
    writes = []
    for fill in fills:
        if isinstance(fill, int):
            position += fill
        else:
            writes.append((position, fill))
            position += len(fill)
    return tuple(writes)


def _size(row: Row, fcp: pe.Fcp, has_records: bool, record_length: int) -> int:
    """Bytes of the body; bad-values when records do not fit in, or nobody can address them."""
    given = fcp.ef_file_size
    if given is not None:
        size = int.from_bytes(given, "big")
    elif row.size is None:
        raise ElementRefused(Status.INVALID_PARAMETER, "file size missing")
    elif record_length != row.record_length:
        size = row.size // row.record_length * record_length if row.record_length else record_length
    else:
        size = row.size
    if has_records:
        if size % record_length or not 0 < size <= MOST_RECORDS * record_length:
            raise ElementRefused(Status.BAD_VALUES, "file size is no number of records")
    elif not 0 < size <= LARGEST_TRANSPARENT:
        raise ElementRefused(Status.BAD_VALUES, "file size")
    return size


def _ber_tlv(
    area: Staging, fcp: pe.Fcp, shareable: bool, special: int, maximum: int | None, fills: Fills
) -> Ef:
    """A BER-TLV EF: its content is whole TLVs, one after the other."""
    reserved = int.from_bytes(fcp.ef_file_size, "big") if fcp.ef_file_size is not None else None
    if reserved is None and maximum is None:
        raise ElementRefused(Status.INVALID_PARAMETER, "file size missing")
    limit = max(reserved or 0, maximum or 0)
    content = b"".join(_tlvs_only(fills))
    if not limit or len(content) > limit:
        raise ElementRefused(Status.BAD_VALUES, "content longer than the file")
    try:
        tlv.parse_all(content)
    except tlv.TlvError as error:
        raise ElementRefused(Status.BAD_VALUES, "content is no BER-TLV") from error
    area.bytes_used += max(reserved or 0, len(content))
    return Ef(
        0,
        BER_TLV,
        Body(content),
        special=special,
        shareable=shareable,
        reserved_size=reserved or 0,
        maximum_size=maximum,
    )


def _tlvs_only(fills: Fills) -> list[bytes]:
    contents = [fill for fill in fills if isinstance(fill, bytes)]
    if len(contents) != len(fills):
        raise ElementRefused(Status.BAD_VALUES, "offset in a BER-TLV file")
    return contents


def _link(area: Staging, row: Row, fcp: pe.Fcp, fills: Fills) -> Ef:
    """A second name for the body of another EF, whose type, size and special information it takes."""
    if fills:
        raise ElementRefused(Status.INVALID_PARAMETER, "content for a linked file")
    target = area.resolve(fcp.link_path or b"")
    if isinstance(target, Df):
        raise ElementRefused(Status.INVALID_PARAMETER, "an EF linked to a directory")
    return Ef(
        0,
        target.kind,
        target.body,
        special=target.special,
        shareable=target.shareable,
        reserved_size=target.reserved_size,
        maximum_size=target.maximum_size,
    )


def create_df(area: Staging, parent: Df, row: Row, fcp: pe.Fcp) -> Df:
    """A directory in `parent`, which becomes the current one; an ADF (row or dfName) is reached by its AID."""
    _directory_attributes(fcp)
    if len(parent.path) >= LONGEST_PATH:
        raise ElementRefused(Status.BAD_VALUES, "a directory deeper than a path leads")
    kind = ADF if fcp.df_name is not None else row.kind or DF
    below_mf = parent is area.mf or kind is ADF
    df = Df(file_id(fcp, row), kind, security=security_attributes(fcp, row, below_mf=below_mf))
    df.lcsi = life_cycle(fcp)
    if fcp.link_path:
        _link_directory(area, parent, df, fcp.link_path)
    else:
        df.pin_keys = pin_keys(fcp)
    if kind is ADF:
        if fcp.df_name is None or fcp.file_id is None:
            raise ElementRefused(Status.INVALID_PARAMETER, "an ADF needs its AID and a temporary FID")
        df.aid = fcp.df_name
        area.put_adf(df)
    else:
        area.put(parent, df)
    area.current = df
    return df


def create_mf(area: Staging, row: Row, fcp: pe.Fcp) -> Df:
    """The MF: everything else lies below it."""
    _directory_attributes(fcp)
    if area.mf_created:
        raise ElementRefused(Status.INVALID_PARAMETER, "a second MF")
    area.mf_created = True
    mf = area.mf
    mf.security = security_attributes(fcp, row, below_mf=True)
    mf.lcsi = life_cycle(fcp)
    mf.pin_keys = pin_keys(fcp)
    area.current = mf
    return mf


def _directory_attributes(fcp: pe.Fcp) -> None:
    if fcp.ef_file_size is not None or fcp.short_efid is not None or fcp.proprietary_ef_info is not None:
        raise ElementRefused(Status.INVALID_PARAMETER, "attributes of an EF given to a directory")
    if fcp.file_descriptor is not None and descriptor(fcp.file_descriptor).kind is not DF:
        raise ElementRefused(Status.BAD_VALUES, "an EF in the place of a directory")


def _link_directory(area: Staging, parent: Df, df: Df, path: bytes) -> None:
    """A second name for a directory: what is in it and its PIN status come from there.

    A target that holds links, or a link below a target, could lead in circles: invalid-parameter.
    """
    if pe.UICCCapability.DF_LINK_SUPPORT not in area.capabilities:
        raise ElementRefused(Status.FEATURE_NOT_SUPPORTED, "linked directories")
    target = area.directory(path)
    above = set(parent.ancestors())
    if target in above or target in area.holding_links:
        raise ElementRefused(Status.INVALID_PARAMETER, "a link to what holds links")
    if above & area.link_targets or above & area.linked_directories.keys():
        raise ElementRefused(Status.INVALID_PARAMETER, "a link inside a linked directory")
    area.linked_directories[df] = target
    area.link_targets.add(target)
    area.holding_links |= above | {df}
    df.children = target.children
    df.pin_keys = target.pin_keys


def pin_keys(fcp: pe.Fcp) -> bytes:
    """pinStatusTemplateDO: the key references of a directory, one byte each; mandatory."""
    keys = fcp.pin_status_template_do
    if keys is None:
        raise ElementRefused(Status.INVALID_PARAMETER, "PIN status template missing")
    if not KEY_REFERENCES.issuperset(keys):
        raise ElementRefused(Status.BAD_VALUES, "key reference")
    return keys


def file_id(fcp: pe.Fcp, row: Row, number: int = 0) -> int:
    """The FID given, or the row's."""
    given = fcp.file_id
    if given is not None:
        fid: int | None = _number(given)
    else:
        fid = row.fid + number if row.fid and number else row.fid
    if not fid:
        raise ElementRefused(Status.INVALID_PARAMETER, "file identifier missing")
    if fid in RESERVED_FIDS and row.kind is not MF:
        raise ElementRefused(Status.BAD_VALUES, "reserved file identifier")
    return fid


@lru_cache(maxsize=512)
def _number(octets: bytes) -> int:
    """The same object for the same number: a thousand cards have it in each of their files."""
    return int.from_bytes(octets, "big")


def _sfi(fcp: pe.Fcp, row: Row, fid: int) -> int | None:
    given = fcp.short_efid
    if given is None:
        if row.sfi != SFI_FROM_FID:
            return row.sfi
        derived = fid & 0x1F
        return derived if 0 < derived <= LARGEST_SFI else None
    if not given:
        return None
    sfi = given[0] >> 3
    if given[0] & 0x07 or not 0 < sfi <= LARGEST_SFI:
        raise ElementRefused(Status.BAD_VALUES, "short file identifier")
    return sfi


def security_attributes(fcp: pe.Fcp, row: Row, *, below_mf: bool) -> bytes:
    """FID and record of EF.ARR; a record alone means EF.ARR of the MF for what lies directly in it."""
    given = fcp.security_attributes_referenced
    if given is None and row.arr is not None:
        given = bytes((row.arr,))
    if given is None:
        raise ElementRefused(Status.INVALID_PARAMETER, "access rule missing")
    return _rule_reference(given, below_mf)


@lru_cache(maxsize=256)
def _rule_reference(given: bytes, below_mf: bool) -> bytes:
    if len(given) == 1:
        return (MF_RULES if below_mf else OTHER_RULES) + given
    if len(given) != 3:
        raise ElementRefused(Status.BAD_VALUES, "access rule reference")
    return given


def life_cycle(fcp: pe.Fcp) -> int:
    """Life cycle status, TS 102 222 6.3.2.2.4."""
    state = fcp.lcsi[0]
    if state == OPERATIONAL_ACTIVATED:
        return state
    if state not in LIFE_CYCLE_STATES:
        raise ElementRefused(Status.BAD_VALUES, "life cycle status")
    return state
