"""`euicc trace`: a trace in words, as HTML and pcap, and as a regression test of a card."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from apdu import Recorder, Trace
from euicc import Card
from euicc import eid as eids
from euicc.__main__ import app
from euicc.traces.pcap import MAGIC_MICROSECONDS
from ipa.lpa import Lpa
from tests.flows.doors import serving_tcp

OTHER_EID = eids.with_check_digits("890490320010010000000000000002")
VERIFY_PIN = bytes.fromhex("00200001083132333435363738")


def run(*arguments: str | Path, exit_code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["trace", *map(str, arguments)], env={"COLUMNS": "200"})
    assert result.exit_code == exit_code, result.output
    return result


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """A device that looks at a card."""
    recorder = Recorder(Card.manufacture())
    lpa = Lpa(recorder)
    lpa.eid()
    lpa.profiles()
    path = tmp_path / "a.trace"
    recorder.trace.save(path)
    return path


@pytest.fixture
def writing(tmp_path: Path) -> Path:
    """A device that changes a card, and a PIN that is tried."""
    recorder = Recorder(Card.manufacture())
    recorder.reset()
    recorder.transmit(VERIFY_PIN)
    Lpa(recorder).set_default_dp_address("smdp.example.com")
    path = tmp_path / "writing.trace"
    recorder.trace.save(path)
    return path


def test_in_words(recorded: Path) -> None:
    shown = run(recorded).stdout
    for words in ("reset", "SELECT ISD-R", "ES10c.GetEID", "ES10c.GetProfilesInfo", eids.DEFAULT.hex()):
        assert words.upper() in shown.upper()


def test_less_and_more(recorded: Path) -> None:
    brief = run(recorded, "--brief", "--es10").stdout.splitlines()
    assert len(brief) == 2
    assert all("ES10c" in line for line in brief)
    assert "> 81E2910006BF3E035C015A" in run(recorded, "--raw").stdout


def test_for_programs(recorded: Path) -> None:
    rows = [json.loads(line) for line in run(recorded, "--json").stdout.splitlines()]
    assert rows[0]["command"] == "reset"
    assert "ES10c.GetEID" in [row["function"] for row in rows]


def test_pages_and_packets(recorded: Path, tmp_path: Path) -> None:
    html, pcap = tmp_path / "a.html", tmp_path / "a.pcap"
    assert run(recorded, "--html", html, "--pcap", pcap).stdout == ""
    assert html.read_text().startswith("<!doctype html>")
    assert "ES10c.GetEID" in html.read_text()
    assert pcap.read_bytes()[:4] == MAGIC_MICROSECONDS.to_bytes(4, "little")


def test_pins_are_masked_unless_asked(writing: Path, tmp_path: Path) -> None:
    pin = VERIFY_PIN[5:].hex().upper()
    html = tmp_path / "a.html"
    run(writing, "--html", html)
    for shown in (run(writing, "--raw").stdout, run(writing, "--json").stdout, html.read_text()):
        assert pin not in shown
    assert pin in run(writing, "--raw", "--unmasked").stdout


def test_against_the_same_card_and_another(recorded: Path, tmp_path: Path) -> None:
    same, other = tmp_path / "same.card", tmp_path / "other.card"
    Card.manufacture().save(same)
    Card.manufacture(eid=OTHER_EID).save(other)
    assert "answers as the recorded one did" in run(recorded, "--against", "--card", same).stdout
    (difference,) = run(recorded, "--against", "--card", other, exit_code=1).stdout.splitlines()
    assert "GetEID" in difference
    assert OTHER_EID.hex().upper() in difference.upper()


def test_against_a_card_over_tcp(recorded: Path) -> None:
    with serving_tcp(Card.manufacture()) as (host, port):
        shown = run(recorded, "--against", "--tcp", f"{host}:{port}", "--exact")
    assert "answers as the recorded one did" in shown.stdout


def test_a_card_is_changed_only_when_that_is_said(writing: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.card"
    Card.manufacture().save(file)
    refused = run(writing, "--against", "--card", file, exit_code=1)
    assert "--write allows it" in refused.stderr
    with Card.open(file) as card:
        assert not Lpa(card).addresses().default_dp_address
    run(writing, "--against", "--card", file, "--write")
    with Card.open(file) as card:
        assert Lpa(card).addresses().default_dp_address == "smdp.example.com"


@pytest.mark.parametrize(
    "options",
    [("--against",), ("--card", "x"), ("--against", "--card", "x", "--tcp", "127.0.0.1:1")],
)
def test_one_card_or_none(recorded: Path, options: tuple[str, ...]) -> None:
    (line,) = run(recorded, *options, exit_code=2).stderr.splitlines()
    assert "--against needs one card" in line


def test_a_trace_is_not_overwritten(recorded: Path) -> None:
    (line,) = run(recorded, "--html", recorded, exit_code=2).stderr.splitlines()
    assert "would be overwritten" in line
    assert Trace.load(recorded).exchanges
