"""What SGP.22 says of profile states and notifications, and no more: the model of `CardManagementMachine`."""

from __future__ import annotations

from dataclasses import dataclass, field

OK, NOT_FOUND, WRONG_STATE, POLICY, WRONG_REENABLING = range(5)
TEST, PROVISIONING, OPERATIONAL = 0, 1, 2
PPR1, PPR2 = 0x40, 0x20
"""Policy rules in the second octet of pprIds: the profile may not be disabled; may not be deleted."""
ENABLED, DISABLED, DELETED = 0x40, 0x20, 0x10
"""notificationEvent bits in the second octet of profileManagementOperation; 80 is installation."""
EVENTS = {0x80: "installed", ENABLED: "enabled", DISABLED: "disabled", DELETED: "deleted"}
NONE = b""
"""In the place of an ICCID: no profile."""


@dataclass(frozen=True)
class ProfileFacts:
    """What of a profile matters here. told: (event bits, address) of each of its notification configurations.

    resettable: whether a memory reset deletes it, which one of a test profile loaded in the factory does not.
    """

    profile_class: int = OPERATIONAL
    rules: int = 0
    told: tuple[tuple[int, str], ...] = ()
    resettable: bool = True


@dataclass(frozen=True)
class Told:
    """A pending notification. number: counted from the first that the model knows of; event: its bit."""

    number: int
    event: int
    iccid: bytes
    address: str

    def content(self) -> tuple[int, bytes, str]:
        """All but the number."""
        return self.event, self.iccid, self.address

    def __repr__(self) -> str:
        return f"{self.number}: {EVENTS.get(self.event, self.event)} {self.iccid.hex()} to {self.address}"


@dataclass
class ProfileModel:
    """SGP.22 3.2, 5.7.9 to 5.7.11, 5.7.16 to 5.7.19 and 5.7.21.

    marked: what a REFRESH will enable (NONE: nothing will be), None when none is due. before_test: to which profile
    the end of test mode returns. numbered: how many notifications there have been.
    """

    profiles: dict[bytes, ProfileFacts] = field(default_factory=dict)
    nicknames: dict[bytes, bytes] = field(default_factory=dict)
    enabled: bytes = NONE
    before_test: bytes = NONE
    marked: bytes | None = None
    pending: list[Told] = field(default_factory=list)
    numbered: int = 0

    def copy(self) -> ProfileModel:
        """One that can go another way."""
        return ProfileModel(
            dict(self.profiles), dict(self.nicknames), self.enabled, self.before_test, self.marked,
            list(self.pending), self.numbered,
        )  # fmt: skip

    def class_of(self, iccid: bytes) -> int | None:
        """Class of a profile that is there."""
        facts = self.profiles.get(iccid)
        return None if facts is None else facts.profile_class

    def has_rule(self, iccid: bytes, rule: int) -> bool:
        """Whether a profile that is there has this policy rule."""
        return iccid in self.profiles and bool(self.profiles[iccid].rules & rule)

    # -- functions: each gives the result code, and does what it says where that is OK --------------------------------

    def enable(self, iccid: bytes, refresh: bool) -> int:
        """EnableProfile, 5.7.16."""
        leaving_test = self.class_of(self.enabled) == TEST and self.class_of(iccid) != TEST
        rules = (
            (iccid not in self.profiles, NOT_FOUND),
            (iccid == self.enabled, WRONG_STATE),
            (self.class_of(iccid) == OPERATIONAL and self.has_rule(self.enabled, PPR1), POLICY),
            (leaving_test and iccid != self.before_test, WRONG_REENABLING),
        )
        return self._switched(first(rules), iccid, refresh)

    def disable(self, iccid: bytes, refresh: bool) -> int:
        """DisableProfile, 5.7.17."""
        rules = (
            (iccid not in self.profiles, NOT_FOUND),
            (iccid != self.enabled, WRONG_STATE),
            (self.has_rule(iccid, PPR1), POLICY),
        )
        back = self.before_test if self.class_of(iccid) == TEST else NONE
        return self._switched(first(rules), back, refresh)

    def delete(self, iccid: bytes) -> int:
        """DeleteProfile, 5.7.18."""
        rules = (
            (iccid not in self.profiles, NOT_FOUND),
            (iccid in (self.enabled, self.marked), WRONG_STATE),
            (self.class_of(iccid) == PROVISIONING or self.has_rule(iccid, PPR2), POLICY),
        )
        code = first(rules)
        if code == OK:
            self._gone(iccid)
        return code

    def set_nickname(self, iccid: bytes, nickname: bytes) -> int:
        """SetNickname, 5.7.21; an empty one takes it away."""
        if iccid not in self.profiles:
            return NOT_FOUND
        self.nicknames[iccid] = nickname
        return OK

    def memory_reset(self, operational: bool, test: bool) -> int:
        """eUICCMemoryReset, 5.7.19, of operational profiles and of test profiles not from the factory."""
        classes = {OPERATIONAL: operational, TEST: test}
        facts = self.profiles.items()
        doomed = [iccid for iccid, each in facts if classes.get(each.profile_class) and each.resettable]
        was = self.enabled
        for iccid in doomed:
            self._gone(iccid)
        if was in doomed and self.before_test:
            self.enabled, self.before_test = self.before_test, NONE
            self._tell(ENABLED, self.enabled)
        return OK if doomed else NOT_FOUND

    def remove_notification(self, number: int) -> int:
        """RemoveNotificationFromList, 5.7.11."""
        left = [each for each in self.pending if each.number != number]
        found, self.pending = left != self.pending, left
        return OK if found else NOT_FOUND

    def reset(self) -> None:
        """Reset of the card, which completes the switch that waits for it."""
        if self.marked is not None:
            self._switch(self.marked)

    # -- what follows -------------------------------------------------------------------------------------------------

    def _switched(self, code: int, target: bytes, refresh: bool) -> int:
        if code == OK and refresh:
            self.marked = target
        elif code == OK:
            self._switch(target)
        return code

    def _switch(self, target: bytes) -> None:
        self.marked = None
        if target == self.enabled:
            return
        if self.class_of(target) != TEST:
            self.before_test = NONE
        elif self.class_of(self.enabled) == OPERATIONAL:
            self.before_test = self.enabled
        self._tell(DISABLED, self.enabled)
        self._tell(ENABLED, target)
        self.enabled = target

    def _gone(self, iccid: bytes) -> None:
        self._tell(DELETED, iccid)
        del self.profiles[iccid]
        self.nicknames.pop(iccid, None)
        self.before_test = NONE if self.before_test == iccid else self.before_test
        self.marked = None if self.marked == iccid else self.marked
        self.enabled = NONE if self.enabled == iccid else self.enabled

    def _tell(self, event: int, iccid: bytes) -> None:
        """A notification to each address that the profile wants it sent to; test profiles tell nobody."""
        if not iccid or self.class_of(iccid) == TEST:
            return
        for events, address in self.profiles[iccid].told:
            if events & event:
                self.numbered += 1
                self.pending.append(Told(self.numbered, event, iccid, address))


def first(rules: tuple[tuple[bool, int], ...]) -> int:
    """The code of the first rule that applies, else OK."""
    return next((code for applies, code in rules if applies), OK)
