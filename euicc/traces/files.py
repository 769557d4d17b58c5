"""Where a logical channel stands in the file system: names of `apdu.ef.names`, and numbers of what has none."""

from __future__ import annotations

from dataclasses import dataclass, replace

from apdu import aid
from apdu.ef import names
from apdu.ef.directories import Kind
from apdu.ef.names import MF, KnownFile

UICC = "UICC"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a logical channel stands. `adf`: directory of the application; "" for one without files.

    `known` is the EF that is selected, None when none is or it has no name; then `number` says what it is, if any.
    """

    application: str = UICC
    adf: str = ""
    directory: str = MF
    known: KnownFile | None = None
    number: str = ""

    @property
    def file(self) -> str:
        """The name of the selected EF, else what stands for it; "" when no EF is selected."""
        return self.known.name if self.known else self.number

    @property
    def name(self) -> str:
        """The file, or the directory when there is none."""
        if self.known:
            return self.known.name
        return f"file {self.number}" if self.number else self.directory.rpartition("/")[2]

    def application_selected(self, full_aid: bytes) -> Place:
        """After SELECT by DF name."""
        adf = names.of_application(full_aid)
        return Place(aid.describe(full_aid), adf, adf or MF)

    def by_file_id(self, fid: int) -> Place:
        """After SELECT by file identifier, TS 102 221 8.4.1: below, the directory itself, above, beside it."""
        if fid == names.MF_FID:
            return self._at(MF)
        if fid == names.CURRENT_ADF_FID:
            return self._at(self.adf or MF)
        for directory in (self.directory, self._parent, MF):
            found = names.by_fid(directory, fid)
            if found is None:
                continue
            if found.row.kind is Kind.DIRECTORY:
                return self._at(found.path)
            if directory == self.directory:
                return replace(self, known=found, number="")
        return replace(self, known=None, number=f"{fid:04X}")

    def by_path(self, path: bytes, from_mf: bool) -> Place:
        """After SELECT by path from the MF or from the current directory."""
        place = self._at(MF) if from_mf else replace(self, known=None, number="")
        for at in range(0, len(path) - 1, 2):
            place = place.by_file_id(int.from_bytes(path[at : at + 2], "big"))
        return place

    def above(self) -> Place:
        """After SELECT of the parent directory."""
        return self._at(self._parent)

    def by_short_id(self, sfi: int) -> Place:
        """With the file of a short identifier selected."""
        return replace(self, known=names.by_sfi(self.directory, sfi), number=f"SFI {sfi:02X}")

    @property
    def _parent(self) -> str:
        return self.directory.rpartition("/")[0] or MF

    def _at(self, directory: str) -> Place:
        return Place(self.application if self.adf else UICC, self.adf, directory)
