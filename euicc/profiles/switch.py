"""Why the enabled profile changes, and what the card then remembers as the way back.

    cause              before test   fallback return   emergency return
    ordinary           kept up       forgotten         forgotten
    fallback           -             the old profile   -
    back from fallback -             forgotten         -
    emergency          -             -                 the old profile, or that there was none
    emergency over     -             -                 forgotten

A switch that is only marked keeps its cause with it, so that what it remembers changes together with the profiles.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import TYPE_CHECKING

from euicc.profiles.profile import Profile, ProfileClass
from euicc.runtime import keys

if TYPE_CHECKING:
    from euicc.runtime.nvm import Nvm

NONE_ENABLED = b""
"""Target of a switch after which no profile is enabled."""


class SwitchCause(IntEnum):
    """Who asked for the switch."""

    ORDINARY = 0
    FALLBACK = 1
    RETURN_FROM_FALLBACK = 2
    EMERGENCY = 3
    EMERGENCY_OVER = 4


Effect = Callable[["Nvm", "Profile | None", "Profile | None"], None]
"""(memory, profile that was enabled, profile that will be); inside the transaction of the switch."""


def _ordinary(nvm: Nvm, old: Profile | None, new: Profile | None) -> None:
    nvm.delete(keys.FALLBACK_RETURN)
    nvm.delete(keys.EMERGENCY_RETURN)
    # The way back from test profiles begins when the first is enabled and ends when none is.
    if new is None or new.profile_class is not ProfileClass.TEST:
        nvm.delete(keys.BEFORE_TEST)
    elif old and old.profile_class is ProfileClass.OPERATIONAL:
        nvm.set(keys.BEFORE_TEST, old.aid)


def _fallback(nvm: Nvm, old: Profile | None, new: Profile | None) -> None:
    nvm.set(keys.FALLBACK_RETURN, old.aid if old else None)


def _emergency(nvm: Nvm, old: Profile | None, new: Profile | None) -> None:
    nvm.set(keys.EMERGENCY_RETURN, old.aid if old else NONE_ENABLED)


EFFECTS: dict[SwitchCause, Effect] = {
    SwitchCause.ORDINARY: _ordinary,
    SwitchCause.FALLBACK: _fallback,
    SwitchCause.RETURN_FROM_FALLBACK: lambda nvm, old, new: nvm.delete(keys.FALLBACK_RETURN),
    SwitchCause.EMERGENCY: _emergency,
    SwitchCause.EMERGENCY_OVER: lambda nvm, old, new: nvm.delete(keys.EMERGENCY_RETURN),
}


def awaited(nvm: Nvm) -> frozenset[bytes]:
    """AIDs of the profiles that a fallback or an emergency will return to."""
    stored = (nvm.get(keys.FALLBACK_RETURN), nvm.get(keys.EMERGENCY_RETURN))
    return frozenset(aid for aid in stored if aid)
