"""`ipa check`: what it shows and writes, and what it says of programs that do nothing or do not end."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from euicc.testing.ipa_check.catalogue import MODULES, all_cases
from ipa.__main__ import app
from ipa.commands import check
from ipa.errors import IpaError
from tests.ipa_check.commands import ARGUMENTS, OWN, TCP, TOY

RIGHT = " ".join((*OWN, TCP, ARGUMENTS["poll"]))
WRONG = f"{sys.executable} {TOY} 'poll until there is nothing' {TCP} {ARGUMENTS['poll']}"


def run(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["check", "--door", "tcp", *words], catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.stdout


def test_the_list() -> None:
    rows = json.loads(run("--list", "--json"))
    assert [row["case"] for row in rows] == [case.id for case in all_cases()]
    assert len({row["case"] for row in rows}) == len(rows)
    assert all(row["title"] and row["sections"] for row in rows)
    assert {row["case"] for row in json.loads(run("--list", "--json", "--only", "H4"))} < {
        row["case"] for row in rows
    }


def test_every_case_that_others_rely_on_is_there() -> None:
    known = {case.id for case in all_cases()}
    assert len(MODULES) <= len({case.id.partition("/")[0] for case in all_cases()})
    assert {each for case in all_cases() for each in (case.relies_on, case.judges) if each} <= known


def test_the_example_has_the_commands_of_our_own() -> None:
    example = check.read_commands(Path(__file__).parents[2] / "examples" / "ipa_check.toml")
    assert example == {action: f"ipa {TCP} {arguments}" for action, arguments in ARGUMENTS.items()}


def test_a_program_that_conforms(tmp_path: Path) -> None:
    (tmp_path / "commands.toml").write_text(f"[commands]\npoll = '''{RIGHT}'''\n")
    report = json.loads(
        run(
            "--commands",
            str(tmp_path / "commands.toml"),
            "--only",
            "start*/*",
            "--only",
            "poll/eid",
            "--json",
        )
    )
    found = {case["id"]: case["outcome"] for case in report["cases"]}
    assert found["start-iot/terminal-capability"] == found["poll/eid"] == "passed"
    assert found["start/channel"] == "not applicable"
    assert report["card"]["door"] == "tcp"


def test_a_program_that_does_not(tmp_path: Path) -> None:
    junit, html = tmp_path / "junit.xml", tmp_path / "page.html"
    files = ("--junit", str(junit), "--html", str(html))
    shown = run("--poll", WRONG, "--only", "poll/all-packages", *files, code=1)
    assert "failed" in shown
    assert "poll/all-packages" in shown
    assert "servers heard: eIM getEimPackage" in shown.replace("\n", " ")
    suite = ElementTree.fromstring(junit.read_text())
    assert (suite.get("name"), suite.get("failures")) == ("ipa check", "1")
    assert [each.get("classname") for each in suite.iter("testcase")] == ["ipa.check.poll"]
    page = html.read_text()
    assert "<h1>ipa check</h1>" in page
    assert "LoadEuiccPackage" in page


def test_a_program_that_does_nothing() -> None:
    """It refuses everything, and passes nothing by that."""
    report = json.loads(run("--command", "true {action}", "--json", code=1))
    assert [case["id"] for case in report["cases"] if case["outcome"] == "passed"] == []


def test_a_program_that_does_not_end() -> None:
    shown = run("--poll", "sleep 60", "--timeout", "0.5", "--only", "poll/all-packages", code=1)
    assert "does not end within 0.5 s" in shown


def test_a_program_that_is_stopped() -> None:
    words = ("sh", "-c", f"'{RIGHT}; sleep 60'")
    shown = run("--poll", " ".join(words), "--stop-after", "10", "--only", "poll/all-packages", "--all")
    assert "passed" in shown


def test_without_who_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "GROUP", "ipa.nothing")
    with pytest.raises(IpaError, match="pip install"):
        check.checks()
