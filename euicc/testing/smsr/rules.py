"""Who may have what done, and what POL2 allows, SGP.02 2.4.11: rules that a function's row names, as data."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from euicc.testing.m2m.eis import Eis
from euicc.testing.m2m.es3 import PolicyRule, ProfileInfo, ProfileState, Status
from euicc.testing.smsr import refusals
from euicc.testing.smsr.refusals import Refusal

Rule = Callable[[Eis, ProfileInfo, str], Status | None]
"""Given the EIS, the profile that is meant and who asks: why not, or None."""


def _of_requester(eis: Eis, profile: ProfileInfo, requester: str) -> Status | None:
    # Who has no name is not the SM-DP of a profile that came without one.
    own = requester and requester in (profile.operator, profile.smdp, eis.smsr_id)
    return None if own else refusals.NOT_YOURS


def _in(*states: ProfileState) -> Rule:
    return lambda eis, profile, requester: None if profile.state in states else refusals.WRONG_STATE


def _no_fallback_holder(eis: Eis, profile: ProfileInfo, requester: str) -> Status | None:
    return refusals.IS_FALLBACK if profile.fallback else None


def _somebody_has_fallback(eis: Eis, profile: ProfileInfo, requester: str) -> Status | None:
    return None if eis.fallback else refusals.NO_FALLBACK


def _enabled_may_be_disabled(eis: Eis, profile: ProfileInfo, requester: str) -> Status | None:
    enabled = eis.enabled
    held = enabled is not None and PolicyRule.DISABLING_NOT_ALLOWED in enabled.pol2
    return refusals.POL2 if held else None


def _may_be_deleted(eis: Eis, profile: ProfileInfo, requester: str) -> Status | None:
    return refusals.POL2 if PolicyRule.DELETION_NOT_ALLOWED in profile.pol2 else None


def to_be_deleted(profile: ProfileInfo) -> bool:
    """Whether POL2 wants a profile deleted in the state that it came to."""
    wanted = PolicyRule.DELETE_WHEN_DISABLED in profile.pol2
    return wanted and profile.state is ProfileState.DISABLED and not profile.fallback


OWN: tuple[Rule, ...] = (_of_requester,)
"""Of the operator, of the SM-DP that acts for it, or of the SM-SR itself."""
ENABLE: tuple[Rule, ...] = (*OWN, _in(ProfileState.DISABLED), _enabled_may_be_disabled)
DISABLE: tuple[Rule, ...] = (
    *OWN,
    _in(ProfileState.ENABLED),
    _somebody_has_fallback,
    _no_fallback_holder,
    _enabled_may_be_disabled,
)
_DELETABLE = _in(ProfileState.IN_CREATION, ProfileState.CREATED, ProfileState.DISABLED)
DELETE: tuple[Rule, ...] = (*OWN, _DELETABLE, _no_fallback_holder, _may_be_deleted)
MASTER_DELETE: tuple[Rule, ...] = (_in(ProfileState.DISABLED), _no_fallback_holder)
"""Whatever POL2 says: the operator's token counts, which the card verifies."""
SET_FALLBACK: tuple[Rule, ...] = (*OWN, _in(ProfileState.DISABLED, ProfileState.ENABLED))
SEND_DATA: tuple[Rule, ...] = (*OWN, _in(ProfileState.CREATED, ProfileState.DISABLED, ProfileState.ENABLED))
COMPLETE: tuple[Rule, ...] = (*OWN, _in(ProfileState.CREATED, ProfileState.DISABLED))


def check(rules: Iterable[Rule], eis: Eis, profile: ProfileInfo, requester: str) -> None:
    """Refusal by the first rule that is against it."""
    for rule in rules:
        refused = rule(eis, profile, requester)
        if refused is not None:
            raise Refusal(refused)
