"""What follows when the network does not take a new profile, or the SM-SR does not hear of it, SGP.02 3.2 and 3.16.

notification that fails       first      where that is not possible
02 profile switched           roll back  fall back
03 rolled back                fall back  keep trying
any other                     keep trying
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from euicc.m2m.fallback import fall_back
from euicc.m2m.notification import NotificationType, PendingNotification
from euicc.m2m.switching import SwitchReason

if TYPE_CHECKING:
    from euicc.m2m.isdr import M2mIsdR

Retreat = Callable[["M2mIsdR", PendingNotification], bool]


def roll_back(isdr: M2mIsdR, pending: PendingNotification) -> bool:
    """Have the profile before enabled again by the next reset; False when there is none."""
    previous = isdr.profiles.by_aid(pending.disabled[-1]) if pending.disabled else None
    if previous is None:
        return False
    isdr.switching.begin(previous.aid, SwitchReason.ROLL_BACK)
    return True


def _fall_back(isdr: M2mIsdR, pending: PendingNotification) -> bool:
    return fall_back(isdr)


RETREATS: dict[NotificationType, tuple[Retreat, ...]] = {
    NotificationType.SWITCHED: (roll_back, _fall_back),
    NotificationType.ROLLED_BACK: (_fall_back,),
}
"""What is tried, in this order."""


def retreat(isdr: M2mIsdR, pending: PendingNotification) -> bool:
    """The first that is possible; False when there is none."""
    return any(step(isdr, pending) for step in RETREATS.get(pending.kind, ()))
