"""Where one logical channel stands in the file system, TS 102 221 8.4."""

from __future__ import annotations

from dataclasses import dataclass

from apdu import StatusError, status
from euicc.uicc.access import Access, permits, pin_satisfied
from euicc.uicc.filesystem import (
    OPERATIONAL_DEACTIVATED,
    SPECIAL_USABLE_WHEN_DEACTIVATED,
    Df,
    Ef,
    File,
)
from euicc.uicc.profile_data import UiccProfile


@dataclass(eq=False, slots=True)
class Context:
    """Volatile state of one logical channel. `record` is the record pointer, None when it is not set."""

    profile: UiccProfile
    df: Df
    adf: Df | None = None
    ef: Ef | None = None
    record: int | None = None

    @classmethod
    def at_mf(cls, profile: UiccProfile) -> Context:
        """The state after ATR or MANAGE CHANNEL: MF current, no application active."""
        return cls(profile, profile.filesystem.mf)

    @classmethod
    def in_adf(cls, profile: UiccProfile, adf: Df) -> Context:
        """The state after selecting an application by its AID."""
        return cls(profile, adf, adf)

    def select(self, file: File) -> None:
        """Make a file current, TS 102 221 8.4.1: a DF leaves no EF current, an EF makes its DF current."""
        if isinstance(file, Df):
            self.df, self.ef = file, None
        else:
            self.df, self.ef = file.parent or self.df, file
        self.record = None

    def make_current(self, ef: Ef) -> None:
        """What a successful command with an SFI does, TS 102 221 8.4.3; a current EF keeps its pointer."""
        if ef is not self.ef:
            self.ef, self.record = ef, None

    def target(self, sfi: int | None) -> Ef:
        """The EF a command means: by SFI in the current DF, or the current EF; StatusError 6A82 or 6986."""
        if sfi is None:
            if self.ef is None:
                raise StatusError(status.NO_CURRENT_EF)
            return self.ef
        ef = self.df.by_sfi(sfi)
        if ef is None:
            raise StatusError(status.FILE_NOT_FOUND)
        return ef

    def check_access(self, ef: Ef, access: Access, ins: int) -> None:
        """StatusError 6985 for a deactivated EF, 6982 when its access rule is not satisfied."""
        if ef.lcsi == OPERATIONAL_DEACTIVATED and not ef.special & SPECIAL_USABLE_WHEN_DEACTIVATED:
            raise StatusError(status.CONDITIONS_NOT_SATISFIED)
        satisfied = pin_satisfied(self.profile, ef.parent or self.df)
        if not permits(ef, access, ins, self.profile, satisfied):
            raise StatusError(status.SECURITY_STATUS_NOT_SATISFIED)
