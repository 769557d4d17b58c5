"""The machine of card management: a right card passes, each planted bug is told in a few steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis.stateful import run_state_machine_as_test

from apdu import Transport
from euicc.profiles.notifications import NotificationStore
from euicc.profiles.profile import Profile, ProfileState
from euicc.profiles.states import ProfileStates
from euicc.runtime import keys
from euicc.testing.machines import CardManagementMachine
from tests.machines.cards import EmulatedCard
from tests.machines.planted import ci, found

TestEmulatedCard = EmulatedCard.TestCase
TestEmulatedCard.settings = ci(50, 40)


class CardThatStays(CardManagementMachine):
    """As a physical card: one for all examples, which remembers, whose profiles stay, without a power switch."""

    deletes = False
    card: Transport

    def transport(self) -> Transport:
        return self.card


def test_one_card_for_all_examples() -> None:
    emulated = EmulatedCard()

    class OneCard(CardThatStays):
        card = emulated.card

    run_state_machine_as_test(OneCard, settings=ci(10, 30))
    assert len(emulated.card.isdr.profiles.all()) == 2
    assert emulated.card.nvm.get(keys.SEQUENCE_NUMBER) > 3


Patch = Callable[[pytest.MonkeyPatch], None]


def leaves_the_other_enabled(patch: pytest.MonkeyPatch) -> None:
    def switch(self: Any, target: bytes, *rest: Any) -> None:
        was = self._profiles.enabled()
        right(self, target, *rest)
        if was and target:
            with self._nvm.transaction():
                self._profiles.update(self._profiles.by_aid(was.aid).in_state(ProfileState.ENABLED))

    right = ProfileStates.switch
    patch.setattr(ProfileStates, "switch", switch)


def loses_a_notification(patch: pytest.MonkeyPatch) -> None:
    def add(self: NotificationStore, profile: Profile, event: int, besides: str | None = None) -> None:
        if event != 2:
            right(self, profile, event, besides)

    right = NotificationStore.add
    patch.setattr(NotificationStore, "add", add)


def counts_no_number(patch: pytest.MonkeyPatch) -> None:
    def next_seq(self: Any) -> int:
        return max((each.sequence_number for each in self.all()), default=0) + 1

    patch.setattr(NotificationStore, "next_seq", next_seq)


def forgets_a_marked_switch(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ProfileStates, "complete_switch", lambda self: False)


def deletes_the_marked(patch: pytest.MonkeyPatch) -> None:
    def delete(self: Any, profile: Profile) -> None:
        if self.marked == profile.aid:
            self.drop_switch()
        right(self, profile)

    right = ProfileStates.delete
    patch.setattr(ProfileStates, "delete", delete)


BUGS: dict[str, tuple[Patch, int]] = {
    "enabling leaves the other profile enabled": (leaves_the_other_enabled, 3),
    "no notification of a disabled profile": (loses_a_notification, 3),
    "a number is used again": (counts_no_number, 5),
    "what was to happen at the reset does not": (forgets_a_marked_switch, 3),
    "a profile that waits to be enabled can be deleted": (deletes_the_marked, 2),
}
"""The bug, and in how many steps it is told, the one that shows it included."""


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_told_in_a_few_steps(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    patch, most = BUGS[bug]
    patch(monkeypatch)
    assert len(found(EmulatedCard).steps) <= most


def test_a_switch_that_is_done_by_halves_when_the_power_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    def switch(self: Any, target: bytes, *rest: Any) -> None:
        was = self._profiles.enabled()
        if was:
            with self._nvm.transaction():
                self._profiles.update(was.in_state(ProfileState.DISABLED))
        right(self, target, *rest)

    right = ProfileStates.switch
    monkeypatch.setattr(ProfileStates, "switch", switch)
    story = found(EmulatedCard)
    assert len(story.steps) <= 3


def test_the_story_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    loses_a_notification(monkeypatch)
    first, second, last = found(EmulatedCard).steps
    assert first.startswith("EnableProfile 8901000000000000")
    assert second.startswith(("DisableProfile", "EnableProfile"))
    assert last.startswith("ListNotification\n     answered: [")
    assert "disabled 98100000" in last
