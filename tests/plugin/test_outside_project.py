"""A project outside of this repository installs the wheel and tests its IPA with the plugin, in ten lines."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.plugin.outside import BUGS, NOTIFICATIONS, ROOT, STRATEGIES, TESTS, WRONG_NOTIFICATION, Outside

pytestmark = pytest.mark.slow
EXCHANGES_MAX = 10
SEED = "--euicc-seed=2"
LINES = {TESTS: 10, NOTIFICATIONS: 14, STRATEGIES: 12}


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Outside:
    return Outside(tmp_path_factory.mktemp("outside"))


def counterexample(output: str) -> list[str]:
    """The commands that the report tells, which are all there were."""
    (told,) = re.findall(r"-+ eUICC -+\n(.*?)\n(?:=|___)", output, re.S)
    shown, of = map(int, re.findall(r"the last of its commands, (\d+) of (\d+)", told)[0])
    commands = [line for line in told.splitlines() if re.match(r" +\d+ +\d+\.\d{3} ", line)]
    assert len(commands) == shown == of
    return commands


def test_what_is_tested_is_the_wheel(outside: Outside) -> None:
    found = outside.python(
        "-c", "import euicc, apdu, ipa, asn1; print(euicc.__file__, apdu.__file__, ipa.__file__)"
    )
    assert found.returncode == 0, found.stderr
    assert [Path(each).is_relative_to(ROOT) for each in found.stdout.split()] == [False] * 3


@pytest.mark.parametrize("tests", LINES)
def test_a_right_ipa_is_green(outside: Outside, tests: str) -> None:
    assert len(tests.strip().splitlines()) <= LINES[tests]
    done = outside.test(tests, SEED)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "euicc: --euicc-seed=2, emulated cards" in done.stdout
    assert "1 passed" in done.stdout


@pytest.mark.parametrize("bug", BUGS.values(), ids=BUGS)
def test_who_ignores_a_result_is_red(outside: Outside, bug: tuple[str, str]) -> None:
    done = outside.test(TESTS, SEED, bug=bug)
    assert done.returncode == 1, done.stdout + done.stderr
    commands = counterexample(done.stdout)
    assert len(commands) <= EXCHANGES_MAX
    assert "ES10c.EnableProfile" in "".join(commands)
    assert re.search(
        r"(enable|delete)_result  (iccidOrAidNotFound|profileNotInDisabledState) \(\d\)", done.stdout
    )
    assert "Failing test case" in done.stdout


def test_who_removes_the_wrong_notification_is_red(outside: Outside) -> None:
    done = outside.test(NOTIFICATIONS, SEED, "--euicc-trace=traces", bug=WRONG_NOTIFICATION)
    assert done.returncode == 1, done.stdout + done.stderr
    commands = counterexample(done.stdout)
    assert len(commands) <= EXCHANGES_MAX
    assert "ES10b.RemoveNotificationFromList" in commands[-2]
    assert "ES10b.ListNotification" in commands[-1]
    traces = outside.python("-c", "import pathlib; print(*pathlib.Path('traces').iterdir())").stdout
    assert traces.count("test_it_removes_the_notification_it_was_told") == 2


def test_what_the_strategies_draw_shrinks_to_one_command(outside: Outside) -> None:
    bug = BUGS["the result of DeleteProfile is ignored"]
    done = outside.test(STRATEGIES, SEED, bug=bug)
    assert done.returncode == 1, done.stdout + done.stderr
    sent = [line for line in counterexample(done.stdout) if "ES10c.DeleteProfile" in line]
    assert len(sent) == 1
    assert "delete_result  profileNotInDisabledState (2)" in done.stdout
