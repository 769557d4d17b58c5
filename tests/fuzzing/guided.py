"""Inputs bred by coverage: atheris, with libFuzzer behind it and the target's own mutations before it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import atheris

from tests.fuzzing.target import Target, load, packages
from tests.fuzzing.watch import Watch

OF_ITS_OWN = 4
"""One mutation of so many is libFuzzer's."""
LARGEST_INPUT = 1 << 16


def run(name: str, seconds: float, seed: int, directory: Path, over: Callable[[Watch], None]) -> None:
    """Fuzz one target until `over` ends the process; what covers something new is kept in the directory."""
    with atheris.instrument_imports(include=list(packages(name))):
        target = load(name)
        for data in target.corpus[:20]:  # what is imported at first use is instrumented, too
            target.fuzz_one(data)
    seeds, kept = directory / "seeds", directory / "kept"
    for each in (seeds, kept):
        each.mkdir(parents=True)
    for number, data in enumerate(target.corpus):
        (seeds / str(number)).write_bytes(data)
    watch = Watch(target, seconds, over)
    flags = ("-rss_limit_mb=0", f"-seed={seed or 1}", f"-max_len={LARGEST_INPUT}")
    atheris.Setup([sys.argv[0], str(kept), str(seeds), *flags], watch, custom_mutator=_mutator(target))
    watch.guard()
    atheris.Fuzz()


def _mutator(target: Target) -> Callable[[bytes, int, int], bytes]:
    def mutate(data: bytes, largest: int, seed: int) -> bytes:
        random = Random(seed)
        if not data or not random.randrange(OF_ITS_OWN):
            changed: bytes = atheris.Mutate(data, largest)
            return changed
        return target.mutate(random, data)[:largest]

    return mutate
