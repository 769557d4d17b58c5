"""Playbooks: a procedure's conversation, step by step, against a script of expected steps and their answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

from ipa.steps import Card, Procedure, Progress, Server, Step

T = TypeVar("T")


@dataclass(frozen=True)
class Line:
    """One expected step, by its name, and the answer it gets; an exception is thrown into the procedure."""

    name: str
    answer: Any = None
    check: Callable[[Any], bool] = lambda step: True


def named(step: Step) -> str:
    if isinstance(step, Card):
        return step.function.partition(".")[2]
    if isinstance(step, Server):
        return step.function
    return type(step).__name__


def play(procedure: Procedure[T], *script: Line) -> T:
    """Plays the whole script, progress left out; the procedure must want exactly these steps in this order."""
    told: list[str] = []
    lines = iter(script)
    try:
        step = next(procedure)
        while True:
            if isinstance(step, Progress):
                step = procedure.send(None)
                continue
            told.append(named(step))
            line = next(lines, None)
            assert line is not None, f"{told}: not in the script any more"
            assert line.name == named(step), f"{told}: {line.name} was expected"
            assert line.check(step), f"{told}: {step}"
            failed = isinstance(line.answer, Exception)
            step = procedure.throw(line.answer) if failed else procedure.send(line.answer)
    except StopIteration as end:
        rest = [line.name for line in lines]
        assert not rest, f"{told}: {rest} did not come"
        result: T = end.value
        return result


def play_to_failure(procedure: Procedure[Any], kind: type[Exception], *script: Line) -> Exception:
    """Like `play`, to an end with an exception; the script must be played to its end all the same."""
    seen: list[Line] = []

    def watched(line: Line) -> Line:
        def check(step: Any) -> bool:
            seen.append(line)
            return line.check(step)

        return Line(line.name, line.answer, check)

    with pytest.raises(kind) as raised:
        play(procedure, *map(watched, script))
    assert [line.name for line in seen] == [line.name for line in script]
    return raised.value
