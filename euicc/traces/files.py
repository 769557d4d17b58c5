"""Files by name: which file a SELECT or a short identifier means, by the templates of the TCA profile package.

A `Place` is where a channel stands: its application, its directory, its file. What is not in the templates keeps
its number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from apdu import aid
from euicc.isdp.templates import TEMPLATES, Template

MF, GSM = "mf", "df_gsm"
CURRENT_ADF = 0x7FFF
UICC = "UICC"
_ADFS = {"USIM": "adf_usim", "ISIM": "adf_isim", "CSIM": "adf_csim"}
_OF_APPLICATION = {"opt_usim": "adf_usim", "opt_isim": "adf_isim", "opt_csim": "adf_csim"}
_BELOW_MF = ("telecom", "cd")
_REPEATING = ("iot", "opt_iot")
"""Templates whose files are all in others."""
# Files of TS 51.011 that later standards do not have.
_GSM_FILES = {0x6F20: "ef_kc", 0x6F52: "ef_kcgprs", 0x6F30: "ef_plmnsel"}


@dataclass(frozen=True, slots=True)
class Tables:
    """What is below each directory: FIDs of files and directories, SFIs; and where a directory is."""

    files: dict[tuple[str, int], str]
    short: dict[tuple[str, int], str]
    directories: dict[tuple[str, int], str]
    parents: dict[str, str]


@cache
def tables() -> Tables:
    """The tables of all templates."""
    made = Tables({}, {}, {(MF, 0x7F20): GSM}, {GSM: MF})
    for template in TEMPLATES.values():
        if template.element not in _REPEATING:
            _add_template(made, template)
    for (directory, fid), field in list(made.files.items()):
        if directory == "adf_usim":
            made.files.setdefault((GSM, fid), field)
    made.files.update({(GSM, fid): field for fid, field in _GSM_FILES.items()})
    return made


def _add_template(made: Tables, template: Template) -> None:
    base = directory = _OF_APPLICATION.get(template.element, "")
    for row in template.rows:
        if not row.is_directory:
            _add_file(made, directory, row.fid, row.last_fid or row.fid, row.field, row.sfi)
            continue
        directory = row.field
        above = base or (MF if template.element in _BELOW_MF else "adf_usim")
        base = base or directory
        if row.fid and directory != MF:
            made.directories.setdefault((above, row.fid), directory)
            made.parents.setdefault(directory, above)


def _add_file(made: Tables, directory: str, first: int, last: int, field: str, sfi: int | None) -> None:
    for fid in range(first, last + 1):
        made.files.setdefault((directory, fid), field)
    if sfi is not None:
        made.short.setdefault((directory, sfi), field)


def display(field: str) -> str:
    """ef_imsi -> EF.IMSI; a number stays what it is."""
    kind, _, name = field.replace("df_df_", "df_", 1).partition("_")
    return f"{kind}.{name}".upper() if name else field.upper()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a logical channel stands. `adf`: directory of the application; "" for one without files.

    `file` is the field name in the templates, or four hexadecimal digits; "" when no EF is selected.
    """

    application: str = UICC
    adf: str = ""
    directory: str = MF
    file: str = ""

    def application_selected(self, full_aid: bytes) -> Place:
        """After SELECT by DF name."""
        name = aid.describe(full_aid)
        adf = _ADFS.get(name, "")
        return Place(name, adf, adf or MF)

    def by_file_id(self, fid: int) -> Place:
        """After SELECT by file identifier, TS 102 221 8.4.1: below, the directory itself, above, beside it."""
        if fid == 0x3F00:
            return self._at(MF)
        if fid == CURRENT_ADF:
            return self._at(self.adf or MF)
        above = tables().parents.get(self.directory, MF)
        for directory in (self.directory, above, MF):
            if (directory, fid) in tables().directories:
                return self._at(tables().directories[directory, fid])
            if (directory, fid) in tables().files and directory == self.directory:
                return replace(self, file=tables().files[directory, fid])
        return replace(self, file=f"{fid:04X}")

    def by_path(self, path: bytes, from_mf: bool) -> Place:
        """After SELECT by path from the MF or from the current directory."""
        place = self._at(MF) if from_mf else replace(self, file="")
        for at in range(0, len(path) - 1, 2):
            place = place.by_file_id(int.from_bytes(path[at : at + 2], "big"))
        return place

    def above(self) -> Place:
        """After SELECT of the parent directory."""
        return self._at(tables().parents.get(self.directory, MF))

    def by_short_id(self, sfi: int) -> Place:
        """With the file of a short identifier selected."""
        return replace(self, file=tables().short.get((self.directory, sfi), f"SFI {sfi:02X}"))

    @property
    def name(self) -> str:
        """The file, or the directory when there is none."""
        if self.file in ("", self.file.upper()):
            return f"file {self.file}" if self.file else display(self.directory)
        return display(self.file)

    def _at(self, directory: str) -> Place:
        return Place(self.application if self.adf else UICC, self.adf, directory)
