"""The states of the profiles: which change may happen, and what it brings with it, SGP.22 3.2 and 5.7.16 to 5.7.19.

Rule 1: everything that says which change of state is allowed stands in this file, as `Rules` of small checks.
Rule 2: this file does not know who asks, whether a REFRESH is needed, or what the answer looks like.
Rule 3: one change is one NVM transaction, with its notifications.

    operation     from                          to
    enable P      P disabled, E or none enabled P enabled, E disabled
    disable P     P enabled                     P disabled; after a test profile the one enabled before it is enabled
    delete P      P disabled                    P gone
    memory reset  any                           the chosen profiles gone

A switch that needs a REFRESH is only marked (`mark`); `complete_switch` carries it out, `drop_switch` forgets it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from asn1.generated import rsp
from euicc.config import Ppr
from euicc.profiles import emergency
from euicc.profiles.profile import Profile, ProfileClass, ProfileState
from euicc.profiles.switch import EFFECTS, NONE_ENABLED, SwitchCause, awaited
from euicc.refusals import Reason, Refused
from euicc.runtime import keys

if TYPE_CHECKING:
    from euicc.profiles.notifications import NotificationStore
    from euicc.profiles.store import ProfileStore
    from euicc.runtime.nvm import Key, Nvm


@dataclass(frozen=True)
class Situation:
    """What a rule may look at.

    profile: the one that is to change. enabled: the one enabled now.
    before_test: AID of the operational profile that was enabled before the first test profile.
    marked: AID that a marked switch will enable. awaited: AIDs of the profiles that a fallback or an emergency will
    return to. emergency: whether the Emergency Profile is on.
    """

    profile: Profile
    enabled: Profile | None
    before_test: bytes | None
    marked: bytes | None
    awaited: frozenset[bytes]
    emergency: bool


Rule = Callable[[Situation], None]


@dataclass(frozen=True)
class Rules:
    """Checks of each operation, in the order in which their result codes take precedence."""

    enable: tuple[Rule, ...]
    disable: tuple[Rule, ...]
    delete: tuple[Rule, ...]


def _refuse_if(condition: bool, reason: Reason) -> None:
    if condition:
        raise Refused(reason)


def must_be_disabled(situation: Situation) -> None:
    """The profile is enabled already."""
    _refuse_if(situation.profile.enabled, Reason.WRONG_STATE)


def must_be_enabled(situation: Situation) -> None:
    """The profile is not the enabled one."""
    _refuse_if(not situation.profile.enabled, Reason.WRONG_STATE)


def must_not_be_marked(situation: Situation) -> None:
    """The profile will be enabled by the REFRESH that is due: it counts as no longer disabled."""
    _refuse_if(situation.profile.aid == situation.marked, Reason.WRONG_STATE)


def enabled_may_be_disabled(situation: Situation) -> None:
    """PPR1 of the enabled profile; a test or a provisioning profile is enabled in spite of it."""
    overrides = situation.profile.profile_class is not ProfileClass.OPERATIONAL
    _refuse_if(not overrides and _has_ppr1(situation.enabled), Reason.POLICY)


def may_be_disabled(situation: Situation) -> None:
    """PPR1 of the profile itself."""
    _refuse_if(_has_ppr1(situation.profile), Reason.POLICY)


def may_be_deleted(situation: Situation) -> None:
    """PPR2 of the profile."""
    _refuse_if(Ppr.DELETION_NOT_ALLOWED in situation.profile.policy_rules, Reason.POLICY)


def provisioning_stays(situation: Situation) -> None:
    """A provisioning profile is not the user's to delete, SGP.22 2.4.5.3."""
    _refuse_if(situation.profile.profile_class is ProfileClass.PROVISIONING, Reason.POLICY)


def test_mode_is_left_backwards(situation: Situation) -> None:
    """From a test profile only to another one, or back to the operational profile enabled before the first."""
    enabled, target = situation.enabled, situation.profile
    if enabled is None or enabled.profile_class is not ProfileClass.TEST:
        return
    allowed = target.profile_class is ProfileClass.TEST or target.aid == situation.before_test
    _refuse_if(not allowed, Reason.WRONG_REENABLING)


def emergency_is_off(situation: Situation) -> None:
    """The Emergency Profile goes off by its own function only, SGP.32 5.9.23."""
    _refuse_if(situation.emergency, Reason.EMERGENCY)


def nothing_returns_to_it(situation: Situation) -> None:
    """A profile that a fallback or an emergency will return to stays, SGP.32 3.4.3."""
    _refuse_if(situation.profile.aid in situation.awaited, Reason.AWAITED)


def _has_ppr1(profile: Profile | None) -> bool:
    return profile is not None and Ppr.DISABLING_NOT_ALLOWED in profile.policy_rules


