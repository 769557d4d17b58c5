from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from euicc import Card
from euicc.__main__ import app as euicc_app
from euicc.testing import http
from euicc.testing.pki import Pki
from euicc.testing.profile_builder import build
from euicc.testing.smdp import SmDpPlus
from ipa.__main__ import Invocation, app

PKI = Pki.default()
PACKAGE = build().package
ABSENT = "89000123456789012341"


@pytest.fixture
def card(tmp_path: Path) -> Path:
    path = tmp_path / "card"
    Card.manufacture(pki=PKI, seed=1).save(path)
    return path


@pytest.fixture
def smdp() -> Iterator[SmDpPlus]:
    server = SmDpPlus(PKI)
    with http.serve(server, tls=PKI.issue_tls("localhost", ["127.0.0.1"])):
        yield server


def ipa(card: Path, *words: str, exit_code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["--card", str(card), *words])
    assert result.exit_code == exit_code, result.output
    return result


def in_json(card: Path, *words: str) -> object:
    return json.loads(ipa(card, *words, "--json").stdout)


def error_of(result: Result) -> str:
    """The one line on stderr."""
    (line,) = result.stderr.splitlines()
    assert line.startswith("error: ")
    assert not result.stdout
    return line


def test_info_for_people_and_programs(card: Path) -> None:
    shown = in_json(card, "info")
    assert isinstance(shown, dict)
    assert len(shown["eid"]) == 32
    assert shown["sgp22_version"] == "2.5.0"
    assert shown["free_memory"] > 0
    assert shown["eid"] in ipa(card, "info").stdout


def test_an_empty_card(card: Path) -> None:
    assert in_json(card, "profiles") == []
    assert in_json(card, "notifications") == []
    assert ipa(card, "profiles").stdout == "none\n"


def test_json_may_stand_before_the_command(card: Path) -> None:
    result = CliRunner().invoke(app, ["--json", "--card", str(card), "profiles"])
    assert json.loads(result.stdout) == []


def test_the_default_address(card: Path) -> None:
    assert in_json(card, "address", "smdp.example.com") == in_json(card, "address")
    assert "smdp.example.com" in ipa(card, "address").stdout
    cleared = in_json(card, "address", "--clear")
    assert isinstance(cleared, dict)
    assert cleared["default_dp_address"] == ""
    assert "not both" in ipa(card, "address", "a.example.com", "--clear", exit_code=2).stderr
    assert in_json(card, "address") == cleared


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("enable", ABSENT), "iccid or aid not found (1)"),
        (("disable", ABSENT), "iccid or aid not found (1)"),
        (("delete", ABSENT), "iccid or aid not found (1)"),
        (("nickname", ABSENT, "x"), "iccid not found (1)"),
        (("nickname", ABSENT, "x" * 65), "ES10c.SetNickname cannot be called with this"),
        (("enable", "12"), "not an ICCID"),
        (("download", "no code", "--yes"), "not an activation code"),
        (("download",), "no default SM-DP+ address"),
        (("download", "LPA:1$127.0.0.1:9$X"), "cannot be reached"),
        (("download", "LPA:1$127.0.0.1:9$X", "--ci", "/nowhere"), "/nowhere"),
        (("notifications", "remove", "7"), "nothing to delete (1)"),
        (("reset", "--operational"), "nothing to delete (1)"),
    ],
)
def test_an_error_is_one_line(card: Path, words: tuple[str, ...], says: str) -> None:
    assert says in error_of(ipa(card, *words, exit_code=1))


def test_which_card() -> None:
    result = CliRunner().invoke(app, ["info"])
    assert result.exit_code == 2
    assert "--card FILE" in error_of(result)
    absent = ipa(Path("/nowhere/card"), "info", exit_code=1)
    assert "no card file at /nowhere/card" in error_of(absent)


def test_a_profile_s_life(card: Path, smdp: SmDpPlus) -> None:
    order = smdp.order(PACKAGE, profile_name="Data plan")
    code = "LPA:" + smdp.activation_code(order)
    downloaded = in_json(card, "download", code)
    assert isinstance(downloaded, dict)
    assert downloaded["notified"] is True
    iccid = downloaded["iccid"]
    ipa(card, "nickname", iccid, "mine")
    ipa(card, "enable", iccid)
    (profile,) = listed(card)
    assert (profile["iccid"], profile["state"], profile["nickname"]) == (iccid, "enabled", "mine")
    assert iccid in ipa(card, "profiles").stdout
    ipa(card, "disable", iccid)
    ipa(card, "delete", iccid)
    assert listed(card) == []
    waiting = in_json(card, "notifications", "list")
    assert isinstance(waiting, list)
    assert [entry["event"] for entry in waiting] == ["enable", "disable", "delete"]
    ipa(card, "notifications", "remove", str(waiting[0]["number"]))
    ipa(card, "notifications", "send")
    assert in_json(card, "notifications") == []
    assert len(smdp.notifications) == 3


def listed(card: Path) -> list[dict[str, str]]:
    shown = in_json(card, "profiles")
    assert isinstance(shown, list)
    return shown


