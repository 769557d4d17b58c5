"""How long something takes, on a machine that others use too: the best of several short runs."""

from __future__ import annotations

import gc
from collections.abc import Callable
from time import perf_counter

RUNS = 7
RUN_SECONDS = 0.05


def seconds(work: Callable[[], object], runs: int = RUNS) -> float:
    """Seconds for one call of `work`: the median of the runs, each long enough to be measured."""
    once = _timed(work, 1)
    count = max(1, int(RUN_SECONDS / max(once, 1e-9)))
    gc.collect()
    gc.disable()
    try:
        return sorted(_timed(work, count) / count for _ in range(runs))[runs // 2]
    finally:
        gc.enable()


def _timed(work: Callable[[], object], count: int) -> float:
    start = perf_counter()
    for _ in range(count):
        work()
    return perf_counter() - start
