"""How long something takes, in processor time: others use the machine too."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic, process_time

RUNS = 7
RUN_SECONDS = 0.05
ROUNDS = 40
PATIENCE = 20.0
"""Seconds in which a figure over its limit may still find the machine quiet."""


def seconds(work: Callable[[], object], runs: int = RUNS) -> float:
    """Processor seconds for one call of `work`: the median of the runs, each long enough to be measured."""
    once = _timed(work, 1)
    count = max(1, int(RUN_SECONDS / max(once, 1e-9)))
    with quiet():
        return sorted(_timed(work, count) / count for _ in range(runs))[runs // 2]


def least(*plays: Callable[[], float], rounds: int = ROUNDS) -> list[float]:
    """The fewest seconds that each play says it took, the plays taking turns.

    What others do on the machine only adds: the least is what the work itself takes.
    """
    with quiet():
        taken = [[_alone(play) for play in plays] for _ in range(rounds)]
    return [min(each) for each in zip(*taken, strict=True)]


def against(
    play: Callable[[], float], floor: Callable[[], float], limit: float | None
) -> tuple[float, float]:
    """The least of a play and of its floor, which take turns: for longer while the ratio is over the limit."""
    return patiently(lambda: least(play, floor), limit)


def patiently(measure: Callable[[], Sequence[float]], limit: float | None) -> tuple[float, float]:
    """The least of what was measured, a figure and its floor: again and again while the ratio is over the limit.

    A busy machine slows large programs more than small loops, so a ratio needs a quiet moment, too.
    """
    until = monotonic() + PATIENCE
    taken, lowest = measure()
    while limit is not None and taken > limit * lowest and monotonic() < until:
        again = measure()
        taken, lowest = min(taken, again[0]), min(lowest, again[1])
    return taken, lowest


def timed(work: Callable[[], object]) -> Callable[[], float]:
    """A play of one call of `work`."""
    return lambda: _timed(work, 1)


@contextmanager
def quiet() -> Iterator[None]:
    """No garbage collection meanwhile, and nothing left over to collect."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


def _alone(play: Callable[[], float]) -> float:
    """One play, what the one before left behind collected first."""
    gc.collect()
    return play()


def _timed(work: Callable[[], object], count: int) -> float:
    start = process_time()
    for _ in range(count):
        work()
    return process_time() - start
