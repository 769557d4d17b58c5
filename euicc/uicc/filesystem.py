"""Files of a UICC and how a terminal reaches them, TS 102 221 clauses 8.2 to 8.5.

The tree is data: it knows no APDU, no channel and no access rule. Whoever builds it (the installer of
profile packages) adds files with `Df.add` and `FileSystem.add_adf`; whoever serves it (`euicc.uicc.applet`)
asks the resolution methods, which answer None where the card answers 6A82.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

MF_FID = 0x3F00
CURRENT_ADF_FID = 0x7FFF
"""Reserved for "the application active on this channel", TS 102 221 8.4.1."""
OPERATIONAL_ACTIVATED = 0x05
OPERATIONAL_DEACTIVATED = 0x04
TERMINATED = 0x0C
SECURITY_REFERENCED, SECURITY_COMPACT, SECURITY_EXPANDED = 0x8B, 0x8C, 0xAB
"""FCP tags of security attributes, TS 102 221 11.1.1.4.7."""
SPECIAL_HIGH_UPDATE = 0x80
SPECIAL_USABLE_WHEN_DEACTIVATED = 0x40


def is_deactivated(lcsi: int) -> bool:
    """Whether a life cycle status is operational, deactivated: 0000 01x0, TS 102 221 11.1.1.4.9."""
    return lcsi & 0xFD == OPERATIONAL_DEACTIVATED


def is_terminated(lcsi: int) -> bool:
    """Whether a life cycle status is termination: 0000 11xx."""
    return lcsi & 0xFC == TERMINATED


class FileKind(Enum):
    """What a file is, TS 102 221 8.2 and 8.3."""

    MF = auto()
    DF = auto()
    ADF = auto()
    TRANSPARENT = auto()
    LINEAR_FIXED = auto()
    CYCLIC = auto()
    BER_TLV = auto()

    @property
    def has_records(self) -> bool:
        """Linear fixed or cyclic."""
        return self in (FileKind.LINEAR_FIXED, FileKind.CYCLIC)


class Body:
    """The content of an EF, TS 102 221 8.3; EFs that a linkPath joins hold the same Body object.

    `content` is the bytes (records concatenated, record 1 first; of a BER-TLV EF the TLVs concatenated), or
    a function without arguments that gives them when somebody first reads. With such a function, `size`
    (bytes) lets FCPs be built without calling it. `record_length` is 0 for EFs without records.
    """

    __slots__ = ("_size", "_source", "record_length")

    def __init__(
        self, content: bytes | Callable[[], bytes], record_length: int = 0, size: int | None = None
    ) -> None:
        self.record_length = record_length
        self._size = size
        self._source = content

    @property
    def content(self) -> bytes:
        """All bytes, expanding them on first use."""
        if not isinstance(self._source, bytes):
            self._source = self._source()
        return self._source

    @property
    def size(self) -> int:
        """Bytes in the body."""
        if self._size is not None:
            return self._size
        return len(self.content)

    @property
    def record_count(self) -> int:
        """Records in the body; 0 for EFs without records."""
        return self.size // self.record_length if self.record_length else 0

    def record(self, number: int) -> bytes:
        """Record `number`, counted from 1; IndexError outside 1..record_count."""
        if not 1 <= number <= self.record_count:
            raise IndexError(number)
        start = (number - 1) * self.record_length
        return self.content[start : start + self.record_length]


@dataclass(eq=False, slots=True)
class Ef:
    """Elementary file, TS 102 221 8.2.2.2 and its FCP in 11.1.1.4.

    `sfi` is 1..30 or None; `security` the value of FCP tag `security_format`: 8B (FID of the EF_ARR and record, or
    FID and pairs of security environment and record), 8C or AB; `special` the special file information (A5/C0); the
    two sizes are for BER-TLV EFs, in bytes.
    """

    fid: int
    kind: FileKind
    body: Body
    sfi: int | None = None
    security: bytes = b""
    lcsi: int = OPERATIONAL_ACTIVATED
    special: int = 0
    shareable: bool = True
    reserved_size: int = 0
    maximum_size: int | None = None
    parent: Df | None = field(default=None, repr=False)
    security_format: int = SECURITY_REFERENCED

    @property
    def path(self) -> bytes:
        """FIDs from the MF down to this EF, as `Df.path`."""
        return (self.parent.path if self.parent else b"") + self.fid.to_bytes(2, "big")


@dataclass(eq=False, slots=True)
class Df:
    """MF, DF or ADF, TS 102 221 8.2.2.1.

    `pin_keys` is the list of key references that its PIN status template shows (one byte each, in order);
    `security` the value of FCP tag `security_format`. The `fid` of an ADF is the temporary one that only paths inside a
    profile package know. A linked DF holds the `children` of its target.
    """

    fid: int
    kind: FileKind
    children: dict[int, Df | Ef] = field(default_factory=dict, repr=False)
    aid: bytes | None = None
    pin_keys: bytes = b""
    security: bytes = b""
    lcsi: int = OPERATIONAL_ACTIVATED
    special: int = 0
    shareable: bool = True
    parent: Df | None = field(default=None, repr=False)
    security_format: int = SECURITY_REFERENCED

    def add(self, child: Df | Ef) -> None:
        """Put a file into this DF; replaces one with the same FID."""
        child.parent = self
        self.children[child.fid] = child

    def by_sfi(self, sfi: int) -> Ef | None:
        """The EF of this DF with short file identifier `sfi`, TS 102 221 8.5.2."""
        for child in self.children.values():
            if isinstance(child, Ef) and child.sfi == sfi:
                return child
        return None

    @property
    def path(self) -> bytes:
        """FIDs from the MF down to this DF, the MF left out (MF: empty), an ADF by its temporary FID."""
        if self.parent is None:
            return b""
        return self.parent.path + self.fid.to_bytes(2, "big")

    def ancestors(self) -> Iterator[Df]:
        """This DF, its parent, and so on to the MF."""
        df: Df | None = self
        while df is not None:
            yield df
            df = df.parent


File = Df | Ef


def fids(path: bytes) -> list[int]:
    """Split a path of two-byte FIDs; ValueError for an odd number of bytes."""
    if len(path) % 2:
        raise ValueError("a path is a list of two-byte file identifiers")
    return [int.from_bytes(path[i : i + 2], "big") for i in range(0, len(path), 2)]


class FileSystem:
    """The MF with what is below it, and the ADFs by AID (in the order they were added).

    created: the files in it that came after the profile was installed (`euicc.uicc.tree`).
    """

    def __init__(self, mf: Df) -> None:
        self.mf = mf
        self.adfs: dict[bytes, Df] = {}
        self.created: set[File] = set()

    def add_adf(self, adf: Df) -> None:
        """Register an ADF, which must have its `aid`. It is no child of the MF: AID or 7FFF lead to it."""
        if adf.aid is None:
            raise ValueError("an ADF is found by its AID")
        adf.parent = self.mf
        self.adfs[adf.aid] = adf

    def by_package_path(self, path: bytes) -> File | None:
        """A file by its path inside a package: FIDs from the MF, an ADF by its temporary FID; empty = MF."""
        chain = fids(path)
        for adf in self.adfs.values():
            if chain and adf.fid == chain[0]:
                return _descend(adf, chain[1:])
        return _descend(self.mf, chain)

    def by_fid(self, fid: int, current: Df, adf: Df | None) -> File | None:
        """SELECT by file identifier, TS 102 221 8.4.1, from DF `current` with `adf` active on the channel."""
        if fid == MF_FID:
            return self.mf
        if fid == CURRENT_ADF_FID:
            return adf
        if fid in current.children:
            return current.children[fid]
        parent = current.parent
        for candidate in (parent, current, parent.children.get(fid) if parent else None):
            # An ADF has no FID that a terminal may use, and of the parent's children only DFs can be reached.
            if isinstance(candidate, Df) and candidate.fid == fid and candidate.kind is not FileKind.ADF:
                return candidate
        return None

    def by_path_from_mf(self, path: bytes, adf: Df | None) -> File | None:
        """SELECT by path from the MF, TS 102 221 8.4.2; which may begin with 7FFF (or a superfluous 3F00)."""
        chain = fids(path)
        if chain and chain[0] == CURRENT_ADF_FID:
            return _descend(adf, chain[1:]) if adf is not None else None
        if chain and chain[0] == MF_FID:
            chain = chain[1:]
        return _descend(self.mf, chain)

    def by_path_from(self, current: Df, path: bytes) -> File | None:
        """SELECT by path from the current DF, TS 102 221 8.4.2."""
        return _descend(current, fids(path))

    def files(self) -> Iterator[File]:
        """Every file, directories before what they hold; the MF first, then each ADF."""
        for root in (self.mf, *self.adfs.values()):
            yield from _walk(root)


def _descend(start: Df, chain: list[int]) -> File | None:
    file: File = start
    for fid in chain:
        if isinstance(file, Ef) or fid not in file.children:
            return None
        file = file.children[fid]
    return file


def _walk(df: Df) -> Iterator[File]:
    yield df
    for child in df.children.values():
        if isinstance(child, Df):
            yield from _walk(child)
        else:
            yield child
