"""ES10c and the notifications of ES10b in any order, against a model: `CardManagementMachine`."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from apdu import tlv
from euicc.testing.machines import es10
from euicc.testing.machines.card import CardMachine
from euicc.testing.machines.es10 import name
from euicc.testing.machines.profile_model import (
    NONE,
    OK,
    OPERATIONAL,
    PPR1,
    PPR2,
    PROVISIONING,
    TEST,
    ProfileFacts,
    ProfileModel,
    Told,
)

CODES = {
    0: "ok",
    1: "not found",
    2: "wrong profile state",
    3: "disallowed by policy",
    4: "wrong profile re-enabling",
}
CODES_OF = {0xBF34: {0: "ok", 1: "nothing to delete"}, 0xBF30: {0: "ok", 1: "nothing to delete"}}
FOREIGN = bytes.fromhex("98FFFFFFFFFFFFFFFFF0")
"""ICCID of a profile that no card has."""
GONE = 3
places = st.integers(0, GONE)
nicknames = st.sampled_from((b"", b"work", "Zürich".encode(), b"n" * 64))
Change = tuple[str, bytes, Callable[[ProfileModel], int]]
"""What is asked, in words and in bytes, and what it does to the model."""
Seen = tuple[dict[bytes, es10.Shown], list[Told]]
"""Profiles by ICCID, and notifications in the order of their numbers."""


class CardManagementMachine(CardMachine):
    """Profiles are enabled, disabled, deleted, named; notifications listed, retrieved, removed; memory and card reset.

    After each step GetProfilesInfo and ListNotification show what the model has. The terminal takes no part in
    proactive sessions: what waits for a REFRESH happens at the next reset.
    """

    deletes: ClassVar[bool] = True
    """Whether profiles of the card may be deleted. False for a card whose profiles are to stay."""
    preloaded: ClassVar[frozenset[bytes]] = frozenset()
    """ICCIDs of test profiles that a memory reset leaves alone, for it only deletes those that came by download."""

    def install(self, place: int, facts: ProfileFacts) -> bytes | None:
        """Put a profile on the card; its ICCID. None: this card gets no more profiles.

        place, 0 to 3: which of four profiles; facts: what it shall be. It is installed disabled, with the notification
        configuration of `facts`, by download or in any other way; it is never asked for while it is there.
        """
        return None

    def __init__(self) -> None:
        super().__init__()
        self.model = ProfileModel()
        self.installed: dict[int, bytes] = {}
        self.offset: int | None = None
        self.tidy_up()
        self.learn()

    def tidy_up(self) -> None:
        """Have every example begin alike: no profile enabled, no nicknames, no notifications.

        Otherwise what an example can do depends on those before it, on a card that stays the same; hypothesis calls
        that flaky. A profile that cannot be disabled stays enabled. Whoever makes a new card
        for each example in a state of interest has this do nothing.
        """
        # Disabling a test profile enables the one before it.
        for _ in range(2):
            for iccid in [each for each, shown in es10.profiles(self).items() if shown.enabled]:
                self.ask("DisableProfile", es10.switch(0xBF32, iccid, refresh=False))
                self.restart()
        for iccid, shown in es10.profiles(self).items():
            if shown.nickname:
                self.ask("SetNickname", es10.set_nickname(iccid, b""))
        for pending in es10.notifications(self):
            self.ask("RemoveNotificationFromList", es10.remove_notification(pending.number))

    def learn(self) -> None:
        """Begin where the card is."""
        shown = es10.profiles(self)
        found = es10.facts(self)
        self.model.profiles = {iccid: self.kept(iccid, each) for iccid, each in found.items()}
        self.model.nicknames = {iccid: each.nickname for iccid, each in shown.items() if each.nickname}
        self.model.enabled = next((iccid for iccid, each in shown.items() if each.enabled), NONE)
        self.known = list(found)
        self.learn_notifications()

    def kept(self, iccid: bytes, facts: ProfileFacts) -> ProfileFacts:
        """With what the card does not show of it."""
        resettable = iccid not in self.preloaded
        return ProfileFacts(facts.profile_class, facts.rules, facts.told, resettable)

    def learn_notifications(self) -> None:
        """Take the notifications that are there for given: what installations leave is not of this machine."""
        found = es10.notifications(self)
        if not found:
            return
        if self.offset is None:
            self.offset = found[0].number - 1
        self.model.pending = [self.told(each) for each in found]
        self.model.numbered = max(self.model.numbered, self.model.pending[-1].number)

    # -- steps --------------------------------------------------------------------------------------------------------

    def iccid(self, place: int) -> bytes:
        """0 to 2: of a profile that is there; 3, or when none is there: of one that is not, or not any more."""
        present = list(self.model.profiles)
        if present and place < GONE:
            return present[place % len(present)]
        return next((iccid for iccid in self.known if iccid not in self.model.profiles), FOREIGN)

    def perform(self, change: Change) -> int:
        """Ask for it, and compare the code."""
        words, request, effect = change
        expected = effect(self.model)
        self.compare(words, request, self.ask(words, request), expected)
        return expected

    def compare(self, words: str, request: bytes, answer: bytes, expected: int) -> None:
        """The result code that came, and the one that should."""
        names = CODES_OF.get(int.from_bytes(request[:2], "big"), CODES)
        came = es10.result_code(answer)
        if came != expected:
            raise self.story.ends(
                words, f"{names.get(came or 0, 'code')} ({came})", f"{names[expected]} ({expected})"
            )
        self.story.tell(f"{words}: {names[expected]}")

    def change(self, function: str, place: int, refresh: bool) -> Change:
        """A change of one profile."""
        iccid = self.iccid(place)
        if function == "delete":
            return f"DeleteProfile {name(iccid)}", es10.delete(iccid), lambda model: model.delete(iccid)
        how = "by REFRESH" if refresh else "at once"
        if function == "enable":
            request = es10.switch(0xBF31, iccid, refresh)
            return f"EnableProfile {name(iccid)} {how}", request, lambda model: model.enable(iccid, refresh)
        request = es10.switch(0xBF32, iccid, refresh)
        return f"DisableProfile {name(iccid)} {how}", request, lambda model: model.disable(iccid, refresh)

    @rule(
        place=places,
        profile_class=st.sampled_from((OPERATIONAL, TEST, PROVISIONING)),
        rules=st.sampled_from((0, PPR1, PPR2)),
    )
    def installation(self, place: int, profile_class: int, rules: int) -> None:
        """A profile comes, where profiles can come."""
        if self.installed.get(place) in self.model.profiles:
            return
        asked = ProfileFacts(profile_class, rules, ((0xF0, "smdp.example.com"),))
        iccid = self.install(place, asked)
        if iccid is None:
            return
        self.installed[place] = iccid
        self.model.profiles[iccid] = self.kept(iccid, es10.facts(self)[iccid])
        self.known += [iccid] if iccid not in self.known else []
        self.learn_notifications()
        self.story.tell(
            f"profile {name(iccid)} is installed, class {profile_class}, policy rules {rules:02X}"
        )

    @rule(place=places, refresh=st.booleans())
    def enable(self, place: int, refresh: bool) -> None:
        """ES10c.EnableProfile."""
        self.perform(self.change("enable", place, refresh))

    @rule(place=places, refresh=st.booleans())
    def disable(self, place: int, refresh: bool) -> None:
        """ES10c.DisableProfile."""
        self.perform(self.change("disable", place, refresh))

    @rule(place=places)
    def delete(self, place: int) -> None:
        """ES10c.DeleteProfile; only what is refused, where nothing may be deleted."""
        if self.deletes or self.model.copy().delete(self.iccid(place)) != OK:
            self.perform(self.change("delete", place, False))

    @rule(place=places, nickname=nicknames)
    def nickname(self, place: int, nickname: bytes) -> None:
        """ES10c.SetNickname."""
        iccid = self.iccid(place)
        words = f"SetNickname {name(iccid)} to {nickname.decode() or 'nothing'}"
        request = es10.set_nickname(iccid, nickname)
        self.perform((words, request, lambda model: model.set_nickname(iccid, nickname)))

    @precondition(lambda self: self.deletes and len(self.model.profiles) != 1)
    @rule(operational=st.booleans(), test=st.booleans())
    def memory_reset(self, operational: bool, test: bool) -> None:
        """ES10c.eUICCMemoryReset."""
        words = " and ".join(["operational"] * operational + ["test"] * test) or "no"
        request, before = es10.memory_reset(operational, test), self.model.numbered
        self.perform(
            (
                f"EuiccMemoryReset of {words} profiles",
                request,
                lambda model: model.memory_reset(operational, test),
            )
        )
        self.take_order(before)

    def take_order(self, before: int) -> None:
        """In which order several profiles are deleted at once is the card's choice."""
        fresh = [each for each in self.told_now() if each.number > before]
        model = [each for each in self.model.pending if each.number > before]
        if sorted(map(Told.content, fresh)) == sorted(map(Told.content, model)):
            self.model.pending[len(self.model.pending) - len(model) :] = fresh

    @rule(place=st.integers(0, 4))
    def remove_notification(self, place: int) -> None:
        """ES10b.RemoveNotificationFromList, of a number that is there or just behind."""
        self.perform(self.removal(place))

    def removal(self, place: int) -> Change:
        """The notification at this place of the list is removed."""
        numbers = [each.number for each in self.model.pending] or [self.model.numbered + 1]
        chosen = numbers[place % len(numbers)] if place < 4 else self.model.numbered + 1
        shown = chosen + (self.offset or 0)
        words = f"RemoveNotificationFromList {shown}"
        return words, es10.remove_notification(shown), lambda model: model.remove_notification(chosen)

    @precondition(lambda self: self.model.pending)
    @rule(place=st.integers(0, 3))
    def retrieve_notification(self, place: int) -> None:
        """ES10b.RetrieveNotificationsList, of one that is in the list: it says the same of itself."""
        shown = es10.notifications(self)[place % len(self.model.pending)]
        words = f"RetrieveNotificationsList {shown.number}"
        listed = tlv.find(self.ask(words, es10.retrieve_notification(shown.number)), 0xBF2B, 0xA0)
        found = tlv.parse_all(listed or b"")
        metadata = [each.find(*((0xBF27,) if each.tag == 0xBF37 else ()), 0xBF2F, 0x80) for each in found]
        numbers = [int.from_bytes(each or b"", "big") for each in metadata]
        if numbers != [shown.number]:
            raise self.story.ends(words, numbers, [shown.number])
        self.story.tell(f"{words}: there")

    @rule()
    def reset(self) -> None:
        """Reset of the card."""
        self.restart()
        self.model.reset()
        self.story.tell("reset")

    # -- power --------------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.switch is not None)
    @rule(
        function=st.sampled_from(("enable", "disable", "delete", "remove")),
        place=places,
        refresh=st.booleans(),
        write=st.integers(1, 10),
    )
    def with_power_lost(self, function: str, place: int, refresh: bool, write: int) -> None:
        """The power goes at a write of a change: it was done, or it was not."""
        words, request, effect = (
            self.removal(place) if function == "remove" else self.change(function, place, refresh)
        )
        before, after = self.model.copy(), self.model
        expected = effect(after)
        if expected == OK and function == "delete" and not self.deletes:
            self.model = before
            return
        answers: list[bytes] = []
        if not self.cut(write, lambda: answers.append(self.ask(words, request))):
            self.compare(words, request, answers[0], expected)
            return
        self.returned(f"{words}, with the power lost at write {write}", before, after)

    @precondition(lambda self: self.switch is not None)
    @rule(write=st.integers(1, 10))
    def with_power_lost_in_reset(self, write: int) -> None:
        """The power goes while the card starts, and perhaps completes a switch."""
        if self.cut(write, self.wire.reset):
            self.story.tell(f"reset, with the power lost at write {write}")
        self.reset()

    def returned(self, words: str, *worlds: ProfileModel) -> None:
        """After the power came back: the card is in one of these states."""
        self.restart()
        for model in worlds:
            model.reset()
        seen = self.seen()
        fitting = [model for model in worlds if self.expected(model) == seen]
        if not fitting:
            raise self.story.ends(words, seen, " or ".join(str(self.expected(model)) for model in worlds))
        self.model = fitting[0]
        self.story.tell(words)

    # -- what always holds --------------------------------------------------------------------------------------------

    def told(self, pending: es10.Pending) -> Told:
        """A notification as the model has it."""
        return Told(pending.number - (self.offset or 0), pending.event, pending.iccid, pending.address)

    def seen(self) -> Seen:
        """What the card shows."""
        return es10.profiles(self), self.told_now()

    def told_now(self) -> list[Told]:
        """The notifications that the card lists."""
        found = es10.notifications(self)
        if found and self.offset is None:
            self.offset = found[0].number - 1
        return [self.told(each) for each in found]

    def expected(self, model: ProfileModel) -> Seen:
        """What it should show."""
        shown = {
            iccid: es10.Shown(iccid == model.enabled, model.nicknames.get(iccid, b""))
            for iccid in model.profiles
        }
        return shown, model.pending

    @invariant()
    def the_card_shows_what_the_model_has(self) -> None:
        """Profiles with state and nickname; notifications, each with a number one above the last."""
        profiles, pending = self.seen()
        should, told = self.expected(self.model)
        if profiles != should:
            raise self.story.ends("GetProfilesInfo", listed(profiles), listed(should))
        if pending != told:
            raise self.story.ends("ListNotification", pending, told)


def listed(profiles: dict[bytes, es10.Shown]) -> str:
    """Profiles with their state, for people."""
    return "; ".join(f"{name(iccid)} {shown}" for iccid, shown in sorted(profiles.items())) or "no profiles"
