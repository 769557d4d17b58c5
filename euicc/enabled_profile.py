"""The files of the enabled profile: built from its package when somebody asks, and then kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from euicc.profiles.store import ProfileStore

if TYPE_CHECKING:
    from euicc.config import Config
    from euicc.runtime.nvm import Nvm
    from euicc.uicc.profile_data import UiccProfile


class EnabledProfile:
    """Looks after what the UICC applet serves."""

    __slots__ = ("_aid", "_config", "_generation", "_nvm", "_package", "_profile", "_profiles")

    def __init__(self, nvm: Nvm, config: Config) -> None:
        self._nvm = nvm
        self._config = config
        self._profiles = ProfileStore(nvm)
        self._generation = -1
        self._aid = b""
        self._package = b""
        self._profile: UiccProfile | None = None

    def current(self) -> UiccProfile | None:
        """Its files and data: the same object as long as it is enabled; None when no profile is."""
        if self._generation != self._nvm.generation:
            self._look()
            self._generation = self._nvm.generation
        return self._profile

    def _look(self) -> None:
        """Something in the memory changed: build the files anew only if it was the package."""
        enabled = self._profiles.enabled()
        aid = enabled.aid if enabled else b""
        package = self._profiles.package(aid)
        if aid == self._aid and package is self._package:
            return
        self._profile = build_profile(aid, package, self._config) if enabled else None
        self._aid, self._package = aid, package


def build_profile(aid: bytes, package: bytes, config: Config) -> UiccProfile:
    """The profile in the ISD-P `aid`, from its package."""
    # The handlers of profile elements are not needed until a profile is enabled.
    from euicc.isdp.installer import build

    profile = build(package, config)
    profile.isd_p = aid
    return profile
