"""The whole example: every vehicle is accounted for, whatever befalls it, and whenever the process is killed."""

from __future__ import annotations

import re
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from examples import fleet_change_of_operator
from examples.fleet import options
from examples.fleet.fates import Kind
from examples.fleet.fleet import Fleet
from examples.fleet.journal import Record
from examples.fleet.report import lines
from tests.fleet.scene import ROOT

COMMAND = (sys.executable, "-m", "examples.fleet_change_of_operator")
ACCOUNTED = "every vehicle is accounted for, EIS and card agree"
ON_B = "on operator B (no network of operator A where it is)"
KILLS = 4
LIVES_MAX = 100


def run(*arguments: str, code: int = 0) -> str:
    done = subprocess.run((*COMMAND, *arguments), capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_two_hundred_vehicles_in_both_flows_with_all_faults() -> None:
    said = run("--vehicles", "200").splitlines()
    outcomes = "90 on operator A, 10 " + ON_B
    assert said[:6] == [
        f"same     100 vehicles: {outcomes}",
        f"handover 100 vehicles: {outcomes}",
        "   140 nothing happened to: 140 on operator A",
        "    20 out of coverage for a while: 20 on operator A",
        "    20 lost their power in the middle: 20 on operator A",
        f"    20 no network of operator A: 20 {ON_B}",
    ]
    assert said[-1] == ACCOUNTED


def test_killed_at_random_and_started_again_no_vehicle_is_lost(tmp_path: Path) -> None:
    arguments = ("--vehicles", "10", "--seed", "3", "--state", str(tmp_path / "fleet"), "--quiet")
    codes = [killed(arguments, tmp_path / "fleet", seconds) for seconds in moments()]
    assert -signal.SIGKILL in codes
    said = run(*arguments)
    assert ACCOUNTED in said
    assert "1 no network of operator A: 1 " + ON_B in said
    # Once more, when nothing is left to be done: the same, and not one message.
    again = run(*arguments)
    assert again.splitlines()[:6] == said.splitlines()[:6]
    assert " 0 short messages" in again


@pytest.mark.parametrize("seed", [1, 2])
def test_a_process_that_ends_after_some_steps_loses_nobody(tmp_path: Path, seed: int) -> None:
    """As a kill between two steps: nothing is given up, and whatever was not durable is gone."""
    random = Random(seed)
    chosen = options.parse("fleet", "", ["--vehicles", "4", "--seed", str(seed), "--state", str(tmp_path)])
    lives = 1
    while not lived(fleet := Fleet(chosen), random.randrange(150)):
        lives += 1
        assert lives < LIVES_MAX
    assert lives > 1
    assert [*lines(fleet)][-1] == ACCOUNTED
    assert {record.network for record in fleet.records.values()} == {"operator A", "operator B"}


def lived(fleet: Fleet, steps: int) -> bool:
    """So many steps; whether everything was done then."""
    for _ in range(steps):
        if fleet.unfinished:
            assert fleet.step()
    return not fleet.unfinished


def moments() -> list[float]:
    random = Random(7)
    return [random.uniform(0, 0.6) for _ in range(KILLS)]


def killed(arguments: tuple[str, ...], state: Path, seconds: float) -> int:
    """Kills the process some time after it has begun; what it ended with."""
    before, deadline = runs(state), time.monotonic() + 60
    with subprocess.Popen((*COMMAND, *arguments), stdout=subprocess.DEVNULL, cwd=ROOT) as process:
        while runs(state) == before and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(seconds)
        process.kill()
        return process.wait()


def as_from_a_terminal() -> None:
    """Who runs the tests in the background has a shell that lets its children ignore SIGINT."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_two_processes_at_once_are_one_too_many_and_an_interrupt_is_no_loss(tmp_path: Path) -> None:
    arguments = ("--vehicles", "400", "--state", str(tmp_path), "--quiet")
    with subprocess.Popen(
        (*COMMAND, *arguments), stderr=subprocess.PIPE, text=True, cwd=ROOT, preexec_fn=as_from_a_terminal
    ) as process:
        while not runs(tmp_path):
            time.sleep(0.01)
        run(*arguments, code=2)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
    assert (process.returncode, said) == (128 + signal.SIGINT, "interrupted; the same command goes on\n")


def runs(state: Path) -> int:
    """How many processes have begun."""
    if not (state / "fleet.db").exists():
        return 0
    with closing(sqlite3.connect(state / "fleet.db")) as journal:
        tables = journal.execute("SELECT 1 FROM sqlite_master WHERE name = 'run'").fetchall()
        return int(journal.execute("SELECT count(*) FROM run").fetchone()[0]) if tables else 0


def records(*arguments: str) -> tuple[dict[int, Record], int, list[str]]:
    fleet = Fleet(options.parse("fleet", "", [*arguments, "--quiet"]))
    fleet.run(lambda: None)
    told = [line for line in lines(fleet) if "processor" not in line]
    fleet.close()
    return fleet.records, fleet.world.sms.count, told


def test_a_seed_tells_the_same_story_again() -> None:
    first, second, other = (records("--vehicles", "6", "--seed", seed) for seed in ("5", "5", "6"))
    assert first == second
    assert first[:2] != other[:2]
    assert first[2][-1] == other[2][-1] == ACCOUNTED


@pytest.mark.parametrize("https", ["0", "1"])
@pytest.mark.parametrize("flow", ["same", "handover"])
def test_what_befalls_them_really_happens(flow: str, https: str) -> None:
    shares = ("--share", "coverage=0.5", "--share", "power=0.5", "--share", "network=0")
    fleet = Fleet(options.parse("fleet", "", ["--vehicles", "8", "--flow", flow, "--https", https, *shares]))
    fleet.run(lambda: None)
    for number, record in fleet.records.items():
        kind = fleet.fate(number).kind
        assert record.power_lost == (kind is Kind.POWER_LOSS)
        assert record.left_coverage == (kind is Kind.OUT_OF_COVERAGE)
        assert (record.network, record.wrong) == ("operator A", None)


def test_a_vehicle_without_a_network_of_operator_a_tries_three_times() -> None:
    fleet = Fleet(options.parse("fleet", "", ["--vehicles", "2", "--share", "network=1", *WITHOUT_OTHERS]))
    fleet.run(lambda: None)
    assert [(record.attempts, record.network, record.wrong) for record in fleet.records.values()] == [
        (3, "operator B", None)
    ] * 2


WITHOUT_OTHERS = ("--share", "coverage=0", "--share", "power=0")


def test_the_report_says_what_it_took(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("--vehicles", "1", "--quiet", *WITHOUT_OTHERS, "--share", "network=0")
    assert fleet_change_of_operator.main(arguments) == 0
    said = capsys.readouterr().out
    assert re.search(r"\d+ short messages \(\d+ lost\); [\d.]+ s of processor time, \d+ ms a vehicle", said)
