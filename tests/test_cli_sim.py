"""`ipa sim` through the doors: an emulated card, a modem, and PINs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from euicc import Card
from ipa.__main__ import app
from tests.ipa.subscribed import HOME, card_with
from tests.modem.doors import on_tcp


def run(*words: str, pin: str | None = None) -> Result:
    environment = {} if pin is None else {"IPA_PIN": pin}
    return CliRunner().invoke(app, [*words], env=environment)


@pytest.fixture
def card(tmp_path: Path) -> Path:
    return saved(card_with(HOME), tmp_path / "a.card")


def saved(card: Card, path: Path) -> Path:
    card.save(path)
    return path


def test_for_programs(card: Path) -> None:
    shown = json.loads(run("--card", str(card), "sim", "--json").stdout)
    assert (shown["iccid"], shown["imsi"]) == (HOME.iccid, HOME.imsi)
    assert shown["home_network"] == "262-01"
    assert shown["smsc"] == HOME.service_centre
    assert (shown["access_points"], shown["access_points_in_force"]) == ([*HOME.apns], True)
    assert shown["home_networks"] == ["262-01 UTRAN/E-UTRAN/NG-RAN/GSM"]
    assert shown["emergency_codes"][0].startswith("112 ")
    assert shown["ims_private"].startswith(HOME.imsi)


def test_for_people(card: Path) -> None:
    result = run("--card", str(card), "sim")
    assert result.exit_code == 0
    assert HOME.imsi in result.stdout
    assert "Test Operator" in result.stdout


def test_with_a_pin(tmp_path: Path) -> None:
    card = str(saved(card_with(replace(HOME, pin1="1234")), tmp_path / "b.card"))
    assert json.loads(run("--card", card, "sim", "--json").stdout)["imsi"] == ""
    opened = run("--card", card, "sim", "--json", "--pin", pin="1234")
    assert json.loads(opened.stdout)["imsi"] == HOME.imsi
    wrong = run("--card", card, "sim", "--pin", pin="9999")
    assert (wrong.exit_code, wrong.stdout) == (1, "")
    assert "2 tries left" in wrong.stderr
    status = json.loads(run("--card", card, "pin", "status", "--json").stdout)
    assert {"key": "pin1", "enabled": True, "tries_left": 2, "unblock_tries_left": 10} in status


def test_behind_a_modem() -> None:
    with on_tcp(card_with(HOME), []) as address:
        assert json.loads(run("--modem", address, "sim", "--json").stdout)["imsi"] == HOME.imsi
