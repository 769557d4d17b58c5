"""Where one logical channel stands in the file system, TS 102 221 8.4."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from apdu import StatusError, status
from euicc.uicc.access import Access
from euicc.uicc.filesystem import Df, Ef, File

if TYPE_CHECKING:
    from collections.abc import Sequence

    from euicc.uicc.authority import Authority
    from euicc.uicc.commands.ber_tlv import Arrival, Retrieval
    from euicc.uicc.profile_data import UiccProfile
    from euicc.uicc.uicc import Uicc


@dataclass(eq=False, slots=True, weakref_slot=True)
class Context:
    """Volatile state of one logical channel, or of one remote session; the Uicc knows each as long as it is used.

    authority: whose rights count. record: the record pointer, None when it is not set. transfer: the
    object of the current BER-TLV EF that is on its way.
    """

    uicc: Uicc
    df: Df
    authority: Authority
    adf: Df | None = None
    ef: Ef | None = None
    record: int | None = None
    transfer: Retrieval | Arrival | None = None

    def __post_init__(self) -> None:
        self.uicc.contexts.add(self)

    @classmethod
    def at_mf(cls, uicc: Uicc, authority: Authority) -> Context:
        """The state after ATR or MANAGE CHANNEL: MF current, no application active."""
        return cls(uicc, uicc.profile.filesystem.mf, authority)

    @classmethod
    def in_adf(cls, uicc: Uicc, adf: Df, authority: Authority) -> Context:
        """The state after selecting an application by its AID."""
        return cls(uicc, adf, authority, adf)

    @property
    def profile(self) -> UiccProfile:
        """The profile as installed."""
        return self.uicc.profile

    def select(self, file: File) -> None:
        """Make a file current, TS 102 221 8.4.1: a DF leaves no EF current, an EF makes its DF current."""
        if isinstance(file, Df):
            self.df, self.ef = file, None
        else:
            self.df, self.ef = file.parent or self.df, file
        self.record = self.transfer = None

    def make_current(self, ef: Ef) -> None:
        """What a successful command with an SFI does, TS 102 221 8.4.3; a current EF keeps its pointer."""
        if ef is not self.ef:
            self.ef = ef
            self.record = self.transfer = None

    def leave(self, gone: Sequence[File], df: Df) -> None:
        """Files are deleted: whoever stands in one of them stands in `df` afterwards, with no EF current."""
        if self.df in gone:
            self.select(df)
        elif self.ef in gone:
            self.ef = self.record = self.transfer = None

    def target(self, sfi: int | None) -> Ef:
        """The EF a command means: by SFI in the current DF, or the current EF; StatusError 6A82, 6985, 6986."""
        if sfi is None:
            if self.ef is None:
                raise StatusError(status.NO_CURRENT_EF)
            return self.ef
        ef = self.df.by_sfi(sfi)
        if ef is None:
            raise StatusError(status.FILE_NOT_FOUND)
        self.check_shareable(ef)
        return ef

    def check_shareable(self, file: File) -> None:
        """StatusError 6985 for a file that is not shareable and current on another channel, TS 102 221 8.7."""
        if file.shareable:
            return
        if any(other is not self and file in (other.df, other.ef) for other in self.uicc.contexts):
            raise StatusError(status.CONDITIONS_NOT_SATISFIED)

    def check_access(self, ef: Ef, access: Access, ins: int) -> None:
        """StatusError 6985 for an EF that is deactivated or terminated, 6982 when its access rule is not satisfied."""
        if not self.uicc.is_usable(ef):
            raise StatusError(status.CONDITIONS_NOT_SATISFIED)
        self.check_permission(ef, access, ins)

    def check_permission(self, file: File, access: Access, ins: int) -> None:
        """StatusError 6982 when the access rule of a file, whatever its life cycle status, is not satisfied."""
        if not self.authority.permits(file, access, ins):
            raise StatusError(status.SECURITY_STATUS_NOT_SATISFIED)