SGP22_RULES = Rules(
    enable=(must_be_disabled, enabled_may_be_disabled, test_mode_is_left_backwards),
    disable=(must_be_enabled, may_be_disabled),
    delete=(must_be_disabled, must_not_be_marked, provisioning_stays, may_be_deleted),
)
SGP32_RULES = Rules(
    enable=(emergency_is_off, *SGP22_RULES.enable),
    disable=(emergency_is_off, *SGP22_RULES.disable),
    delete=(*SGP22_RULES.delete, nothing_returns_to_it),
)


NAMING_A_PROFILE = (keys.BEFORE_TEST, keys.FALLBACK_ATTRIBUTE, keys.FALLBACK_RETURN)
"""What the card remembers by the AID of a profile, and forgets when the profile goes."""


class ResetOption(IntEnum):
    """What a memory reset takes away: the bits of resetOptions, SGP.22 5.7.19 (from 3 on: SGP.32 5.9.5)."""

    OPERATIONAL_PROFILES = 0
    FIELD_LOADED_TEST_PROFILES = 1
    DEFAULT_SMDP_ADDRESS = 2
    PRELOADED_TEST_PROFILES = 3
    PROVISIONING_PROFILES = 4
    EIM_CONFIGURATION = 5
    IMMEDIATE_ENABLE_CONFIGURATION = 6


CONFIGURATION: dict[ResetOption, tuple[Key[Any], ...]] = {
    ResetOption.DEFAULT_SMDP_ADDRESS: (keys.DEFAULT_DP_ADDRESS,),
    ResetOption.EIM_CONFIGURATION: (keys.EIM, keys.EIM_COUNTER, keys.ROLLBACK),
    ResetOption.IMMEDIATE_ENABLE_CONFIGURATION: (keys.IMMEDIATE_ENABLE,),
}
"""What an option takes away that is no profile; the first key tells whether there was any."""


@dataclass(frozen=True)
class ResetOutcome:
    """deleted: number of profiles gone. enabled_deleted: whether the enabled one was among them.

    cleared: options whose configuration was there and is gone.
    """

    deleted: int
    enabled_deleted: bool
    cleared: frozenset[ResetOption]


