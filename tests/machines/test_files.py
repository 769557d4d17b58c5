"""The machine of files and PINs: a right card passes, each planted bug is told in a few steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from euicc.testing.machines.uicc.commands import CHANNELS, MAKERS, PINS, Makers
from euicc.uicc.context import Context
from euicc.uicc.pins import RunningPin
from tests.machines.cards import CardWithFiles
from tests.machines.planted import ci, found

TestCardWithFiles = CardWithFiles.TestCase
TestCardWithFiles.settings = ci(50, 40)


def counts_no_try(patch: pytest.MonkeyPatch) -> None:
    def present(self: RunningPin, value: bytes) -> bool:
        before = self.state
        given = right(self, value)
        self._store(replace(self.state, tries_left=before.tries_left if not given else self.state.tries_left))
        return given

    right = RunningPin.present
    patch.setattr(RunningPin, "present", present)


def gives_no_try_back(patch: pytest.MonkeyPatch) -> None:
    def present(self: RunningPin, value: bytes) -> bool:
        if self.state.value == value:
            self._verified.add(self._name)
            return True
        self._store(replace(self.state, tries_left=self.state.tries_left - 1))
        return False

    patch.setattr(RunningPin, "present", present)


def asks_for_no_right(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Context, "check_access", lambda self, file, access, ins: None)


class SharedPointer:
    """A record pointer that all channels have in common."""

    value: int | None = None

    def __get__(self, context: object, owner: object) -> int | None:
        return SharedPointer.value

    def __set__(self, context: object, value: int | None) -> None:
        SharedPointer.value = value


def shares_the_record_pointer(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Context, "record", SharedPointer())


Patch = Callable[[pytest.MonkeyPatch], None]
BUGS: dict[str, tuple[Patch, Makers, int]] = {
    "a wrong PIN costs no try": (counts_no_try, PINS, 3),
    "a PIN verified at last does not give the tries back": (gives_no_try_back, PINS, 5),
    "no access rule is looked at": (asks_for_no_right, MAKERS, 3),
    "the record pointer is the same on all channels": (shares_the_record_pointer, CHANNELS, 8),
}
"""The bug, what to look at, and in how many steps it is told."""


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_told_in_a_few_steps(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    patch, makers, most = BUGS[bug]
    patch(monkeypatch)

    class Focused(CardWithFiles):
        themes = (makers,)

    assert len(found(Focused, examples=2500, steps=10).steps) <= most
