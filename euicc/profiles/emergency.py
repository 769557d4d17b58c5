"""The Emergency Profile: on and off, SGP.32 5.9.22 and 5.9.23.

It is on from the switch that EnableEmergencyProfile asked for until the one of DisableEmergencyProfile, also through
power cycles. While it is on, eUICC Packages, fallback and memory reset are refused, and no other function switches.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from euicc.profiles.store import ProfileStore
from euicc.profiles.switch import NONE_ENABLED
from euicc.refusals import Reason, Refused
from euicc.runtime import keys

if TYPE_CHECKING:
    from euicc.profiles.profile import Profile
    from euicc.runtime.nvm import Nvm


@dataclass(frozen=True)
class Situation:
    """profile: the Emergency Profile, None on a card without one or without support. on: whether it is on."""

    profile: Profile | None
    on: bool


Rules = tuple[tuple[Callable[[Situation], bool], Reason], ...]
"""What must not be the case, and why the function is refused when it is; the first that holds counts."""

ENABLE_RULES: Rules = (
    (lambda now: now.profile is None, Reason.NO_EMERGENCY_PROFILE),
    (lambda now: now.profile is not None and now.profile.enabled, Reason.WRONG_STATE),
)
DISABLE_RULES: Rules = ((lambda now: not now.on, Reason.WRONG_STATE),)


def active(nvm: Nvm) -> bool:
    """Whether the Emergency Profile is on."""
    return nvm.get(keys.EMERGENCY_RETURN) is not None


def profile(nvm: Nvm) -> Profile | None:
    """The profile for emergency calls: the first whose metadata carry the ecallIndication."""
    return next((each for each in ProfileStore(nvm).all() if each.ecall_indication), None)


def enable_target(nvm: Nvm, supported: bool) -> bytes:
    """AID to switch to for EnableEmergencyProfile; Refused(NO_EMERGENCY_PROFILE or WRONG_STATE)."""
    now = _checked(ENABLE_RULES, Situation(profile(nvm) if supported else None, active(nvm)))
    assert now.profile is not None  # by the first rule
    return now.profile.aid


def disable_target(nvm: Nvm) -> bytes:
    """AID to switch back to for DisableEmergencyProfile, NONE_ENABLED for none; Refused(WRONG_STATE)."""
    _checked(DISABLE_RULES, Situation(profile(nvm), active(nvm)))
    return nvm.get(keys.EMERGENCY_RETURN) or NONE_ENABLED


def _checked(rules: Rules, now: Situation) -> Situation:
    for applies, reason in rules:
        if applies(now):
            raise Refused(reason)
    return now