class ProfileStates:
    """The changes of state, over the stores of one card."""

    def __init__(
        self, nvm: Nvm, profiles: ProfileStore, notifications: NotificationStore, rules: Rules
    ) -> None:
        self._nvm = nvm
        self._profiles = profiles
        self._notifications = notifications
        self._rules = rules

    @property
    def marked(self) -> bytes | None:
        """AID that the next REFRESH or reset will enable, NONE_ENABLED for none; None when nothing is marked."""
        return self._nvm.get(keys.PENDING_SWITCH)

    def enable_target(self, profile: Profile) -> bytes:
        """AID to switch to when `profile` is to be enabled; Refused when the rules forbid it."""
        self._check(self._rules.enable, profile)
        return profile.aid

    def disable_target(self, profile: Profile) -> bytes:
        """AID to switch to when `profile` is to be disabled, NONE_ENABLED for none; Refused by the rules."""
        self._check(self._rules.disable, profile)
        before_test = self._nvm.get(keys.BEFORE_TEST)
        if profile.profile_class is ProfileClass.TEST and before_test:
            return before_test
        return NONE_ENABLED

    def mark(self, target: bytes, told: bool = True, cause: SwitchCause = SwitchCause.ORDINARY) -> None:
        """Remember a switch that waits for a REFRESH; it takes the place of one marked before.

        told: whether it will leave notifications. cause: decides what it will remember as the way back.
        """
        with self._nvm.transaction():
            self._nvm.set(keys.PENDING_SWITCH, target)
            self._nvm.set(keys.PENDING_SWITCH_UNTOLD, None if told else b"")
            self._nvm.set(keys.SWITCH_CAUSE, cause)

    def drop_switch(self) -> None:
        """Forget the marked switch."""
        with self._nvm.transaction():
            self._forget_mark()

    def complete_switch(self) -> bool:
        """Carry out the marked switch; False when there is none."""
        target = self.marked
        if target is None:
            return False
        told = self._nvm.get(keys.PENDING_SWITCH_UNTOLD) is None
        self.switch(target, told, SwitchCause(self._nvm.get(keys.SWITCH_CAUSE)))
        return True

    def switch(self, target: bytes, told: bool = True, cause: SwitchCause = SwitchCause.ORDINARY) -> None:
        """Disable the enabled profile, then enable `target` (NONE_ENABLED: none), each with its notifications.

        Nothing changes when `target` is enabled already: a memory reset may have brought it back meanwhile.
        told: whether it leaves notifications. cause: decides what it remembers as the way back.
        """
        with self._nvm.transaction():
            old = self._profiles.enabled()
            new = self._profiles.by_aid(target) if target else None
            self._forget_mark()
            if old == new:
                return
            EFFECTS[cause](self._nvm, old, new)
            if old:
                self._profiles.update(old.in_state(ProfileState.DISABLED))
            if new:
                self._profiles.update(new.in_state(ProfileState.ENABLED))
            if told:
                self._tell(old, new)

    def delete(self, profile: Profile) -> None:
        """Erase a profile; Refused when the rules forbid it."""
        self._check(self._rules.delete, profile)
        with self._nvm.transaction():
            self._erase(profile)

    def reset(self, options: Iterable[ResetOption]) -> ResetOutcome:
        """Carry out a memory reset. Power lost on the way: `complete_reset` goes on from here at the next start."""
        with self._nvm.transaction():
            self._nvm.set(keys.MEMORY_RESET, bytes(sorted(options)))
        return self._reset()

    def complete_reset(self) -> bool:
        """Finish a memory reset that lost its power; False when there is none."""
        if self._nvm.get(keys.MEMORY_RESET) is None:
            return False
        self._reset()
        return True

    def _check(self, rules: tuple[Rule, ...], profile: Profile) -> None:
        before_test = self._nvm.get(keys.BEFORE_TEST)
        situation = Situation(
            profile=profile,
            enabled=self._profiles.enabled(),
            before_test=before_test,
            marked=self.marked,
            awaited=awaited(self._nvm),
            emergency=emergency.active(self._nvm),
        )
        for rule in rules:
            rule(situation)

    def _forget_mark(self) -> None:
        for key in (keys.PENDING_SWITCH, keys.PENDING_SWITCH_UNTOLD, keys.SWITCH_CAUSE):
            self._nvm.delete(key)

    def _tell(self, old: Profile | None, new: Profile | None) -> None:
        if old:
            self._notifications.add(old, rsp.NotificationEvent.NOTIFICATION_DISABLE)
        if new:
            self._notifications.add(new, rsp.NotificationEvent.NOTIFICATION_ENABLE)

    def _erase(self, profile: Profile) -> None:
        self._profiles.delete(profile)
        if self._nvm.get(keys.FALLBACK_ATTRIBUTE) == profile.aid:
            # Without the fallback profile there is no fallback to return from.
            self._nvm.delete(keys.FALLBACK_RETURN)
        for key in NAMING_A_PROFILE:
            if self._nvm.get(key) == profile.aid:
                self._nvm.delete(key)
        rollback = self._nvm.get(keys.ROLLBACK)
        if rollback and profile.aid in (rollback.enabled, rollback.back):
            self._nvm.delete(keys.ROLLBACK)
        if self.marked == profile.aid:
            self._forget_mark()
        self._notifications.add(profile, rsp.NotificationEvent.NOTIFICATION_DELETE)

    def _reset(self) -> ResetOutcome:
        with self._nvm.transaction():
            stored = self._nvm.get(keys.MEMORY_RESET)
            options = frozenset(map(ResetOption, stored or b""))
            doomed = [profile for profile in self._profiles.all() if _reset_option(profile) in options]
            enabled = next((profile for profile in doomed if profile.enabled), None)
            for profile in doomed:
                self._erase(profile)
            if enabled and enabled.profile_class is ProfileClass.TEST:
                self._return_from_test()
            cleared = frozenset(option for option in options & CONFIGURATION.keys() if self._clear(option))
            self._nvm.delete(keys.MEMORY_RESET)
        return ResetOutcome(len(doomed), enabled is not None, cleared)

    def _clear(self, option: ResetOption) -> bool:
        """Forget a configuration; whether there was any."""
        found = bool(self._nvm.indexes(CONFIGURATION[option][0]))
        for key in CONFIGURATION[option]:
            for index in self._nvm.indexes(key):
                self._nvm.delete(key, index)
        return found

    def _return_from_test(self) -> None:
        """The enabled profile is gone: the one before a test profile comes back, if it is still there."""
        before_test = self._nvm.get(keys.BEFORE_TEST)
        if before_test and (profile := self._profiles.by_aid(before_test)):
            self._nvm.delete(keys.BEFORE_TEST)
            self._profiles.update(profile.in_state(ProfileState.ENABLED))
            self._tell(None, profile)


def _reset_option(profile: Profile) -> ResetOption:
    """The option that deletes this profile."""
    match profile.profile_class:
        case ProfileClass.TEST if profile.preloaded:
            return ResetOption.PRELOADED_TEST_PROFILES
        case ProfileClass.TEST:
            return ResetOption.FIELD_LOADED_TEST_PROFILES
        case ProfileClass.PROVISIONING:
            return ResetOption.PROVISIONING_PROFILES
        case _:
            return ResetOption.OPERATIONAL_PROFILES