def test_a_confirmation_code(card: Path, smdp: SmDpPlus) -> None:
    order = smdp.order(PACKAGE, confirmation_code="1234")
    code = smdp.activation_code(order)
    assert "confirmation code" in error_of(ipa(card, "download", code, exit_code=1))
    assert "8.2.7/3.8" in error_of(ipa(card, "download", code, "--confirmation-code", "4321", exit_code=1))
    ipa(card, "download", code, "--confirmation-code", "1234")


def test_notifications_that_cannot_be_sent_stay(card: Path, smdp: SmDpPlus) -> None:
    smdp.address = "smdp.example.com"
    order = smdp.order(PACKAGE)
    result = ipa(card, "download", smdp.activation_code(order), exit_code=1)
    assert "smdp.example.com cannot be reached" in error_of(result)


def test_a_notification_that_is_not_there_cannot_be_sent(card: Path) -> None:
    assert ipa(card, "notifications", "send", "7", exit_code=1).stderr == "error: no such notification: 7\n"


def test_a_server_of_another_ci(card: Path, smdp: SmDpPlus, tmp_path: Path) -> None:
    other = tmp_path / "ci.der"
    other.write_bytes(Pki.create(b"another").ci_certificates[0])
    result = ipa(card, "download", f"1${smdp.address}$X", "--ci", str(other), exit_code=1)
    assert "is not trusted" in error_of(result)


def test_a_server_elsewhere(card: Path) -> None:
    server = SmDpPlus(PKI, "smdp.example.com")
    with http.serve(server, tls=PKI.issue_tls("smdp.example.com")) as place:
        words = ("download", "1$smdp.example.com$X", "--connect-to", f"smdp.example.com={place}")
        assert "8.2.6/3.8" in error_of(ipa(card, *words, exit_code=1))


def test_names_are_text_and_nothing_else(card: Path, smdp: SmDpPlus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    order = smdp.order(PACKAGE, profile_name="[/bold]\x1b[2J", service_provider_name="[red]O")
    shown = [ipa(card, "download", smdp.activation_code(order)).stdout]
    shown += [ipa(card, "profiles").stdout, CliRunner().invoke(euicc_app, ["info", str(card)]).stdout]
    for output in shown:
        assert "[/bold]\ufffd[2J" in output
        assert "[red]O" in output
        assert "\x1b" not in output
    assert listed(card)[0]["name"] == "[/bold]\x1b[2J"


def test_what_a_server_says_cannot_command_the_terminal(card: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SmDpPlus, "handle", said)
    server = SmDpPlus(PKI)
    with http.serve(server, tls=PKI.issue_tls("localhost", ["127.0.0.1"])):
        result = ipa(card, "download", f"1${server.address}$X", exit_code=1)
    assert "no\ufffd[2J" in error_of(result)


def said(*_call: object) -> dict[str, object]:
    refusal = {"subjectCode": "8.1", "reasonCode": "4.2", "message": "no\x1b[2J"}
    return {"header": {"functionExecutionStatus": {"status": "Failed", "statusCodeData": refusal}}}


def test_a_terminal_that_cannot_show_every_character(card: Path, smdp: SmDpPlus) -> None:
    ipa(card, "download", smdp.activation_code(smdp.order(PACKAGE, profile_name="Zo\u00eb")))
    assert "Zo?" in on_ascii_terminal("ipa", "--card", str(card), "profiles")
    assert (
        json.loads(on_ascii_terminal("ipa", "--card", str(card), "profiles", "--json"))[0]["name"]
        == "Zo\u00eb"
    )
    told = json.loads(on_ascii_terminal("euicc", "info", str(card), "--json"))
    assert told["profiles"][0]["name"] == "Zo\u00eb"


def on_ascii_terminal(module: str, *words: str) -> str:
    command = [sys.executable, "-m", module, *words]
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii"}
    return subprocess.run(command, capture_output=True, text=True, check=True, env=ascii_only).stdout


def test_as_a_program(card: Path) -> None:
    command = [sys.executable, "-m", "ipa", "--card", str(card), "info", "--json"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(result.stdout)["eid"]
    command[-2] = "download"
    failed = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr == "error: the eUICC has no default SM-DP+ address\n"


def test_a_person_is_asked(card: Path, smdp: SmDpPlus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Invocation, "may_ask", lambda self, yes: not yes)
    order = smdp.order(PACKAGE, profile_name="Data plan", confirmation_code="1234")
    words = ["--card", str(card), "download", smdp.activation_code(order)]
    unanswered = CliRunner().invoke(app, words)
    assert unanswered.exit_code == 1
    assert "the user did not answer" in unanswered.stderr
    assert "Data plan" in unanswered.stderr
    agreed = CliRunner().invoke(app, words, input="y\n1234\n")
    assert agreed.exit_code == 0, agreed.output
    (profile,) = listed(card)
    kept = CliRunner().invoke(app, ["--card", str(card), "delete", profile["iccid"]], input="n\n")
    assert kept.exit_code == 1
    assert len(listed(card)) == 1
    refused = CliRunner().invoke(app, [*words[:-1], renewed(smdp)], input="n\n")
    assert "the user does not want the profile" in refused.stderr


def renewed(smdp: SmDpPlus) -> str:
    return smdp.activation_code(smdp.order(PACKAGE))


def test_a_file_that_is_no_card(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_text("not a card")
    assert "text" in error_of(ipa(path, "info", exit_code=1))
