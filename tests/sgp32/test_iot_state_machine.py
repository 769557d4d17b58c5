"""Any sequence of fallback, emergency, ordinary changes, deletions and resets, compared with a model."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from apdu import tlv
from euicc import PowerLoss
from euicc.profiles import fallback
from euicc.refusals import Refused
from tests.isdr.es10 import delete, disable, enable, events, open_isdr, result, states
from tests.isdr.installed import OPERATIONAL, PROVISIONING, install
from tests.sgp32.iot import (
    ECALL,
    EMERGENCY_OFF,
    EMERGENCY_ON,
    FALLBACK_ALLOWED,
    FROM_FALLBACK,
    TO_FALLBACK,
    iot_card,
    request,
    reset,
)

NORMAL, EMERGENCY, FALLBACK, PROVISIONED = 1, 2, 3, 4
NUMBERS = st.sampled_from((NORMAL, EMERGENCY, FALLBACK, PROVISIONED))
DESCRIBED = {
    NORMAL: (OPERATIONAL, b""),
    EMERGENCY: (OPERATIONAL, ECALL),
    FALLBACK: (OPERATIONAL, FALLBACK_ALLOWED),
    PROVISIONED: (PROVISIONING, FALLBACK_ALLOWED),
}
"""Class and metadata of each profile that may be there."""
MAY_FALL_BACK = (FALLBACK, PROVISIONED)
ORDINARY = 0
OK, NOT_FOUND, WRONG_STATE, POLICY, NO_FALLBACK, NONE_ENABLED, NO_ECALL, ECALL_ACTIVE, UNDEFINED = (
    0,
    1,
    2,
    3,
    6,
    7,
    8,
    104,
    127,
)


@dataclass
class Model:
    """What SGP.32 5.9.20 to 5.9.23 say, and no more.

    Profile 0 is none. back: where ReturnFromFallback leads. before_ecall: where the end of the emergency leads, None
    when there is none. marked: (target, function) of what a reset will do. told: notifications so far.
    """

    present: set[int] = field(default_factory=set)
    enabled: int = 0
    holder: int = 0
    back: int = 0
    before_ecall: int | None = None
    marked: tuple[int, int] | None = None
    told: int = 0

    @property
    def ecall(self) -> bool:
        return self.before_ecall is not None

    def enable(self, number: int) -> int:
        if number not in self.present:
            return NOT_FOUND
        if self.ecall:
            return UNDEFINED
        return WRONG_STATE if number == self.enabled else OK

    def disable(self, number: int) -> int:
        if number not in self.present:
            return NOT_FOUND
        if self.ecall:
            return UNDEFINED
        return OK if number == self.enabled else WRONG_STATE

    def delete(self, number: int) -> int:
        if number not in self.present:
            return NOT_FOUND
        if number in (self.enabled, self.marked and self.marked[0]):
            return WRONG_STATE
        if number == PROVISIONED:
            return POLICY
        return UNDEFINED if number in (self.back, self.before_ecall) else OK

    def to_fallback(self) -> int:
        if not self.enabled:
            return NONE_ENABLED
        if not self.holder:
            return NO_FALLBACK
        if self.ecall:
            return ECALL_ACTIVE
        return WRONG_STATE if self.holder == self.enabled else OK

    def from_fallback(self) -> int:
        return OK if self.holder and self.holder == self.enabled and self.back else NO_FALLBACK

    def emergency_on(self) -> int:
        if EMERGENCY not in self.present:
            return NO_ECALL
        return WRONG_STATE if self.enabled == EMERGENCY else OK

    def emergency_off(self) -> int:
        return OK if self.ecall else WRONG_STATE

    def may_hold(self, number: int) -> bool:
        if number == self.holder:
            return True
        return number in MAY_FALL_BACK and not (self.holder and self.holder == self.enabled)

    def switch(self, target: int, function: int) -> None:
        self.marked = None
        if target == self.enabled:
            return
        if function == ORDINARY:
            self.back, self.before_ecall = 0, None
        elif function == TO_FALLBACK:
            self.back = self.enabled
        elif function == FROM_FALLBACK:
            self.back = 0
        else:
            self.before_ecall = self.enabled if function == EMERGENCY_ON else None
        if function != EMERGENCY_ON:
            self.told += bool(self.enabled) + bool(target)
        self.enabled = target

    def gone(self, number: int) -> None:
        self.told += 1
        self.present.remove(number)
        self.holder = 0 if self.holder == number else self.holder
        self.back = 0 if self.back == number else self.back
        self.enabled = 0 if self.enabled == number else self.enabled
        self.marked = None if self.marked and self.marked[0] == number else self.marked


class IotProfileLife(RuleBasedStateMachine):
    """A terminal without proactive sessions: what waits for a REFRESH happens at the next reset."""

    def __init__(self) -> None:
        super().__init__()
        self.card = iot_card()
        self.isdr = open_isdr(self.card)
        self.model = Model()

    @initialize()
    def with_a_way_to_fall_back(self) -> None:
        for number in (NORMAL, EMERGENCY, FALLBACK):
            self.install(number)
        self.set_attribute(FALLBACK)
        self.enable(NORMAL, refresh=False)

    def asked(self, command: bytes, tag: int, code: int) -> bool:
        assert self.isdr.store_data(command) == result(tag, code)
        return code == OK

    def switched(self, target: int, function: int, refresh: bool) -> None:
        if refresh:
            self.model.marked = (target, function)
        else:
            self.model.switch(target, function)

    @rule(number=NUMBERS)
    def install(self, number: int) -> None:
        if number not in self.model.present:
            profile_class, more = DESCRIBED[number]
            install(self.card, number, profile_class=profile_class, more=more)
            self.model.present.add(number)

    @rule(number=NUMBERS)
    def set_attribute(self, number: int) -> None:
        if number not in self.model.present:
            return
        profile = next(each for each in self.card.isdr.profiles.all() if each.iccid[-1] == number)
        try:
            with self.card.nvm.transaction():
                fallback.set_attribute(self.card.nvm, profile)
        except Refused:
            assert not self.model.may_hold(number)
        else:
            assert self.model.may_hold(number)
            self.model.holder = number

    @rule(number=NUMBERS, refresh=st.booleans())
    def enable(self, number: int, refresh: bool) -> None:
        if self.asked(enable(number, refresh), 0xBF31, self.model.enable(number)):
            self.switched(number, ORDINARY, refresh)

    @rule(number=NUMBERS, refresh=st.booleans())
    def disable(self, number: int, refresh: bool) -> None:
        if self.asked(disable(number, refresh), 0xBF32, self.model.disable(number)):
            self.switched(0, ORDINARY, refresh)

    @rule(number=NUMBERS)
    def delete(self, number: int) -> None:
        if self.asked(delete(number), 0xBF33, self.model.delete(number)):
            self.model.gone(number)

    @rule(refresh=st.booleans())
    def to_fallback(self, refresh: bool) -> None:
        if self.asked(request(TO_FALLBACK, refresh), TO_FALLBACK, self.model.to_fallback()):
            self.switched(self.model.holder, TO_FALLBACK, refresh)

    @rule(refresh=st.booleans())
    def from_fallback(self, refresh: bool) -> None:
        if self.asked(request(FROM_FALLBACK, refresh), FROM_FALLBACK, self.model.from_fallback()):
            self.switched(self.model.back, FROM_FALLBACK, refresh)

    @rule(refresh=st.booleans())
    def emergency_on(self, refresh: bool) -> None:
        if self.asked(request(EMERGENCY_ON, refresh), EMERGENCY_ON, self.model.emergency_on()):
            self.switched(EMERGENCY, EMERGENCY_ON, refresh)

    @rule(refresh=st.booleans())
    def emergency_off(self, refresh: bool) -> None:
        if self.asked(request(EMERGENCY_OFF, refresh), EMERGENCY_OFF, self.model.emergency_off()):
            self.switched(self.model.before_ecall or 0, EMERGENCY_OFF, refresh)

    @rule(bits=st.sampled_from(((0,), (4,), (0, 4))))
    def memory_reset(self, bits: tuple[int, ...]) -> None:
        chosen = {OPERATIONAL: 0 in bits, PROVISIONING: 4 in bits}
        doomed = [number for number in self.model.present if chosen[DESCRIBED[number][0]]]
        code = ECALL_ACTIVE if self.model.ecall else OK if doomed else 1
        assert self.isdr.store_data(reset(*bits)) == tlv.encode(0xBF64, tlv.encode(0x80, bytes([code])))
        if code == OK:
            for number in doomed:
                self.model.gone(number)

    @rule()
    def reset(self) -> None:
        self.card.reset()
        if self.model.marked is not None:
            self.model.switch(*self.model.marked)
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
        expected = {number: int(number == self.model.enabled) for number in self.model.present}
        assert states(self.isdr) == expected

    @invariant()
    def who_is_told(self) -> None:
        numbers = [number for number, _, _ in events(self.isdr)]
        assert numbers == list(range(1, self.model.told + 1))


TestIotProfileLife = IotProfileLife.TestCase
TestIotProfileLife.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
