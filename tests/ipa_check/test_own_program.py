"""Our own `ipa` on the bench: it keeps to all of it, through each door."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from euicc.check.outcome import Outcome, Report
from euicc.testing.ipa_check.catalogue import all_cases
from euicc.testing.ipa_check.doors import Door, modem_door, tcp_door, vpcd_door
from euicc.testing.ipa_check.program import Commands
from euicc.testing.ipa_check.runner import check
from tests.ipa_check.commands import MODEM, PATIENCE, READER, TCP, cases, commands
from tests.transports.pcscd import READER as NAME
from tests.transports.pcscd import Pcscd

EACH_DUTY = (
    "start*/*",
    "blocks*/*",
    "download/installed",
    "download/result-delivered",
    "notifications/delivered",
    "switches/*",
    "quirks/*",
    "poll/all-packages",
    "result/enabled",
    "result/reset",
    "result/no-rollback",
    "trigger/activation-code",
)
"""Where the door could make a difference."""
IN_JSON = ("poll/all-packages", "poll/eid", "poll/un*-package", "result/[akpr]*", "data/requested")
NOT_BY_MODEM = {case.id for case in all_cases() if case.not_by_modem}


def conforms(report: Report) -> set[str]:
    """Nothing failed; the cases that said nothing."""
    assert {result.case.id: result.reason for result in report.troubles} == {}
    return {result.case.id for result in report.results if result.outcome is Outcome.NOT_APPLICABLE}


@pytest.mark.slow
def test_every_case_over_tcp() -> None:
    report = check(commands(way=TCP), tcp_door, all_cases(), patience=PATIENCE)
    assert conforms(report) == set()
    assert report.counts[Outcome.PASSED] == len(all_cases())


def through(door: Callable[[Path], Door], way: str) -> Report:
    return check(commands(way=way), door, cases(*EACH_DUTY), patience=PATIENCE)


@pytest.mark.slow
def test_behind_a_modem() -> None:
    assert conforms(through(modem_door, MODEM)) == NOT_BY_MODEM


@pytest.mark.slow
def test_in_a_reader(pcscd: Pcscd) -> None:
    report = through(lambda directory: vpcd_door(f"127.0.0.1:{pcscd.port}", NAME), READER)
    assert conforms(report) == set()


def test_in_the_json_binding() -> None:
    """What an eIM hears is judged alike, whichever binding carried it."""
    given = Commands({"poll": f"{commands().lines['poll']} --json-binding"})
    report = check(given, tcp_door, cases(*IN_JSON), patience=PATIENCE)
    assert conforms(report) == {"poll/unknown-package"}
    assert len(report.results) > len(IN_JSON)
