"""The installed profiles in NVM. Knows no interface, no variant and no rule."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from apdu import aid as aids
from euicc.refusals import Reason, Refused
from euicc.runtime import keys
from euicc.uicc.memory import ProfileMemory

if TYPE_CHECKING:
    from collections.abc import Container

    from euicc.config import Config
    from euicc.profiles.profile import Profile
    from euicc.runtime.nvm import Nvm


class ProfileStore:
    """Profiles by AID of their ISD-P; every method that writes needs an open NVM transaction.

    first: number of the first ISD-P.
    """

    def __init__(self, nvm: Nvm, first: int = aids.FIRST_ISD_P) -> None:
        self._nvm = nvm
        self._first = first

    def all(self) -> list[Profile]:
        """Every profile, in the order of their AIDs."""
        return [profile for index in self._nvm.indexes(keys.PROFILE) if (profile := self._get(index))]

    def by_aid(self, aid: bytes) -> Profile | None:
        """The profile whose ISD-P has this AID (16 bytes)."""
        return self._get(aid.hex())

    def by_iccid(self, iccid: bytes) -> Profile | None:
        """The profile with this ICCID (10 bytes)."""
        return next((profile for profile in self.all() if profile.iccid == iccid), None)

    def enabled(self) -> Profile | None:
        """The profile the card answers with, if any."""
        return next((profile for profile in self.all() if profile.enabled), None)

    def package(self, aid: bytes) -> bytes:
        """The profile package (plaintext ProfileElements) that the profile was installed from."""
        return self._nvm.get(keys.PACKAGE, aid.hex())

    def free_aid(self, taken: Container[bytes] = ()) -> bytes:
        """The first ISD-P AID that no profile has, and that is not taken; Refused(MEMORY) when there is none."""
        for number in range(self._first, aids.LAST_ISD_P + 1):
            candidate = aids.isd_p(number)
            if candidate not in taken and self.by_aid(candidate) is None:
                return candidate
        raise Refused(Reason.MEMORY)

    def used(self) -> int:
        """Bytes of NVM that the installed packages occupy, with what became of their files since."""
        files = sum(self._nvm.get(keys.FILE_MEMORY, index) for index in self._nvm.indexes(keys.FILE_MEMORY))
        return sum(profile.size for profile in self.all()) + files

    def add(self, profile: Profile, package: bytes) -> Profile:
        """Store a new profile with its package; its `size` becomes that of the package."""
        stored = replace(profile, size=len(package))
        self._nvm.set(keys.PACKAGE, package, profile.aid.hex())
        self.update(stored)
        return stored

    def update(self, profile: Profile) -> None:
        """Replace the record of a profile."""
        self._nvm.set(keys.PROFILE, profile, profile.aid.hex())

    def delete(self, profile: Profile) -> None:
        """Erase a profile, its package and all that it remembers."""
        ProfileMemory(self._nvm, profile.aid).erase()
        self._nvm.delete(keys.PROFILE, profile.aid.hex())
        self._nvm.delete(keys.PACKAGE, profile.aid.hex())

    def _get(self, index: str) -> Profile | None:
        return self._nvm.get(keys.PROFILE, index)


def free_memory(nvm: Nvm, config: Config) -> int:
    """Bytes of NVM left for profiles and their files."""
    return max(0, config.nvm_size - ProfileStore(nvm).used())
