"""`euicc check`: tables, JSON, reports, exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner, Result

from apdu import Recorder
from euicc import Card
from euicc.__main__ import app
from euicc.check import check
from euicc.testing.pki import Pki
from euicc.testing.profile_builder.subscription import TEST_K, TEST_OPC
from tests.check.cards import Altered, cases, catalogue, instead, new_card, subject
from tests.flows.doors import serving_tcp

WRONG = instead([("BF31038001019000", "BF31038001029000")])


def run(*arguments: str | Path, exit_code: int = 0, env: dict[str, str] | None = None) -> Result:
    environment = {"COLUMNS": "200", **(env or {})}
    result = CliRunner().invoke(app, ["check", *map(str, arguments)], env=environment)
    assert result.exit_code == exit_code, result.output
    return result


@pytest.fixture
def card(tmp_path: Path) -> Path:
    path = tmp_path / "a.card"
    new_card("sgp32", subscribed=True).save(path)
    return path


def test_a_table_of_areas(card: Path) -> None:
    shown = run("--card", card).stdout
    assert "IoT eUICC, SGP.32 1.2.0" in shown
    assert "store-data" in shown
    assert "skipped" in shown
    assert "failed" not in shown


def test_writing_leaves_the_card_as_it_was(card: Path) -> None:
    some = ("--only", "states/*", "--only", "packages/*")
    answer = json.loads(run("--card", card, "--write", "--json", *some).stdout)
    assert answer["counts"]["failed"] == answer["counts"]["error"] == answer["counts"]["skipped"] == 0
    assert answer["counts"]["passed"] == len(answer["cases"]) >= 40
    with Card.open(card) as kept:
        assert len(kept.isdr.profiles.all()) == 1


def test_a_card_that_is_wrong(tmp_path: Path) -> None:
    junit, html = tmp_path / "report.xml", tmp_path / "report.html"
    with serving_tcp(Altered(new_card(), WRONG)) as (host, port):
        shown = run("--tcp", f"{host}:{port}", "--junit", junit, "--html", html, exit_code=1).stdout
    assert "failed states/enable-unknown" in shown
    assert "the answer is BF3103800102, not BF3103800101" in shown
    assert "SGP.23-1 4.2.21" in shown
    assert ElementTree.parse(junit).getroot().get("failures") == "1"
    assert "enable-unknown" in html.read_text()


def test_every_case(card: Path) -> None:
    shown = run("--card", card, "--only", "atr/*", "--all").stdout
    assert all(case.id in shown for case in cases("atr/"))


@pytest.mark.parametrize(
    ("pattern", "least"), [("pins/*", 16), ("atr", 6), ("4.2.18", 20), ("SGP.23-1 4.2.18", 20), ("G1.5", 4)]
)
def test_only_some(pattern: str, least: int) -> None:
    rows = json.loads(run("--list", "--json", "--only", pattern).stdout)
    assert least <= len(rows) < len(catalogue())


def test_the_list_needs_no_card() -> None:
    shown = run("--list").stdout
    assert f"{len(catalogue())} cases" in shown
    assert all(case.id in shown for case in catalogue())


def test_the_keys_of_a_subscription(card: Path) -> None:
    keys = {"EUICC_K": TEST_K.hex(), "EUICC_OPC": TEST_OPC.hex()}
    answer = json.loads(run("--card", card, "--write", "--only", "aka/given-*", "--json", env=keys).stdout)
    assert answer["counts"]["passed"] == 3
    wrong = {**keys, "EUICC_K": bytes(16).hex()}
    run("--card", card, "--write", "--only", "aka/given-success", env=wrong, exit_code=1)


def test_a_recorded_check(tmp_path: Path) -> None:
    """Random numbers are the same each time, so that the trace of a check is a card that can be checked again."""
    recorder = Recorder(new_card(), limit=1 << 20)
    check(subject(recorder, write=False), cases("select/", "info/"))
    path = tmp_path / "check.trace"
    recorder.trace.save(path)
    shown = run("--replay", path, "--only", "select/*", "--only", "info/*", "--all").stdout
    assert "0 error" not in shown
    assert "failed" not in shown


def test_another_pki(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    pki = Pki.create(b"a laboratory of its own")
    directory = tmp_path / "pki"
    directory.mkdir()
    (authority,) = pki.authorities
    assert authority.key is not None
    (directory / "ci.der").write_bytes(authority.certificate)
    key = authority.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    (directory / "ci.key").write_bytes(key)
    path = tmp_path / "b.card"
    Card.manufacture(pki=pki).save(path)
    answer = json.loads(run("--card", path, "--pki", directory, "--only", "authenticate/*", "--json").stdout)
    assert answer["counts"] == {**answer["counts"], "failed": 0, "error": 0, "not applicable": 0}
