"""Files of a UICC by name: what the standards call the file with this identifier in this directory, and back.

A path is made of names, the MF or the application first: `MF/EF.ICCID`, `MF/DF.TELECOM/EF.ADN`, `ADF.USIM/EF.IMSI`,
`ADF.USIM/DF.5GS/EF.SUCI_Calc_Info`. It stands for the name in a package of files; which of several USIMs it is in, the
application identifier tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from apdu import aid
from apdu.ef.directories import DIRECTORIES, Kind, Row

MF = "MF"
USIM, ISIM, CSIM = "ADF.USIM", "ADF.ISIM", "ADF.CSIM"
ROOTS = (MF, USIM, ISIM, CSIM)
MF_FID = 0x3F00
CURRENT_ADF_FID = 0x7FFF
_APPLICATIONS = {"USIM": USIM, "ISIM": ISIM, "CSIM": CSIM}
# Where a name without directory is looked for first.
_PREFERENCE = (USIM, MF, *DIRECTORIES)


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file that the standards define: `directory` is the path of the one it is in, "" for the MF and the ADFs.

    `fids`: identifiers from the one below the MF down to this file; in an ADF they begin with 7FFF, the current ADF.
    """

    directory: str
    row: Row
    fids: tuple[int, ...]

    @property
    def name(self) -> str:
        """Its name with its kind: EF.IMSI, DF.TELECOM, ADF.USIM."""
        if not self.directory:
            return self.row.name
        return f"{'DF' if self.row.kind is Kind.DIRECTORY else 'EF'}.{self.row.name}"

    @property
    def path(self) -> str:
        """Its path of names."""
        return f"{self.directory}/{self.name}" if self.directory else self.name

    @property
    def application(self) -> str:
        """ADF.USIM, ADF.ISIM, ADF.CSIM, or MF for what is outside of them."""
        return self.path.partition("/")[0]


@cache
def children(directory: str) -> tuple[KnownFile, ...]:
    """What may be in the directory of this path, one for each file identifier; () for an unknown directory."""
    if directory not in DIRECTORIES:
        return ()
    above = _directory_fids(directory)
    return tuple(
        KnownFile(directory, row._replace(fid=fid), (*above, fid))
        for row in DIRECTORIES[directory]
        for fid in range(row.fid, (row.last or row.fid) + 1)
    )


def by_fid(directory: str, fid: int) -> KnownFile | None:
    """The file of this identifier in a directory."""
    return _by_fid(directory).get(fid)


def by_sfi(directory: str, sfi: int) -> KnownFile | None:
    """The file of this short file identifier in a directory, as the standards assign them."""
    return next((each for each in children(directory) if each.row.sfi == sfi), None)


def find(name: str) -> KnownFile | None:
    """The file of this path or name, in any case of letters; `MF/` may be left out.

    A name without directory is looked for in the USIM, at the MF, and then everywhere else.
    """
    wanted = name.strip("/").casefold()
    index = _index()
    return index.get(wanted) or index.get(f"{MF}/{wanted}".casefold())


def of_application(full_aid: bytes) -> str:
    """Path of the ADF with this AID: ADF.USIM, ADF.ISIM, ADF.CSIM; "" for other applications."""
    return _APPLICATIONS.get(aid.describe(full_aid), "")


def _directory_fids(directory: str) -> tuple[int, ...]:
    above, _, name = directory.rpartition("/")
    if not above:
        return () if directory == MF else (CURRENT_ADF_FID,)
    row = next(row for row in DIRECTORIES[above] if f"DF.{row.name}" == name)
    return (*_directory_fids(above), row.fid)


@cache
def _by_fid(directory: str) -> dict[int, KnownFile]:
    return {each.row.fid: each for each in reversed(children(directory))}


@cache
def _index() -> dict[str, KnownFile]:
    """Paths and bare names; the first file of a range stands for its name."""
    roots = {
        root.casefold(): KnownFile("", Row(Kind.DIRECTORY, root, fids[0]), fids)
        for root in ROOTS
        for fids in [(MF_FID,) if root == MF else (CURRENT_ADF_FID,)]
    }
    known = [each for directory in _PREFERENCE for each in children(directory)]
    names = {each.name.casefold(): each for each in reversed(known)}
    return names | {each.path.casefold(): each for each in reversed(known)} | roots
