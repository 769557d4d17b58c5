from __future__ import annotations

from pathlib import Path

import pytest

from examples import fleet_change_of_operator
from examples.fleet.world import World

WRONG = (
    ("--vehicles", "0"),
    ("--vehicles", "many"),
    ("--vehicles", "-3"),
    ("--seed", "x"),
    ("--flow", "backwards"),
    ("--share", "coverage"),
    ("--share", "coverage=1.5"),
    ("--share", "coverage=nan"),
    ("--share", "luck=0.1"),
    ("--share", "coverage=0.6", "--share", "power=0.5"),
    ("--vehicle", "3"),
    ("--https", "2"),
    ("--https", "all"),
)


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_wrong_arguments(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        fleet_change_of_operator.main(arguments)
    assert ended.value.code == 2
    assert "error" in capsys.readouterr().err


def test_a_directory_belongs_to_one_fleet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = ("--state", str(tmp_path), "--flow", "same")
    assert fleet_change_of_operator.main(("--vehicles", "1", *state)) == 0
    assert fleet_change_of_operator.main(("--vehicles", "2", *state)) == 2
    assert "that of --vehicles 1" in capsys.readouterr().err


def test_a_directory_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"")
    assert fleet_change_of_operator.main(("--state", str(file))) == 2
    assert "error" in capsys.readouterr().err


def test_a_directory_with_something_else_in_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "fleet.db").write_bytes(b"no database" * 100)
    assert fleet_change_of_operator.main(("--state", str(tmp_path))) == 2
    assert "error" in capsys.readouterr().err


def test_a_vehicle_that_is_not_accounted_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = iter([True] * 40)
    step = World.step
    monkeypatch.setattr(World, "step", lambda world: next(steps, False) and step(world))
    assert fleet_change_of_operator.main(("--vehicles", "3", "--quiet")) == 1
    said = capsys.readouterr().out
    assert "UNACCOUNTED FOR" in said
    assert "NOT every vehicle" in said


def test_a_disagreement(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("examples.fleet.fleet.disagreements", lambda *given: ["something is wrong"])
    assert fleet_change_of_operator.main(("--vehicles", "1", "--quiet")) == 1
    said = capsys.readouterr().out
    assert "WITH DISAGREEMENT" in said
    assert "TESTVEHCLE0000000: something is wrong" in said
