"""What `ipa check` finds under the entry point group `ipa.checks`: the catalogue, the check, the reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import partial
from typing import Any

from euicc.check.outcome import Report, Result
from euicc.testing.ipa_check.catalogue import Case, all_cases
from euicc.testing.ipa_check.doors import Door, modem_door, tcp_door, vpcd_door
from euicc.testing.ipa_check.program import Commands, Patience
from euicc.testing.ipa_check.runner import PROGRAM, check

Row = dict[str, Any]


class Checked:
    """A report, as `ipa` shows and writes it."""

    def __init__(self, report: Report) -> None:
        self._report = report

    @property
    def conforms(self) -> bool:
        """Whether no case failed."""
        return self._report.conforms

    def summary(self) -> str:
        """The counts in one line."""
        return self._report.summary()

    def to_json(self) -> dict[str, object]:
        """The report as JSON values; what was checked stands under "card"."""
        return self._report.to_json()

    def junit(self) -> str:
        """For build servers."""
        from euicc.check.junit import junit

        return junit(self._report)

    def html(self) -> str:
        """One page, with the decoded trace of each failed case."""
        from euicc.check.page import page

        return page(self._report, PROGRAM)


def catalogue(patterns: Sequence[str] = ()) -> list[Row]:
    """The cases whose name, area or section fits one of the patterns, all without any; ValueError for no case."""
    return [
        {"case": case.id, "title": case.title, "sections": "; ".join(case.sections)}
        for case in _chosen(patterns)
    ]


def run(
    template: str,
    own: Mapping[str, str],
    *,
    door: str,
    vpcd: str,
    reader: str,
    timeout: float,
    stop_after: float | None = None,
    patterns: Sequence[str] = (),
    done: Callable[[Row], None] = lambda row: None,
) -> Checked:
    """Checks the program with these command lines.

    template: for every action; own: of single actions, which count more, "" for none. door: vpcd, tcp or modem. vpcd:
    HOST:PORT of the virtual reader's driver, reader: what programs call that reader. timeout: seconds for one run.
    stop_after: for a program that does not end by itself, seconds until it is stopped.
    done: gets a row for each case. ValueError for what cannot be used, TransportError when the door does not open.
    """
    ways: dict[str, Callable[[Any], Door]] = {
        "tcp": tcp_door,
        "modem": modem_door,
        "vpcd": lambda directory: vpcd_door(vpcd, reader),
    }
    if door not in ways:
        raise ValueError(f"{door} is none of {', '.join(ways)}")
    commands, cases = Commands.of(template, own), _chosen(patterns)
    report = check(
        commands, ways[door], cases, patience=Patience(timeout, stop_after), done=partial(_tell, done)
    )
    return Checked(report)


def _tell(done: Callable[[Row], None], result: Result) -> None:
    done(
        {
            "case": result.case.id,
            "outcome": result.outcome.value,
            "title": result.case.title,
            "reason": result.reason,
        }
    )


def _chosen(patterns: Sequence[str]) -> tuple[Case, ...]:
    found = tuple(case for case in all_cases() if not patterns or any(_fits(case, each) for each in patterns))
    if not found:
        raise ValueError(f"no case fits {' or '.join(patterns)}: --list shows them all")
    return found


def _fits(case: Case, pattern: str) -> bool:
    return any(fnmatchcase(name, pattern) for name in (case.id, case.id.partition("/")[0], *case.sections))
