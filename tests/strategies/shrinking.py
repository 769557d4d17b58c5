"""What hypothesis shrinks a planted failure to."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from hypothesis import HealthCheck, find, settings
from hypothesis.strategies import SearchStrategy

T = TypeVar("T")
SETTINGS = settings(
    max_examples=3000,
    derandomize=True,
    database=None,
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=[*HealthCheck],
)


def shrunk(strategy: SearchStrategy[T], fails: Callable[[T], object]) -> T:
    """The simplest value that hypothesis finds for which it fails."""
    return find(strategy, lambda value: bool(fails(value)), settings=SETTINGS)
