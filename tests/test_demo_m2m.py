"""The demonstration of SGP.02, as `euicc demo --variant sgp02` runs it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from apdu.trace import Trace
from euicc.__main__ import app
from euicc.crypto import curves
from euicc.testing.demo import DemoError, Step, m2m
from euicc.testing.lab.m2m_lab import M2mLab

TITLES = [
    "Card manufactured",
    "Vehicle attached with B, card registered",
    "A's profile downloaded over the air",
    "Enabled, notified over A's network",
    "A's is the fallback, B's is deleted",
    "Handed over to the other SM-SR",
    "The other SM-SR manages",
    "Old keys tried",
    "Card reset, profile read by APDU",
]


@pytest.mark.parametrize("curve", curves.ALL, ids=lambda curve: curve.name)
def test_from_one_operator_to_another(curve: curves.Curve) -> None:
    reported: list[Step] = []
    outcome = m2m.run(curve, reported.append)
    assert [step.title for step in reported] == TITLES
    assert outcome.subscription.iccid == m2m.A.iccid
    assert outcome.managed_by == "other SM-SR"
    told = {step.title: step.detail for step in reported}
    assert m2m.A.imsi in told["Enabled, notified over A's network"]
    assert "0 lost" not in told["A's profile downloaded over the air"]


def test_as_a_command(tmp_path: Path) -> None:
    trace = tmp_path / "demo.trace"
    result = CliRunner().invoke(app, ["demo", "--variant", "sgp02", "--trace", str(trace)])
    assert result.exit_code == 0, result.output
    assert m2m.A.imsi in result.stdout
    assert "Activation code" not in result.stdout
    assert len(Trace.load(trace).exchanges) > 100


@pytest.mark.parametrize("words", [["--pki", "."], ["--profile", "pyproject.toml"]])
def test_what_it_has_no_use_for(words: list[str]) -> None:
    result = CliRunner().invoke(app, ["demo", "--variant", "sgp02", *words])
    assert result.exit_code == 2
    assert "SGP.02" in result.output


def test_old_keys_that_still_opened_the_card_would_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(m2m, "_change_smsr", lambda lab, car, timeline: None)
    with pytest.raises(DemoError, match="old keys"):
        m2m.run()


def test_a_function_that_fails_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(M2mLab, "order", lambda lab, subscription: None)
    with pytest.raises(DemoError, match="DownloadProfile"):
        m2m.run()
