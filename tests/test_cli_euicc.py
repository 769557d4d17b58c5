"""The command line `euicc`: its commands, across processes where it matters, and its one-line errors."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from apdu.trace import Trace
from euicc import Card
from euicc import eid as eids
from euicc.__main__ import app
from euicc.testing.profile_builder import Subscription, build

PYTHON = sys.executable
OTHER_EID = eids.with_check_digits("890490320010010000000000000002")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


def refused(*arguments: str | Path) -> str:
    """The one line of an error."""
    result = run(*arguments)
    assert result.exit_code in (1, 2)  # which of them: tests/test_cli_errors.py
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("error: ")
    return line


def ipa(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [PYTHON, "-m", "ipa", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@contextmanager
def serving(*arguments: str | Path) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """A server in another process, and the activation codes it has printed."""
    command = [PYTHON, "-m", "euicc", "smdp", "--listen", "127.0.0.1:0", *map(str, arguments)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        codes: list[str] = []
        for line in process.stdout:
            codes += [line.split()[-1]] if "activation code" in line else []
            if "ipa --card" in line and len(codes) == max(
                1, sum(str(each).endswith(".der") for each in arguments)
            ):
                break
        yield process, codes
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def package(tmp_path: Path) -> Path:
    path = tmp_path / "profile.der"
    path.write_bytes(build().package)
    return path


@pytest.fixture
def card(tmp_path: Path) -> Path:
    path = tmp_path / "a.card"
    assert run("new", path).exit_code == 0
    return path


# new


def test_new_makes_a_card_that_opens(tmp_path: Path) -> None:
    result = run("new", tmp_path / "a.card", "--eid", OTHER_EID.hex(), "--variant", "sgp32")
    assert result.exit_code == 0
    assert OTHER_EID.hex() in result.stdout
    with Card.open(tmp_path / "a.card") as made:
        assert made.identity.eid == OTHER_EID
        assert made.config.variant == "sgp32"


def test_new_with_profiles_of_the_factory(tmp_path: Path) -> None:
    more = build(Subscription(iccid="8900201234567890122"))
    (tmp_path / "more.der").write_bytes(more.package)
    result = run("new", tmp_path / "a.card", "--test-profile", "--profile", tmp_path / "more.der")
    assert result.exit_code == 0
    with Card.open(tmp_path / "a.card") as made:
        states = {profile.iccid: profile.enabled for profile in made.isdr.profiles.all()}
    assert states == {build().iccid_bytes: True, more.iccid_bytes: False}


def test_new_on_the_other_curve(tmp_path: Path) -> None:
    run("new", tmp_path / "a.card", "--curve", "brainpool")
    with Card.open(tmp_path / "a.card") as made:
        assert [each.curve.name for each in made.identity.trusted] == ["brainpoolP256r1"]


def test_new_of_sgp02_on_the_other_curve(tmp_path: Path) -> None:
    run("new", tmp_path / "a.card", "--variant", "sgp02", "--curve", "brainpool")
    shown = json.loads(run("show", tmp_path / "a.card", "--json").output)
    assert [each["curve"] for each in shown["cis"]] == ["brainpoolP256r1"]


def test_new_replaces_only_when_told(card: Path) -> None:
    before = card.read_bytes()
    assert "--force" in refused("new", card)
    assert card.read_bytes() == before
    assert run("new", card, "--eid", OTHER_EID.hex(), "--force").exit_code == 0
    with Card.open(card) as made:
        assert made.identity.eid == OTHER_EID


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--eid", "123"), "EID"),
        (("--eid", "89049032001001000000000000000100"), "check digits"),
        (("--pki", "no-such-directory"), "no directory"),
        (("--pki", "."), "CI certificate"),
        (("--pki", ".", "--variant", "sgp02"), "no --pki"),
        (("--eid", "123", "--variant", "sgp02"), "EID"),
    ],
)
def test_cards_that_cannot_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], reason: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert reason in refused("new", "a.card", *arguments)
    assert not (tmp_path / "a.card").exists()


# info


def test_info_of_a_new_card(card: Path) -> None:
    answer = json.loads(run("info", card, "--json").stdout)
    assert answer["eid"] == eids.DEFAULT.hex()
    assert (answer["variant"], answer["version"]) == ("sgp22", "2.5.0")
    assert [each["curve"] for each in answer["cis"]] == ["prime256v1"]
    assert (answer["profiles"], answer["notifications"]) == ([], [])
    table = run("info", card).stdout
    assert eids.DEFAULT.hex() in table
    assert "profiles: none" in table


@pytest.mark.parametrize("content", [None, b"", b"not a card at all"], ids=["missing", "empty", "other"])
def test_files_that_are_no_cards(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "b.card"
    if content is not None:
        path.write_bytes(content)
    assert "b.card" in refused("info", path)


# demo


def test_demo_shows_the_steps_and_the_subscription(tmp_path: Path) -> None:
    result = run("demo", "--trace", tmp_path / "demo.trace")
    assert result.exit_code == 0
    for shown in ("TLS and mutual authentication", "ms", build().iccid, build().imsi, build().spn):
        assert shown in result.stdout
    assert Trace.load(tmp_path / "demo.trace").exchanges


def test_demo_of_a_profile_on_the_other_curve(package: Path) -> None:
    result = run("demo", "--profile", package, "--curve", "brainpool")
    assert result.exit_code == 0
    assert "brainpoolP256r1" in result.stdout


def test_demo_of_a_file_that_is_no_package(tmp_path: Path) -> None:
    (tmp_path / "x.der").write_bytes(b"no package")
    result = run("demo", "--profile", tmp_path / "x.der")
    assert result.exit_code in (1, 2)  # which of them: tests/test_cli_errors.py
    assert result.stderr.splitlines() == ["error: the package does not begin with a ProfileHeader"]
    assert run("demo", "--profile", tmp_path / "y.der").exit_code == 1


# smdp


def test_a_profile_goes_from_one_process_to_a_card_in_another(card: Path, package: Path) -> None:
    with serving("--profile", package) as (process, (code,)):
        downloaded = ipa("--card", card, "--json", "download", code)
        assert downloaded.returncode == 0, downloaded.stderr
        enabled = ipa("--card", card, "enable", build().iccid)
        assert enabled.returncode == 0, enabled.stderr
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=20)
    assert process.returncode == 0
    assert errors == ""
    assert output.splitlines()[-1] == "stopped"
    assert "handleNotification: ok" in output
    answer = json.loads(run("info", card, "--json").stdout)
    assert [(each["iccid"], each["state"]) for each in answer["profiles"]] == [(build().iccid, "enabled")]
    assert [each["event"] for each in answer["notifications"]] == ["enable"]


def test_it_stops_on_sigterm_and_serves_a_test_profile_by_default() -> None:
    with serving() as (process, (code,)):
        assert code.startswith("LPA:1$127.0.0.1:")
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")
    assert output.splitlines()[-1] == "stopped"


def test_confirmation_code_matching_id_and_eid(card: Path, package: Path) -> None:
    options = ("--matching-id", "MINE", "--confirmation-code", "1234", "--eid", eids.DEFAULT.hex())
    with serving("--profile", package, *options) as (process, (code,)):
        assert code.endswith("$MINE$$1")
        wrong = ipa("--card", card, "--json", "download", code, "--confirmation-code", "wrong")
        assert wrong.returncode == 1
        assert "8.2.7/3.8" in wrong.stderr
        right = ipa("--card", card, "--json", "download", code, "--confirmation-code", "1234")
        assert right.returncode == 0, right.stderr
        process.send_signal(signal.SIGINT)
        output, _errors = process.communicate(timeout=20)
    assert "getBoundProfilePackage: 8.2.7/3.8" in output


def test_several_profiles(package: Path, tmp_path: Path) -> None:
    second = tmp_path / "second.der"
    second.write_bytes(build().package)
    with serving("--profile", package, second) as (_process, codes):
        assert len(set(codes)) == 2


def test_the_default_server_of_a_card(card: Path, package: Path) -> None:
    with serving("--profile", package, "--matching-id", "", "--eid", eids.DEFAULT.hex()) as (
        _process,
        (code,),
    ):
        address = code.split("$")[1]
        assert ipa("--card", card, "address", address).returncode == 0
        downloaded = ipa("--card", card, "--json", "download")
        assert downloaded.returncode == 0, downloaded.stderr


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--listen", "8443"), "HOST:PORT"),
        (("--listen", "127.0.0.1:99999"), "HOST:PORT"),
        (("--listen", "192.0.2.1:8443"), "cannot listen"),
        (("--profile", "no-such-file.der"), "no-such-file.der"),
        (("--eid", "1"), "EID"),
        (("--matching-id", "A", "--matching-id", "B"), "2 MatchingIDs for 1 profiles"),
        (("--matching-id", "A$B"), "letters, digits and hyphens"),
        (("--confirmation-code", ""), "empty confirmation code"),
    ],
)
def test_servers_that_cannot_be(arguments: tuple[str, ...], reason: str) -> None:
    assert reason in refused("smdp", *arguments)


def test_without_a_command_there_is_help() -> None:
    assert "smdp" in run("--help").stdout
