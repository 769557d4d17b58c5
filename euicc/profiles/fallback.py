"""The fallback attribute, and the profile to return to from the fallback, SGP.32 3.4.6, 3.4.7, 5.9.20 and 5.9.21.

At most one profile holds the attribute. Functions that write need an open NVM transaction; all of it survives power
cycles. The profile to return to is remembered by the switch itself (euicc.profiles.switch).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from euicc.profiles import emergency
from euicc.profiles.store import ProfileStore
from euicc.refusals import Reason, Refused
from euicc.runtime import keys

if TYPE_CHECKING:
    from euicc.profiles.profile import Profile
    from euicc.runtime.nvm import Nvm


@dataclass(frozen=True)
class Situation:
    """What the rules look at.

    profile: the one that is to have the attribute, None where the function names none. holder: the one that has it;
    None also on a card without fallback. enabled: the profile that is enabled now. return_profile: the one that
    ReturnFromFallback would enable. emergency: whether the Emergency Profile is on. supported: whether the card has
    the fallback mechanism at all.
    """

    profile: Profile | None
    holder: Profile | None
    enabled: Profile | None
    return_profile: Profile | None
    emergency: bool
    supported: bool


Rules = tuple[tuple[Callable[[Situation], bool], Reason], ...]
"""What must not be the case, and why the function is refused when it is; the first that holds counts."""


def _holder_enabled(now: Situation) -> bool:
    return now.holder is not None and now.holder.enabled


SET_RULES: Rules = (
    (lambda now: not now.supported, Reason.FALLBACK_NOT_ALLOWED),
    (
        lambda now: now.profile is None or not now.profile.fallback_allowed or now.profile.ecall_indication,
        Reason.FALLBACK_NOT_ALLOWED,
    ),
    (_holder_enabled, Reason.FALLBACK_ENABLED),
)
UNSET_RULES: Rules = (
    (lambda now: now.holder is None, Reason.NO_FALLBACK),
    (_holder_enabled, Reason.FALLBACK_ENABLED),
)
EXECUTE_RULES: Rules = (
    (lambda now: now.enabled is None, Reason.NONE_ENABLED),
    (lambda now: now.holder is None, Reason.NO_FALLBACK),
    (lambda now: now.emergency, Reason.EMERGENCY),
    (_holder_enabled, Reason.WRONG_STATE),
)
RETURN_RULES: Rules = (
    (lambda now: not _holder_enabled(now), Reason.NO_FALLBACK),
    (lambda now: now.return_profile is None, Reason.NO_FALLBACK),
)


def holder(nvm: Nvm) -> Profile | None:
    """The profile with the fallback attribute."""
    return _profile(nvm, nvm.get(keys.FALLBACK_ATTRIBUTE))


def return_profile(nvm: Nvm) -> Profile | None:
    """The profile that ReturnFromFallback would enable; None when no fallback was executed."""
    return _profile(nvm, nvm.get(keys.FALLBACK_RETURN))


def clear_return(nvm: Nvm) -> None:
    """Forget the profile to return to."""
    nvm.delete(keys.FALLBACK_RETURN)


def set_attribute(nvm: Nvm, profile: Profile, supported: bool = True) -> None:
    """PSMO setFallbackAttribute, SGP.32 3.4.6: the attribute moves to `profile`.

    Nothing happens when it has it already. Refused(FALLBACK_NOT_ALLOWED): its metadata do not allow it, it is the
    Emergency Profile, or the card is without fallback. Refused(FALLBACK_ENABLED): the profile that has it is enabled.
    """
    now = _situation(nvm, profile=profile, supported=supported)
    if now.holder == profile:
        return
    _check(SET_RULES, now)
    nvm.set(keys.FALLBACK_ATTRIBUTE, profile.aid)


def unset(nvm: Nvm) -> None:
    """PSMO unsetFallbackAttribute, SGP.32 3.4.7; Refused(NO_FALLBACK or FALLBACK_ENABLED)."""
    _check(UNSET_RULES, _situation(nvm))
    nvm.delete(keys.FALLBACK_ATTRIBUTE)


def execute_target(nvm: Nvm, supported: bool) -> bytes:
    """AID to switch to for ExecuteFallbackMechanism; Refused(NONE_ENABLED, NO_FALLBACK, EMERGENCY, WRONG_STATE)."""
    now = _situation(nvm, supported=supported)
    _check(EXECUTE_RULES, now)
    assert now.holder is not None  # by the second rule
    return now.holder.aid


def return_target(nvm: Nvm) -> bytes:
    """AID to switch to for ReturnFromFallback; Refused(NO_FALLBACK)."""
    now = _situation(nvm)
    _check(RETURN_RULES, now)
    assert now.return_profile is not None  # by the second rule
    return now.return_profile.aid


def _situation(nvm: Nvm, profile: Profile | None = None, supported: bool = True) -> Situation:
    return Situation(
        profile=profile,
        holder=holder(nvm) if supported else None,
        enabled=ProfileStore(nvm).enabled(),
        return_profile=return_profile(nvm),
        emergency=emergency.active(nvm),
        supported=supported,
    )


def _check(rules: Rules, now: Situation) -> None:
    for applies, reason in rules:
        if applies(now):
            raise Refused(reason)


def _profile(nvm: Nvm, aid: bytes | None) -> Profile | None:
    return ProfileStore(nvm).by_aid(aid) if aid else None
