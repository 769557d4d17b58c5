"""The shape of a template table: one row for each file, as in annex A of the TCA profile package.

The functions take the columns in this order: field of the ProfileElement, FID, size (of record EFs: number
of records, record length), record of EF.ARR, SFI, default content, UST/IST services. None as a size: the
profile must give it.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum, auto
from typing import Final, NamedTuple

from euicc.isdp.content import Content
from euicc.uicc.filesystem import FileKind

DIRECTORY_RULE = 14
"""The record of EF.ARR for every directory of the templates."""


class Given(Enum):
    """Who gives the content, where the template has none."""

    BY_PROFILE = auto()


REQUIRED: Final = Given.BY_PROFILE
Services = tuple[int, ...]
Default = Content | Given | None


class Row(NamedTuple):
    """One file of a template."""

    field: str
    fid: int
    kind: FileKind | None
    size: int | None = None
    record_length: int | None = 0
    arr: int | None = None
    sfi: int | None = None
    content: Content | None = None
    required: bool = False
    services: Services = ()
    high_update: bool = False
    last_fid: int = 0
    """End of the range of FIDs where one field describes several files, else 0."""

    @property
    def is_directory(self) -> bool:
        """MF, DF or ADF."""
        return self.kind in DIRECTORIES


DIRECTORIES = (FileKind.MF, FileKind.DF, FileKind.ADF)


def df(field: str, fid: int, services: Services = (), kind: FileKind = FileKind.DF) -> Row:
    """A directory; FID 0: the profile gives it."""
    return Row(field, fid, kind, arr=DIRECTORY_RULE, services=services)


def adf(field: str) -> Row:
    """An ADF: the profile gives the temporary FID and the AID."""
    return df(field, 0, kind=FileKind.ADF)


def tr(
    field: str,
    fid: int,
    size: int | None,
    arr: int | None,
    sfi: int | None = None,
    content: Default = None,
    services: Services = (),
    *,
    hu: bool = False,
    last: int = 0,
) -> Row:
    """A transparent EF."""
    return _ef(FileKind.TRANSPARENT, field, fid, size, 0, arr, sfi, content, services, hu, last)


def lf(
    field: str,
    fid: int,
    count: int | None,
    length: int | None,
    arr: int | None,
    sfi: int | None = None,
    content: Default = None,
    services: Services = (),
    *,
    hu: bool = False,
    last: int = 0,
    kind: FileKind = FileKind.LINEAR_FIXED,
) -> Row:
    """A linear fixed EF."""
    size = count * length if count and length else None
    if count == 1 and length is None:
        size = SINGLE_RECORD
    return _ef(kind, field, fid, size, length, arr, sfi, content, services, hu, last)


SINGLE_RECORD: Final = -1
"""Size of an EF with one record whose length the profile gives."""


def cy(
    field: str,
    fid: int,
    count: int | None,
    length: int | None,
    arr: int | None,
    sfi: int | None = None,
    content: Default = None,
    services: Services = (),
    *,
    hu: bool = False,
) -> Row:
    """A cyclic EF."""
    return lf(field, fid, count, length, arr, sfi, content, services, hu=hu, kind=FileKind.CYCLIC)


def bt(
    field: str,
    fid: int,
    arr: int | None,
    sfi: int | None = None,
    content: Default = None,
    services: Services = (),
) -> Row:
    """A BER-TLV EF."""
    return _ef(FileKind.BER_TLV, field, fid, None, 0, arr, sfi, content, services, False, 0)


def _ef(
    kind: FileKind,
    field: str,
    fid: int,
    size: int | None,
    length: int | None,
    arr: int | None,
    sfi: int | None,
    content: Default,
    services: Services,
    hu: bool,
    last: int,
) -> Row:
    required = content is REQUIRED
    default = content if isinstance(content, Content) else None
    return Row(field, fid, kind, size, length, arr, sfi, default, required, services, hu, last)


class Template(NamedTuple):
    """A template of the TCA profile package: its OID, the ProfileElement that names it, its files."""

    oid: str
    element: str
    rows: tuple[Row, ...]
    by_default: bool
    """Whether files that the profile does not mention are created nevertheless."""


def without(rows: tuple[Row, ...], fields: Collection[str]) -> tuple[Row, ...]:
    """An earlier version of a template, which lacks some files."""
    return tuple(row for row in rows if row.field not in fields)


def resized(rows: tuple[Row, ...], field: str, size: int, record_length: int = 0) -> tuple[Row, ...]:
    """A version of a template in which one file has another size."""
    return tuple(
        row._replace(size=size, record_length=record_length) if row.field == field else row for row in rows
    )
