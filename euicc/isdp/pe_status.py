"""How an installation reports: PEStatus and EUICCResponse of the TCA profile package, clause 10."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from asn1.generated import pe

Status: Final = pe.PEStatus.Status
LONGEST_MESSAGE = 64


class ElementRefused(Exception):
    """A ProfileElement cannot be processed; `status` is a PEStatus.

    `skippable`: the installation goes on without the element, if the element is not mandated. `part` leads
    to what is wrong: ordinals of nested TLVs, from the outermost on.
    """

    def __init__(
        self, status: int, reason: str, *, information: int | None = None, skippable: bool = False
    ) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.information = information
        self.skippable = skippable
        self.part: tuple[int, ...] = ()

    def inside(self, *ordinals: int) -> ElementRefused:
        """The same, where what is wrong lies inside these TLVs."""
        self.part = (*ordinals, *self.part)
        return self


class InstallationAborted(Exception):
    """The installation ended without a profile.

    `response` is the EUICCResponse (DER, tag 30) that says why; `memory` whether the profile was too big,
    which ES8+ reports as a reason of its own (insufficient memory, a temporary error).
    """

    def __init__(self, response: bytes, reason: str, memory: bool = False) -> None:
        super().__init__(reason)
        self.response = response
        self.memory = memory


def aborted(warnings: Iterable[pe.PEStatus], last: pe.PEStatus, reason: str) -> InstallationAborted:
    """The end of an installation: what was reported until now, and the status that ended it."""
    response = pe.EUICCResponse(
        pe_status=(*warnings, last),
        profile_installation_aborted=True,
        status_message=reason[:LONGEST_MESSAGE],
    )
    return InstallationAborted(response.encode(), reason, memory=last.status == Status.NOT_ENOUGH_MEMORY)


def malformed(warnings: Iterable[pe.PEStatus], reason: str, offset: int) -> InstallationAborted:
    """The bytes are no package; `offset` counts from its first byte, for there is no element to name."""
    return aborted(warnings, pe.PEStatus(status=Status.INVALID_REQUEST_FORMAT, offset=offset), reason)


def success(entries: Iterable[pe.PEStatus]) -> bytes:
    """EUICCResponse of an installed profile: warnings, then ok."""
    return pe.EUICCResponse(pe_status=(*entries, pe.PEStatus(status=Status.OK))).encode()
