"""The same without coverage: each input is one of the corpus, changed a few times, by a seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from tests.fuzzing.target import Target, load
from tests.fuzzing.watch import Watch

KEPT = 500
"""So many of the first inputs are kept for counting lines."""


def run(name: str, seconds: float, seed: int, directory: Path, over: Callable[[Watch], None]) -> None:
    """Fuzz one target until `over` ends the process."""
    target = load(name)
    watch = Watch(target, seconds, over)
    watch.guard()
    kept = directory / "kept"
    kept.mkdir(parents=True)
    for number, data in enumerate(inputs(target, seed)):
        if number < KEPT + len(target.corpus):
            (kept / str(number)).write_bytes(data)
        watch(data)


def inputs(target: Target, seed: int) -> Iterator[bytes]:
    """The corpus, and then its mutations without end."""
    yield from target.corpus
    random = Random(seed)
    while True:
        data = random.choice(target.corpus)
        for _ in range(random.choice((1, 1, 2, 3, 6))):
            data = target.mutate(random, data)
        yield data
