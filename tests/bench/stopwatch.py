"""How long something takes, in processor time: others use the machine too."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import process_time

RUNS = 7
RUN_SECONDS = 0.05
ROUNDS = 40


def seconds(work: Callable[[], object], runs: int = RUNS) -> float:
    """Processor seconds for one call of `work`: the median of the runs, each long enough to be measured."""
    once = _timed(work, 1)
    count = max(1, int(RUN_SECONDS / max(once, 1e-9)))
    with quiet():
        return sorted(_timed(work, count) / count for _ in range(runs))[runs // 2]


def least(*plays: Callable[[], float], rounds: int = ROUNDS) -> list[float]:
    """The fewest seconds that each play says it took, the plays taking turns.

    What others do on the machine only adds, and it adds to all of them: the least is what the work itself takes.
    """
    with quiet():
        taken = [tuple(play() for play in plays) for _ in range(rounds)]
    return [min(each) for each in zip(*taken, strict=True)]


def timed(work: Callable[[], object]) -> Callable[[], float]:
    """A play of one call of `work`."""
    return lambda: _timed(work, 1)


@contextmanager
def quiet() -> Iterator[None]:
    """No garbage collection meanwhile, and nothing left over to collect."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _timed(work: Callable[[], object], count: int) -> float:
    start = process_time()
    for _ in range(count):
        work()
    return process_time() - start
