"""One file of a directory, as the standards define it; the functions take the columns in the order of the row."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

Services = tuple[int, ...]


class Kind(Enum):
    """What a file is, TS 102 221 8.2 and 8.3."""

    DIRECTORY = "directory"
    TRANSPARENT = "transparent"
    LINEAR_FIXED = "linear fixed"
    CYCLIC = "cyclic"
    BER_TLV = "BER-TLV"

    @property
    def has_records(self) -> bool:
        """Linear fixed or cyclic."""
        return self in (Kind.LINEAR_FIXED, Kind.CYCLIC)


class Row(NamedTuple):
    """`name` without EF. or DF.; `services`: numbers in EF.UST or EF.IST, each of which asks for the file.

    `last`: the end of the range of file identifiers where there may be several such files, else 0.
    """

    kind: Kind
    name: str
    fid: int
    sfi: int | None = None
    services: Services = ()
    last: int = 0


def df(name: str, fid: int, services: Services = ()) -> Row:
    """A directory."""
    return Row(Kind.DIRECTORY, name, fid, None, services)


def tr(name: str, fid: int, sfi: int | None = None, services: Services = (), *, last: int = 0) -> Row:
    """A transparent EF."""
    return Row(Kind.TRANSPARENT, name, fid, sfi, services, last)


def lf(name: str, fid: int, sfi: int | None = None, services: Services = (), *, last: int = 0) -> Row:
    """A linear fixed EF."""
    return Row(Kind.LINEAR_FIXED, name, fid, sfi, services, last)


def cy(name: str, fid: int, sfi: int | None = None, services: Services = ()) -> Row:
    """A cyclic EF."""
    return Row(Kind.CYCLIC, name, fid, sfi, services)


def bt(name: str, fid: int, sfi: int | None = None, services: Services = ()) -> Row:
    """A BER-TLV EF."""
    return Row(Kind.BER_TLV, name, fid, sfi, services)
