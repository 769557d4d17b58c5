"""Quirks on the command line: listed, made, shown."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner, Result

from euicc import Card
from euicc.__main__ import app
from euicc.quirks import QUIRKS


def run(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(app, [str(each) for each in arguments])
    assert result.exit_code == 0, result.output
    return result


def test_they_are_listed() -> None:
    shown = run("quirks").stdout
    rows = json.loads(run("quirks", "--json").stdout)
    assert [row["name"] for row in rows] == list(QUIRKS)
    assert {"does", "seen", "variants"} < set(rows[0])
    assert all(name in shown for name in QUIRKS)


def test_a_card_is_made_with_them_and_shows_them(tmp_path: Path) -> None:
    file = tmp_path / "a.card"
    run("new", file, "--variant", "sgp32", "--quirk", "true-as-01", "--quirk", "no-61xx")
    with Card.open(file) as card:
        assert card.config.quirks == ("true-as-01", "no-61xx")
    assert json.loads(run("show", file, "--json").stdout)["quirks"] == "true-as-01, no-61xx"
    assert "true-as-01" in run("show", file).stdout
    run("new", tmp_path / "b.card")
    assert "quirks" not in json.loads(run("show", tmp_path / "b.card", "--json").stdout)
