"""The handmade profile where whoever has the channel may administer every file, and one file that nobody may."""

from __future__ import annotations

from euicc.config import Config
from euicc.runtime.nvm import Nvm
from euicc.uicc.applet import UiccApplet
from euicc.uicc.filesystem import Body, Df, Ef, FileKind
from euicc.uicc.profile_data import UiccProfile
from tests.uicc.handmade import USIM_AID, Channel, Chip, profile

OPEN = bytes.fromhex("80017F9000" + "8401D49000" + "840132" + "9000")
CLOSED = bytes.fromhex("8001019000")
ARR = 0x6F06
OPEN_REFERENCE = bytes.fromhex("6F0601")
CLOSED_REFERENCE = bytes.fromhex("6F0602")
LOCKED = 0x6F77


def open_profile() -> UiccProfile:
    """Every file of `profile` by rule 1 of one EF_ARR in the MF, which allows all; 6F77 of the USIM by rule 2."""
    made = profile(pin2=0x02)
    filesystem = made.filesystem
    length = len(OPEN)
    for file in filesystem.files():
        if isinstance(file, Df):
            file.children.pop(ARR, None)
        file.security = OPEN_REFERENCE
    locked = Ef(LOCKED, FileKind.TRANSPARENT, Body(b"\x77"), security=CLOSED_REFERENCE)
    filesystem.adfs[USIM_AID].add(locked)
    rules = Body(OPEN + CLOSED.ljust(length, b"\xff"), length)
    filesystem.mf.add(Ef(ARR, FileKind.LINEAR_FIXED, rules, security=OPEN_REFERENCE))
    return made


class Device:
    """A card slot: `boot` is a reset with the memory as it is; a tree that is not built anew is the one before it."""

    def __init__(self, config: Config | None = None) -> None:
        self.nvm = Nvm()
        self.config = config or Config()
        self.profile = open_profile()

    def boot(self, *, built_anew: bool = True) -> Channel:
        """A channel at the MF."""
        self.nvm.power_on()
        if built_anew:
            self.profile = open_profile()
        made = self.profile
        return Channel(UiccApplet(lambda: made, Chip(self.nvm, config=self.config)))

    def usim(self, *, built_anew: bool = True) -> Channel:
        """A channel with the USIM active."""
        return self.boot(built_anew=built_anew).usim()
