"""What a failed test leaves: the last commands of its cards in words, and traces in files."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from euicc.testing.plugin.options import OPTIONS
from euicc.testing.plugin.running import FIXTURES, Running, name_of, running

if TYPE_CHECKING:
    from apdu import Trace
    from euicc.traces.interpreter import Entry

SECTION = "eUICC"
COMMANDS = 10
"""How many commands of a card are shown: the last ones."""
LINES = 24
"""How much of what one command says."""
CARDS = 4
NAME_LENGTH = 100
_UNFIT = re.compile(r"[^\w.\-]+")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test tells of its cards."""
    report = yield
    now = running(item.config)
    if report.failed and (now.used or FIXTURES & set(getattr(item, "fixturenames", ()))):
        report.sections.append((SECTION, "\n".join(_told(now))))
        directory = item.config.stash[OPTIONS].traces
        if directory is not None:
            _write(directory, name_of(item), [each.trace for each in now.used])
    return report


def _told(now: Running) -> Iterator[str]:
    yield f"--euicc-seed={now.seed} makes the same choices again"
    for recorder in now.used[-CARDS:]:
        yield from _last_commands(recorder.trace)


def _last_commands(trace: Trace) -> Iterator[str]:
    from euicc.traces.interpreter import entries

    told = entries(trace)
    shown = told[-COMMANDS:]
    yield f"{trace.transport}: the last of its commands, {len(shown)} of {len(told)}"
    for entry in shown:
        yield from _brief(entry)


def _brief(entry: Entry) -> Iterator[str]:
    from euicc.traces.text import lines

    all_lines = lines([entry])
    yield from islice(all_lines, LINES)
    left = sum(1 for _ in all_lines)
    if left:
        yield f"      {left} more lines: --euicc-trace DIR"


def _write(directory: Path, test: str, traces: list[Trace]) -> None:
    """NAME.txt and NAME.html; with a number where the test had several cards."""
    from euicc.traces.interpreter import entries
    from euicc.traces.page import page
    from euicc.traces.text import lines

    directory.mkdir(parents=True, exist_ok=True)
    for number, trace in enumerate(traces[-COMMANDS:], start=1):
        name = _file_name(test) + (f"-{number}" if len(traces) > 1 else "")
        text = [f"{test}: {trace.transport}", *lines(entries(trace), raw=True), ""]
        (directory / f"{name}.txt").write_text("\n".join(text), encoding="utf-8")
        (directory / f"{name}.html").write_text(page(trace, title=test), encoding="utf-8")


def _file_name(test: str) -> str:
    """The test's name as far as it can be a file's; a digest where that would not tell two apart."""
    dotted = test.replace(".py::", "::").replace("::", ".").replace("/", ".")
    plain = _UNFIT.sub(".", dotted).strip(".")
    if plain == dotted and len(plain) <= NAME_LENGTH:
        return plain
    return f"{plain[:NAME_LENGTH]}-{sha256(test.encode()).hexdigest()[:8]}"
