"""File fields of profile elements (TCA 8.3): what a file is, and its content without the stretches of FF."""

from __future__ import annotations

import re
from collections.abc import Sequence

from asn1.generated import pe

File = tuple[pe.FileItem, ...]

SHAREABLE_TRANSPARENT = bytes.fromhex("4121")
SHAREABLE_LINEAR_FIXED = bytes.fromhex("4221")
SHAREABLE_CYCLIC = bytes.fromhex("4621")
HIGH_UPDATE = 0x80
ERASED = b"\xff"
WORTH_SKIPPING = re.compile(rb"\xff{6,}")
"""A skip costs a fillFileOffset and the header of another fillFileContent."""


def transparent(
    fid: int, rule: bytes, content: bytes | None, *, sfi: int | None = None, high_update: bool = False
) -> File:
    """A transparent EF of exactly this content; None leaves size and content to the template."""
    size = None if content is None else len(content)
    return _ef(SHAREABLE_TRANSPARENT, fid, rule, size, content or b"", sfi, high_update)


def linear(
    fid: int, rule: bytes, records: Sequence[bytes], length: int, count: int = 0, sfi: int | None = None
) -> File:
    """A linear fixed EF of at least `count` records of `length` bytes, the first ones given, FF after them."""
    content = b"".join(record.ljust(length, ERASED) for record in records)
    size = length * max(count, len(records))
    return _ef(SHAREABLE_LINEAR_FIXED + length.to_bytes(2, "big"), fid, rule, size, content, sfi, False)


def cyclic(fid: int, rule: bytes, content: bytes, length: int, sfi: int | None = None) -> File:
    """A cyclic EF, record 1 (the newest) first."""
    descriptor = SHAREABLE_CYCLIC + length.to_bytes(2, "big")
    return _ef(descriptor, fid, rule, len(content), content, sfi, True)


def directory(fid: int, rule: bytes, pins: bytes, aid: bytes | None = None) -> File:
    """A DF or, with an AID, an ADF (whose FID only paths inside the package use)."""
    fcp = pe.Fcp(
        file_id=fid.to_bytes(2, "big"),
        df_name=aid,
        security_attributes_referenced=rule,
        pin_status_template_do=pins,
    )
    return (pe.FileItem(file_descriptor=fcp),)


def master_file(rule: bytes, pins: bytes) -> File:
    """The MF, whose FID the template knows."""
    return (
        pe.FileItem(file_descriptor=pe.Fcp(security_attributes_referenced=rule, pin_status_template_do=pins)),
    )


def _ef(
    descriptor: bytes,
    fid: int,
    rule: bytes,
    size: int | None,
    content: bytes,
    sfi: int | None,
    high_update: bool,
) -> File:
    pieces = _pieces(content)
    skipping = size is not None and sum(len(piece.fill_file_content or b"") for piece in pieces) < size
    fcp = pe.Fcp(
        file_descriptor=descriptor,
        file_id=fid.to_bytes(2, "big"),
        security_attributes_referenced=rule,
        ef_file_size=None if size is None else size.to_bytes(max(1, (size.bit_length() + 7) // 8), "big"),
        short_efid=None if sfi is None else bytes([sfi << 3]),
        proprietary_ef_info=_proprietary(high_update, skipping),
    )
    return (pe.FileItem(file_descriptor=fcp), *pieces)


def _proprietary(high_update: bool, skipping: bool) -> pe.ProprietaryInfo | None:
    if not high_update and not skipping:
        return None
    special = bytes([HIGH_UPDATE if high_update else 0])
    return pe.ProprietaryInfo(special_file_information=special, fill_pattern=ERASED if skipping else None)


def _pieces(content: bytes) -> list[pe.FileItem]:
    """Content with offsets in place of stretches of FF; what is left out the fill pattern puts there."""
    pieces: list[pe.FileItem] = []
    position = 0
    for gap in WORTH_SKIPPING.finditer(content):
        if gap.start() > position:
            pieces.append(pe.FileItem(fill_file_content=content[position : gap.start()]))
        if gap.end() < len(content):
            pieces.append(pe.FileItem(fill_file_offset=gap.end() - gap.start()))
        position = gap.end()
    if position < len(content):
        pieces.append(pe.FileItem(fill_file_content=content[position:]))
    return pieces
