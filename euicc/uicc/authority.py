"""Who asks for an access, TS 102 221 9: a terminal with its verified PINs, or a remote entity with its rights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from euicc.uicc import access as rules
from euicc.uicc.filesystem import Df, Ef

if TYPE_CHECKING:
    from euicc.uicc.access import Access
    from euicc.uicc.filesystem import File
    from euicc.uicc.uicc import Uicc


class Authority(Protocol):
    """The security status of a channel or of a remote session."""

    def satisfied(self, reference: int, df: Df) -> bool:
        """Whether the key `reference` (as it is meant in `df`) was verified, or need not be."""
        ...

    def permits(self, file: File, access: Access, ins: int) -> bool:
        """Whether `access` to `file` by instruction `ins` is open."""
        ...


class UserAuthentication:
    """A terminal: the PINs of the UICC decide, TS 102 221 9.5.1. A disabled PIN counts as verified."""

    __slots__ = ("_uicc",)

    def __init__(self, uicc: Uicc) -> None:
        self._uicc = uicc

    def satisfied(self, reference: int, df: Df) -> bool:
        """As `Authority.satisfied`."""
        return self._uicc.pins.satisfied(reference, df)

    def permits(self, file: File, access: Access, ins: int) -> bool:
        """As `Authority.permits`, by the rule of the file in EF_ARR."""
        df = file if isinstance(file, Df) else _directory(file, self._uicc)
        return rules.permits(file, access, ins, self._uicc, lambda reference: self.satisfied(reference, df))


def _directory(ef: Ef, uicc: Uicc) -> Df:
    return ef.parent or uicc.profile.filesystem.mf
