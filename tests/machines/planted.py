"""What a machine finds when the card has a bug, and how short it tells it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from euicc.testing.machines import Disagreement


def ci(examples: int, steps: int) -> settings:
    """What runs with every test run."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def found(machine: type[RuleBasedStateMachine], examples: int = 800, steps: int = 15) -> Disagreement:
    """The shrunk failure of a machine over a card with a bug."""
    search = settings(
        ci(examples, steps),
        database=None,
        derandomize=True,
        report_multiple_bugs=False,
        phases=(Phase.generate, Phase.shrink),
    )
    with pytest.raises(Disagreement) as caught:
        run_state_machine_as_test(machine, settings=search)
    print(caught.value)
    return caught.value
