"""ProfileElements that create files by a template, TCA profile package 8.3 and annex A."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from asn1.generated import pe
from euicc.isdp.capabilities import SERVICE_TABLES, clear_services, unavailable_services
from euicc.isdp.files import NOTHING_GIVEN, create_df, create_ef, create_mf
from euicc.isdp.pe_status import ElementRefused, Status
from euicc.isdp.staging import Staging
from euicc.isdp.templates import TEMPLATES, Row
from euicc.uicc.filesystem import Df, Ef, FileKind

HOME = {
    "opt_usim": "usim",
    "phonebook": "usim",
    "gsm_access": "usim",
    "df_5gs": "usim",
    "df_saip": "usim",
    "df_snpn": "usim",
    "df_5gprose": "usim",
    "opt_iot": "usim",
    "opt_isim": "isim",
    "opt_csim": "csim",
}
"""The application below whose ADF an element creates its files, where that is not the MF."""
APPLICATION = {"usim": "usim", "iot": "usim", "isim": "isim", "csim": "csim"}
"""The application that an element creates."""
ICCID_FID = 0x2FE2
BESIDES_FILES = frozenset(("template_id", "encoded", "extensions"))
FileItems = tuple[pe.FileItem, ...]


class Layout(NamedTuple):
    """A template with what is looked up in it: each file, and the field of the directory above it."""

    places: tuple[tuple[Row, str | None], ...]
    by_default: bool
    fields: frozenset[str]


@lru_cache(maxsize=64)
def layout(oid: str) -> Layout:
    """A template, prepared once."""
    template = TEMPLATES[oid]
    above: str | None = None
    places: list[tuple[Row, str | None]] = []
    for row in template.rows:
        if row.is_directory:
            above = row.field
        places.append((row, above))
    return Layout(tuple(places), template.by_default, frozenset(row.field for row in template.rows))


def install(area: Staging, name: str, element: Any) -> None:
    """Create the files of a template element."""
    _check_template(area, name, element.template_id)
    Builder(area, name, element).build()
    application = APPLICATION.get(name)
    if application in SERVICE_TABLES:
        unavailable = unavailable_services(application, area.capabilities)
        clear_services(application, area.naas[application], unavailable)
    if name in ("mf", "iot"):
        _compare_iccid(area)


def _check_template(area: Staging, name: str, oid: str) -> None:
    template = TEMPLATES.get(oid)
    if template is None:
        mandatory = area.header is not None and oid in area.header.euicc_mandatory_gfste_list
        raise ElementRefused(Status.TEMPLATE_NOT_SUPPORTED, f"template {oid}", skippable=not mandatory)
    if template.element != name:
        raise ElementRefused(Status.INVALID_PARAMETER, f"template {oid} in an element {name}").inside(1)


def _compare_iccid(area: Staging) -> None:
    """EF.ICCID has the digits of the header, each pair swapped."""
    ef = area.mf.children.get(ICCID_FID)
    header = area.header
    if not isinstance(ef, Ef) or header is None:
        return
    if ef.body.content != bytes((byte & 0x0F) << 4 | byte >> 4 for byte in header.iccid):
        raise ElementRefused(Status.BAD_VALUES, "EF.ICCID differs from the header")


class Builder:
    """Walks the rows of one template with the fields of one element."""

    def __init__(self, area: Staging, name: str, element: Any) -> None:
        self._area = area
        self._name = name
        self._layout = layout(element.template_id)
        self._given: dict[str, Any] = vars(element)
        home = HOME.get(name)
        self._base = area.naas[home] if home else area.mf
        if name == "eap" and area.naa is not None:
            self._base = area.naa
        self._made: dict[str | None, Df | None] = {None: self._base}
        self._root: Df | None = None
        self._unavailable = self._unavailable_services(home or APPLICATION.get(name))

    def _unavailable_services(self, application: str | None) -> frozenset[int]:
        if application not in SERVICE_TABLES:
            return frozenset()
        return unavailable_services(application, self._area.capabilities)

    def build(self) -> None:
        """Every file that the element gives, and those that the template creates by default."""
        given, by_default = self._given, self._layout.by_default
        for row, above in self._layout.places:
            file = given.get(row.field)
            if file is None and not by_default:
                continue
            try:
                self._file(row, above, file)
            except ElementRefused as refused:
                raise refused.inside(self._ordinal(row.field)) from None
        self._refuse_unknown()

    def _ordinal(self, field: str) -> int:
        """Which TLV of the element the field is; the template OID's if the field is not there."""
        names = [name for name in self._given if name not in ("encoded", "extensions")]
        return names.index(field) if field in names else 1

    def _refuse_unknown(self) -> None:
        """Files that only a later version of the template has."""
        unknown = self._given.keys() - self._layout.fields - BESIDES_FILES
        for field in unknown:
            if not field.endswith("_header"):
                refused = ElementRefused(
                    Status.INVALID_PARAMETER, f"{field} is not in the template", skippable=True
                )
                raise refused.inside(self._ordinal(field))

    def _file(self, row: Row, above: str | None, file: FileItems | None) -> None:
        if file and file[0].chosen == "do_not_create":
            if len(file) != 1:
                raise ElementRefused(Status.INVALID_PARAMETER, "doNotCreate with something else")
            if row.kind is FileKind.ADF:
                raise ElementRefused(Status.INVALID_PARAMETER, "an application without its ADF")
            if above != "mf":  # the MF has all its files
                return
            file = None
        if above == row.field:
            self._made[above] = self._directory(row, file)
        elif file is not None or row.content is not None or row.required:
            self._files(row, above, file or ())

    def _directory(self, row: Row, file: FileItems | None) -> Df | None:
        if not self._unavailable.isdisjoint(row.services):
            return None
        files = _files_of(file or ())
        fcp, fills = files[0] if files else (NOTHING_GIVEN, [])
        if fills or len(files) > 1:
            raise ElementRefused(Status.INVALID_PARAMETER, "more than its attributes for a directory")
        if row.kind is FileKind.MF:
            df = create_mf(self._area, row, fcp)
        else:
            df = create_df(self._area, self._root or self._base, row, fcp)
        self._becomes_current(df)
        return df

    def _becomes_current(self, df: Df) -> None:
        """The first directory is what a following PE-PINCodes and PE-AKAParameter are about."""
        if self._root is None or df.kind is FileKind.ADF:
            self._area.pin_context = df
            self._root = self._root or df
        application = APPLICATION.get(self._name)
        if df.kind is FileKind.ADF and application:
            self._area.naa = self._area.naas[application] = df

    def _files(self, row: Row, above: str | None, file: FileItems) -> None:
        if above not in self._made:
            raise ElementRefused(Status.INVALID_PARAMETER, f"{row.field} without its directory")
        directory = self._made[above]
        if directory is None or (self._unavailable and not self._unavailable.isdisjoint(row.services)):
            return
        files = _files_of(file)
        if len(files) > 1 and not row.last_fid:
            raise ElementRefused(Status.INVALID_PARAMETER, "several files in one field")
        for number, (fcp, fills) in enumerate(files or ((NOTHING_GIVEN, []),)):
            create_ef(self._area, directory, row, fcp, fills, number)


def _files_of(items: FileItems) -> list[tuple[pe.Fcp, list[int | bytes]]]:
    """One field, taken apart: a further fileDescriptor begins a further file."""
    files: list[tuple[pe.Fcp, list[int | bytes]]] = []
    fills: list[int | bytes] | None = None
    for item in items:
        chosen, value = item.chosen, item.value
        if chosen == "do_not_create":
            raise ElementRefused(Status.INVALID_PARAMETER, "doNotCreate with something else")
        begins = chosen == "file_descriptor"
        if begins or fills is None:
            fills = []
            files.append((value if begins else NOTHING_GIVEN, fills))
        if not begins:
            fills.append(value)
    return files
