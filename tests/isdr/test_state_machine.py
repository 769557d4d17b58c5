"""Any sequence of changes of profile state, compared with a model: results, states, and who is told."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from euicc import Card, PowerLoss
from tests.isdr.es10 import delete, disable, enable, events, memory_reset, open_isdr, result, states
from tests.isdr.installed import OPERATIONAL, PPR1, PPR2, PROVISIONING, TEST, install

NUMBERS = st.integers(1, 3)
OK, NOT_FOUND, WRONG_STATE, POLICY, WRONG_REENABLING = range(5)


@dataclass
class Model:
    """What SGP.22 3.2 and 5.7.16 to 5.7.19 say, and no more.

    Profile 0 is none. marked: what a REFRESH will enable, None when none is due. told: notifications so far.
    """

    classes: dict[int, int] = field(default_factory=dict)
    rules: dict[int, int] = field(default_factory=dict)
    enabled: int = 0
    before_test: int = 0
    marked: int | None = None
    told: int = 0

    def tell(self, number: int) -> None:
        self.told += bool(number) and self.classes[number] != TEST

    def class_of(self, number: int) -> int | None:
        return self.classes.get(number)

    def enable(self, number: int) -> int:
        if number not in self.classes:
            return NOT_FOUND
        if number == self.enabled:
            return WRONG_STATE
        if self.classes[number] == OPERATIONAL and self.rules.get(self.enabled, 0) & PPR1:
            return POLICY
        leaving_test = self.class_of(self.enabled) == TEST and self.classes[number] != TEST
        return WRONG_REENABLING if leaving_test and number != self.before_test else OK

    def disable(self, number: int) -> int:
        if number not in self.classes:
            return NOT_FOUND
        if number != self.enabled:
            return WRONG_STATE
        return POLICY if self.rules[number] & PPR1 else OK

    def delete(self, number: int) -> int:
        if number not in self.classes:
            return NOT_FOUND
        if number in (self.enabled, self.marked):
            return WRONG_STATE
        return POLICY if self.classes[number] == PROVISIONING or self.rules[number] & PPR2 else OK

    def switch(self, target: int) -> None:
        self.marked = None
        if target == self.enabled:
            return
        if self.class_of(target) != TEST:
            self.before_test = 0
        elif self.class_of(self.enabled) == OPERATIONAL:
            self.before_test = self.enabled
        self.tell(self.enabled)
        self.tell(target)
        self.enabled = target

    def gone(self, number: int) -> None:
        self.tell(number)
        del self.classes[number], self.rules[number]
        self.before_test = 0 if self.before_test == number else self.before_test
        self.marked = None if self.marked == number else self.marked
        self.enabled = 0 if self.enabled == number else self.enabled

    def reset(self) -> None:
        if self.marked is not None:
            self.switch(self.marked)


class ProfileLife(RuleBasedStateMachine):
    """A terminal without proactive sessions: what waits for a REFRESH happens at the next reset."""

    def __init__(self) -> None:
        super().__init__()
        self.card = Card.manufacture(seed=1)
        self.isdr = open_isdr(self.card)
        self.model = Model()

    @initialize()
    def in_test_mode(self) -> None:
        """Where the most rules apply."""
        self.install(1, OPERATIONAL, 0)
        self.install(2, TEST, 0)
        self.enable(1, refresh=False)
        self.enable(2, refresh=False)

    def asked(self, request: bytes, tag: int, code: int) -> bool:
        assert self.isdr.store_data(request) == result(tag, code)
        return code == OK

    @rule(
        number=NUMBERS,
        profile_class=st.sampled_from((OPERATIONAL, TEST, PROVISIONING)),
        pprs=st.sampled_from((0, PPR1, PPR2)),
    )
    def install(self, number: int, profile_class: int, pprs: int) -> None:
        if number not in self.model.classes:
            install(self.card, number, profile_class=profile_class, pprs=pprs or None)
            self.model.classes[number], self.model.rules[number] = profile_class, pprs

    @rule(number=NUMBERS, refresh=st.booleans())
    def enable(self, number: int, refresh: bool) -> None:
        if self.asked(enable(number, refresh), 0xBF31, self.model.enable(number)):
            self.switched(number, refresh)

    @rule(number=NUMBERS, refresh=st.booleans())
    def disable(self, number: int, refresh: bool) -> None:
        if self.asked(disable(number, refresh), 0xBF32, self.model.disable(number)):
            back = self.model.before_test if self.model.class_of(number) == TEST else 0
            self.switched(back, refresh)

    def switched(self, target: int, refresh: bool) -> None:
        if refresh:
            self.model.marked = target
        else:
            self.model.switch(target)

    @rule(number=NUMBERS)
    def delete(self, number: int) -> None:
        if self.asked(delete(number), 0xBF33, self.model.delete(number)):
            self.model.gone(number)

    @rule(operational=st.booleans(), test=st.booleans())
    def memory_reset(self, operational: bool, test: bool) -> None:
        chosen = {OPERATIONAL: operational, TEST: test}
        doomed = [number for number, each in self.model.classes.items() if chosen.get(each)]
        bits = [bit for bit, wanted in enumerate((operational, test)) if wanted]
        self.asked(memory_reset(*bits), 0xBF34, OK if doomed else 1)
        was = self.model.enabled
        for number in doomed:
            self.model.gone(number)
        if was in doomed and self.model.before_test:
            self.model.enabled, self.model.before_test = self.model.before_test, 0
            self.model.tell(self.model.enabled)

    @rule()
    def reset(self) -> None:
        self.card.reset()
        self.model.reset()
        self.isdr = open_isdr(self.card)

    @precondition(lambda self: self.model.marked is not None)
    @rule(point=st.integers(1, 8))
    def power_lost_while_it_resets(self, point: int) -> None:
        self.card.nvm.lose_power_at = point
        with suppress(PowerLoss):
            self.card.reset()
        self.card.nvm.lose_power_at = None
        self.reset()

    @invariant()
    def as_the_model_says(self) -> None:
        expected = {number: int(number == self.model.enabled) for number in self.model.classes}
        assert states(self.isdr) == expected

    @invariant()
    def who_is_told(self) -> None:
        numbers = [number for number, _, _ in events(self.isdr)]
        assert numbers == list(range(1, self.model.told + 1))


TestProfileLife = ProfileLife.TestCase
TestProfileLife.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
