"""Which changes an ISD-P allows, SGP.02 3 and 4.1: rules as small checks, each with its status word.

    rule of POL1                      before
    b1  disabling not allowed         another profile is enabled, this one is disabled
    b2  deletion not allowed          this one is deleted, but not by MasterDelete
    b3  deletion when disabled        (no refusal: it is carried out when a switch was confirmed)

POL1 lies in the header of the package until it is updated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntFlag
from typing import TYPE_CHECKING

from apdu import StatusError, status
from euicc.isdp import header
from euicc.m2m import local
from euicc.m2m.isd_p import LifeCycle
from euicc.profiles.profile import ProfileClass
from euicc.runtime import keys
from euicc.uicc.memory import ProfileMemory

if TYPE_CHECKING:
    from euicc.m2m.isd_p import IsdP
    from euicc.m2m.isdr import M2mIsdR


class Pol1(IntFlag):
    """Rules of a profile. The order of the bits is that of open SM-SRs; another source has that of SGP.22's PPRs."""

    DISABLING_NOT_ALLOWED = 0x01
    DELETION_NOT_ALLOWED = 0x02
    DELETED_WHEN_DISABLED = 0x04


@dataclass(frozen=True, slots=True)
class Situation:
    """What a rule may look at.

    isd_p: the one that is to change, in this state. pol1: its rules. enabled_pol1: rules of the enabled profile.
    holds_fallback, holds_emergency: whether it has the attribute. fallback: who has the fallback attribute. is_test: it
    is a test profile. switching: a switch is promised, or waits for its reset. local: the device itself chose the
    enabled profile, for an emergency or a test. way_back: where a switch that is not final, or such a choice, can lead
    back to. return_to: where a fallback has to return to, because that profile must not be disabled.
    """

    isd_p: IsdP
    state: LifeCycle
    pol1: Pol1
    enabled_pol1: Pol1
    holds_fallback: bool
    holds_emergency: bool
    fallback: bytes | None
    is_test: bool
    switching: bool
    local: bool
    way_back: frozenset[bytes]
    return_to: bytes | None


Rules = tuple[tuple[Callable[[Situation], bool], int], ...]
"""What must not be the case, and the status word when it is; the first that holds counts."""


def _not_disabled(now: Situation) -> bool:
    return now.state is not LifeCycle.DISABLED


def _not_enabled(now: Situation) -> bool:
    return now.state is not LifeCycle.ENABLED


def _enabled(now: Situation) -> bool:
    return now.state is LifeCycle.ENABLED


def _without_profile(now: Situation) -> bool:
    return now.state not in (LifeCycle.DISABLED, LifeCycle.ENABLED)


def _with_profile(now: Situation) -> bool:
    return not _without_profile(now)


def _holds_fallback(now: Situation) -> bool:
    return now.holds_fallback


def _holds_emergency(now: Situation) -> bool:
    return now.holds_emergency


def _no_fallback(now: Situation) -> bool:
    return now.fallback is None


def _switching(now: Situation) -> bool:
    return now.switching


def _local(now: Situation) -> bool:
    return now.local


def _is_test(now: Situation) -> bool:
    return now.is_test


def _enabled_must_stay(now: Situation) -> bool:
    return Pol1.DISABLING_NOT_ALLOWED in now.enabled_pol1


def _must_stay_enabled(now: Situation) -> bool:
    return Pol1.DISABLING_NOT_ALLOWED in now.pol1


def _must_stay(now: Situation) -> bool:
    return Pol1.DELETION_NOT_ALLOWED in now.pol1


def _another_is_awaited(now: Situation) -> bool:
    return now.return_to not in (None, now.isd_p.aid)


def _is_way_back(now: Situation) -> bool:
    return now.isd_p.aid in now.way_back


def _is_awaited(now: Situation) -> bool:
    return now.isd_p.aid == now.return_to


WRONG_STATE = status.CONDITIONS_NOT_SATISFIED

