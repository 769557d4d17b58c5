"""How fast the machine of card management drives a card, against what hypothesis takes for steps that do nothing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from time import process_time

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from apdu import Transport
from tests.bench.row import Row
from tests.bench.stopwatch import patiently, quiet
from tests.machines.cards import EmulatedCard

EXAMPLES, STEPS, ROUNDS = 20, 50, 5
A_SECOND = 7_000
LIMIT = 1.0
"""Of the aim, or of what hypothesis takes for a step that does nothing, where the machine is slower than that."""


class Empty(RuleBasedStateMachine):
    """Nothing but hypothesis, and a count of its steps."""

    steps = 0

    @rule()
    def one(self) -> None:
        Empty.steps += 1

    @rule()
    def another(self) -> None:
        Empty.steps += 1

    @rule()
    def third(self) -> None:
        Empty.steps += 1


class Counted:
    """A card whose APDUs are counted."""

    sent = 0

    def __init__(self, card: Transport) -> None:
        self._card = card

    def reset(self) -> bytes:
        return self._card.reset()

    def transmit(self, command: bytes) -> bytes:
        Counted.sent += 1
        return self._card.transmit(command)


class CountedCard(EmulatedCard):
    """The card management machine over one."""

    def transport(self) -> Transport:
        return Counted(super().transport())


def rows() -> Iterator[Row]:
    """Two lines: one empty step, and one APDU of the machine."""
    numbers = count()

    def turns() -> list[float]:
        with quiet():
            taken = [(per_apdu(next(numbers)), per_step(next(numbers))) for _ in range(ROUNDS)]
        return [min(each) for each in zip(*taken, strict=True)]

    apdu, step = patiently(turns, LIMIT)
    aim = 1 / A_SECOND
    yield Row(f"one step of an empty machine, {1 / step:,.0f} a second", step, f"{A_SECOND:,} a second", aim)
    name, floor_name = f"machine of card management, {1 / apdu:,.0f} APDUs a second", f"{A_SECOND:,} a second"
    yield Row(name, apdu, floor_name if aim > step else "an empty step", max(aim, step), LIMIT)


def per_step(number: int) -> float:
    """Processor seconds of hypothesis for a step."""
    Empty.steps = 0
    return played(Empty, number) / Empty.steps


def per_apdu(number: int) -> float:
    """Processor seconds for an APDU of the machine, all it does and all the card does included."""
    Counted.sent = 0
    return played(CountedCard, number) / Counted.sent


def played(machine: type[RuleBasedStateMachine], number: int) -> float:
    """Processor seconds of one run."""
    chosen = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )

    @seed(number)
    class Seeded(machine):  # type: ignore[misc, valid-type]
        """The same steps for the same number."""

    start = process_time()
    run_state_machine_as_test(Seeded, settings=chosen)
    return process_time() - start
