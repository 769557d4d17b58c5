"""The fallback mechanism, SGP.02 3.16: another profile where the enabled one has lost its network.

    enabled profile                     what happens when its connectivity is lost
    without the fallback attribute      the holder is enabled in its place, whatever POL1 says; nothing is deleted
    the holder itself                   nothing
    the emergency or a test profile     nothing, until it is disabled
    one that is not final yet           a roll-back first (`euicc.m2m.rollback`)

How the card notices is its own affair: `euicc.m2m.registration`. Where POL1 of the profile before does not allow to
disable it, the card returns to that one and to no other (`euicc.m2m.policy`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from euicc.m2m import local
from euicc.m2m.switching import SwitchReason
from euicc.runtime import keys

if TYPE_CHECKING:
    from euicc.m2m.isdr import M2mIsdR
    from euicc.profiles.profile import Profile


def holder(isdr: M2mIsdR) -> Profile | None:
    """The profile with the fallback attribute."""
    aid = isdr.nvm.get(keys.FALLBACK_ATTRIBUTE)
    return None if aid is None else isdr.profiles.by_aid(aid)


def awaited(isdr: M2mIsdR) -> frozenset[bytes]:
    """AIDs of the profiles that the card will return to: from fallback, emergency profile or test profile."""
    stored = map(isdr.nvm.get, (keys.FALLBACK_RETURN, keys.EMERGENCY_RETURN, keys.BEFORE_TEST))
    return frozenset(aid for aid in stored if aid)


def possible(isdr: M2mIsdR) -> bool:
    """Whether there is another profile to fall back to now."""
    found = holder(isdr)
    return found is not None and not found.enabled and not local.active(isdr.nvm)


def fall_back(isdr: M2mIsdR) -> bool:
    """Have the holder enabled by the next reset; False when that is not possible."""
    found = holder(isdr)
    if found is None or not possible(isdr):
        return False
    isdr.switching.begin(found.aid, SwitchReason.FALL_BACK)
    return True


def losses(isdr: M2mIsdR) -> int:
    """How often in a row a final profile lost its network."""
    return isdr.nvm.get(keys.M2M_LOSSES)


def lost(isdr: M2mIsdR) -> int:
    """The network of a final profile is gone: how often in a row that has been told now."""
    count = losses(isdr) + 1
    with isdr.nvm.transaction():
        isdr.nvm.set(keys.M2M_LOSSES, count)
    return count


def found(isdr: M2mIsdR) -> None:
    """The network is there."""
    if losses(isdr):
        with isdr.nvm.transaction():
            isdr.nvm.delete(keys.M2M_LOSSES)