ENABLE: Rules = (
    (_not_disabled, WRONG_STATE),
    (_is_test, WRONG_STATE),
    (_switching, WRONG_STATE),
    (_local, WRONG_STATE),
    (_enabled_must_stay, status.POL1_FORBIDS),
    (_another_is_awaited, status.POL1_FORBIDS),
)
DISABLE: Rules = (
    (_not_enabled, WRONG_STATE),
    (_switching, WRONG_STATE),
    (_local, WRONG_STATE),
    (_holds_fallback, WRONG_STATE),
    (_no_fallback, WRONG_STATE),
    (_must_stay_enabled, status.POL1_FORBIDS),
)
DELETE: Rules = (
    (_enabled, WRONG_STATE),
    (_switching, WRONG_STATE),
    (_holds_fallback, WRONG_STATE),
    (_is_way_back, WRONG_STATE),
    (_is_awaited, WRONG_STATE),
    (_must_stay, status.POL1_FORBIDS),
)
MASTER_DELETE: Rules = (
    (_not_disabled, WRONG_STATE),
    (_switching, WRONG_STATE),
    (_holds_fallback, WRONG_STATE),
    (_is_way_back, WRONG_STATE),
)
SET_FALLBACK: Rules = (
    (_without_profile, WRONG_STATE),
    (_is_test, WRONG_STATE),
    (_switching, WRONG_STATE),
    (_holds_emergency, WRONG_STATE),
    (_another_is_awaited, status.POL1_FORBIDS),
)
SET_EMERGENCY: Rules = (
    (_without_profile, WRONG_STATE),
    (_is_test, WRONG_STATE),
    (_local, WRONG_STATE),
    (_holds_fallback, WRONG_STATE),
)
ESTABLISH_KEYS: Rules = ((_with_profile, WRONG_STATE),)
"""An SM-DP establishes keys before it installs a profile."""


def check(isdr: M2mIsdR, aid: bytes, rules: Rules) -> IsdP:
    """The ISD-P with this AID; StatusError 6A88 when there is none, and that of the first rule that it breaks."""
    isd_p = isdr.isd_ps.by_aid(aid)
    if isd_p is None:
        raise StatusError(status.REFERENCED_DATA_NOT_FOUND)
    now = _situation(isdr, isd_p)
    for broken, sw in rules:
        if broken(now):
            raise StatusError(sw)
    return isd_p


def pol1(isdr: M2mIsdR, aid: bytes) -> Pol1:
    """The rules of the profile in this ISD-P: as updated, or as in its package; none without a profile."""
    updated = ProfileMemory(isdr.nvm, aid).get(keys.POL1)
    if updated is not None:
        return Pol1(updated)
    if isdr.profiles.by_aid(aid) is None:
        return Pol1(0)
    coded = header.read(isdr.profiles.package(aid)).pol
    return Pol1(coded[0] if coded else 0)


def _situation(isdr: M2mIsdR, isd_p: IsdP) -> Situation:
    enabled, profile = isdr.profiles.enabled(), isdr.profiles.by_aid(isd_p.aid)
    fallback = isdr.nvm.get(keys.FALLBACK_ATTRIBUTE)
    return Situation(
        isd_p=isd_p,
        state=isdr.isd_ps.state(isd_p),
        pol1=pol1(isdr, isd_p.aid),
        enabled_pol1=pol1(isdr, enabled.aid) if enabled else Pol1(0),
        holds_fallback=fallback == isd_p.aid,
        holds_emergency=isdr.nvm.get(keys.EMERGENCY_ATTRIBUTE) == isd_p.aid,
        fallback=fallback,
        is_test=profile is not None and profile.profile_class is ProfileClass.TEST,
        switching=isdr.switching.waiting,
        local=local.active(isdr.nvm),
        way_back=_way_back(isdr),
        return_to=_return_to(isdr),
    )


def _way_back(isdr: M2mIsdR) -> frozenset[bytes]:
    pending = isdr.notifications_m2m.pending
    chosen = map(isdr.nvm.get, (keys.EMERGENCY_RETURN, keys.BEFORE_TEST))
    return frozenset((*(pending.disabled if pending else ()), *filter(None, chosen)))


def _return_to(isdr: M2mIsdR) -> bytes | None:
    """AID of the profile that a fallback took the place of although its POL1 forbids that, SGP.02 3.16."""
    before = isdr.nvm.get(keys.FALLBACK_RETURN)
    if before is None or Pol1.DISABLING_NOT_ALLOWED not in pol1(isdr, before):
        return None
    return before
