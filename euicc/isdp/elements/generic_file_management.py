"""PE-GenericFileManagement: files outside the templates, TCA profile package 8.3.5."""

from __future__ import annotations

from asn1.generated import pe
from euicc.isdp.files import GENERIC_ROW, create_df, create_ef, create_mf, descriptor
from euicc.isdp.pe_status import ElementRefused, Status
from euicc.isdp.staging import Staging
from euicc.uicc.filesystem import MF_FID, FileKind

COMMANDS_ORDINAL = 1
MF_PATH = MF_FID.to_bytes(2, "big")
MF_ROW = GENERIC_ROW._replace(kind=FileKind.MF)


class FileManagement:
    """One element: a file is created when its content is complete, at the next path or FCP or at the end."""

    def __init__(self, area: Staging) -> None:
        self._area = area
        self._fcp: pe.Fcp | None = None
        self._fills: list[int | bytes] = []
        self._context_set = False

    def run(self, element: pe.PEGenericFileManagement) -> None:
        """The commands in their order; what fails is told by where it stands."""
        begun = (0, 0)
        for outer, commands in enumerate(element.file_management_cmd):
            for inner, command in enumerate(commands):
                try:
                    if command.chosen in ("file_path", "create_fcp"):
                        self._complete()
                        begun = (outer, inner)
                    self._command(command)
                except ElementRefused as refused:
                    raise refused.inside(COMMANDS_ORDINAL, *begun) from None
        try:
            self._complete()
        except ElementRefused as refused:
            raise refused.inside(COMMANDS_ORDINAL, *begun) from None

    def _command(self, command: pe.FileManagementItem) -> None:
        chosen, value = command.chosen, command.value
        if chosen == "file_path":
            self._area.current = self._area.directory(value)
        elif chosen == "create_fcp":
            self._create(value)
        elif self._fcp is None:
            raise ElementRefused(Status.INVALID_PARAMETER, "content without a file")
        else:
            self._fills.append(value)

    def _create(self, fcp: pe.Fcp) -> None:
        """Directories at once; an EF waits for its content."""
        given = fcp.file_descriptor
        if given is None and not fcp.link_path:
            raise ElementRefused(Status.INVALID_PARAMETER, "file descriptor missing")
        if fcp.df_name is None and (given is None or descriptor(given).kind is not FileKind.DF):
            self._fcp = fcp
            return
        area = self._area
        if fcp.file_id == MF_PATH:
            df = create_mf(area, MF_ROW, fcp)
        else:
            df = create_df(area, area.current, GENERIC_ROW, fcp)
        if not self._context_set:
            area.pin_context = df
            self._context_set = True

    def _complete(self) -> None:
        fcp, fills = self._fcp, self._fills
        self._fcp, self._fills = None, []
        if fcp is None:
            return
        kind = descriptor(fcp.file_descriptor).kind if fcp.file_descriptor is not None else None
        unsupported = pe.UICCCapability.BER_TLV_FILE_SUPPORT not in self._area.capabilities
        if kind is FileKind.BER_TLV and unsupported:
            raise ElementRefused(Status.FEATURE_NOT_SUPPORTED, "BER-TLV files")
        create_ef(self._area, self._area.current, GENERIC_ROW, fcp, fills)


def install(area: Staging, name: str, element: pe.PEGenericFileManagement) -> None:
    """Create the files that the element describes."""
    FileManagement(area).run(element)
