"""Commands with placeholders, and programs that end, go on, or do not exist."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from euicc.testing.ipa_check.program import ACTIONS, CommandError, Commands, Patience, run

SLEEP = [sys.executable, "-c", "import time; print('here', flush=True); time.sleep(60)"]


def words(line: str, **values: str) -> list[str]:
    return Commands({"download": line}).words("download", values)


@pytest.mark.parametrize(
    ("template", "actions"),
    [
        ("p {action} [{argument}]", [*ACTIONS]),
        ("p get {activation_code}", ["download"]),
        ("p --card {tcp}", ["poll"]),
    ],
)
def test_what_a_template_is_for(template: str, actions: list[str]) -> None:
    assert [*Commands.of(template).lines] == actions


def test_commands_of_single_actions_count_more() -> None:
    found = Commands.of("p {action}", {"delete": "q {iccid}", "poll": ""})
    assert found.lines["delete"] == "q {iccid}"
    assert "poll" not in found.lines
    assert found.uses("delete", "iccid")
    assert not found.uses("enable", "iccid")


def test_what_is_filled_in() -> None:
    assert words("p -a '{activation_code}' --x={eid}", activation_code="1$h$x y", eid="89") == [
        "p",
        "-a",
        "1$h$x y",
        "--x=89",
    ]
    assert words("p {argument} {action}", activation_code="1$h$x") == ["p", "1$h$x", "download"]
    assert words("p 'a [b]' [--code {confirmation_code}] end", confirmation_code="12") == [
        "p",
        "a [b]",
        "--code",
        "12",
        "end",
    ]
    assert words("p [--code {confirmation_code}] end") == ["p", "end"]


@pytest.mark.parametrize(
    ("template", "own"),
    [
        ("", {}),
        ("p {nothing}", {}),
        ("p 'x", {}),
        ("", {"fly": "p"}),
        ("p", {"poll": ""}),
        (" ", {}),
    ],
)
def test_what_is_no_command(template: str, own: dict[str, str]) -> None:
    with pytest.raises(CommandError):
        Commands.of(template, own)


def test_a_run(tmp_path: Path) -> None:
    done = run("poll", [sys.executable, "-c", "print('said'); raise SystemExit(3)"], tmp_path, Patience())
    assert (done.code, done.said) == (3, "said\n")
    assert "poll ended with 3" in str(done)
    assert "said last: said" in str(done)


def test_a_program_that_does_not_end(tmp_path: Path) -> None:
    done = run("poll", SLEEP, tmp_path, Patience(timeout=0.5))
    assert done.code is None
    assert done.seconds < 30
    assert "did not end in time" in str(done)


def test_a_program_that_is_not_to_end(tmp_path: Path) -> None:
    done = run("poll", SLEEP, tmp_path, Patience(timeout=20, stop_after=1.0))
    assert done.code is not None
    assert done.said == "here\n"
    assert done.seconds < 19


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"\./missing cannot be run"):
        run("poll", ["./missing"], tmp_path, Patience())
