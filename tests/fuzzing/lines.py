"""How many of the lines of what is fuzzed some inputs reach: those inside functions, of the modules that are loaded."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from time import monotonic
from types import CodeType, FrameType
from typing import Any

ROOT = str(Path(__file__).parents[2])


def reached(
    fuzz_one: Callable[[bytes], None], inputs: Iterable[bytes], packages: tuple[str, ...], seconds: float
) -> tuple[int, int]:
    """Lines reached, and lines there are; inputs as far as the seconds go."""
    hit: dict[str, set[int]] = {}

    def call(frame: FrameType, event: str, argument: Any) -> Callable[..., Any] | None:
        if not frame.f_code.co_filename.startswith(ROOT):
            return None
        lines = hit.setdefault(frame.f_code.co_filename, set())  # it may have been loaded only now

        def line(frame: FrameType, event: str, argument: Any) -> Callable[..., Any]:
            lines.add(frame.f_lineno)
            return line

        return line

    until = monotonic() + seconds
    sys.settrace(call)
    try:
        for data in inputs:
            if monotonic() > until:
                break
            try:
                fuzz_one(data)
            except Exception:  # was a finding when it was fuzzed: here only the lines count
                continue
    finally:
        sys.settrace(None)
    there = {file: set(function_lines(file)) for file in files(packages)}
    return sum(len(hit.get(file, set()) & lines) for file, lines in there.items()), sum(
        map(len, there.values())
    )


def files(packages: tuple[str, ...]) -> list[str]:
    """The sources of the loaded modules of these packages."""
    found = [
        getattr(module, "__file__", None)
        for name, module in [*sys.modules.items()]
        if any(name == package or name.startswith(f"{package}.") for package in packages)
    ]
    return [each for each in found if each]


def function_lines(file: str) -> Iterator[int]:
    """The numbers of the lines that run when functions are called."""
    with open(file, encoding="utf-8") as source:
        module = compile(source.read(), file, "exec")
    for inner in _inner(module):
        if inner.co_flags & 0x02:  # CO_NEWLOCALS: a function, no class
            yield from (
                number for _, _, number in inner.co_lines() if number and number != inner.co_firstlineno
            )


def _inner(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _inner(constant)
