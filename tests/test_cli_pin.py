"""`ipa pin` and `ipa authenticate`: secrets from the environment, answers of a card that plays a script."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ipa import __main__ as program
from ipa.commands import pin
from ipa.commands.sim import HIDDEN
from tests.apdu.scripted import ScriptedCard

USIM = ("00A4040007A000000087100200", "9000")
ISIM = ("00A4040007A000000087100400", "9000")
PADDED, NEW_PADDED = "31323334FFFFFFFF", "3536373839FFFFFF"
RAND, AUTN = "11" * 16, "22" * 16
RUN = f"008800812210{RAND}10{AUTN}00"
ANSWER = f"DB04{'AA' * 4}10{'BB' * 16}10{'CC' * 16}9000"


class Cli:
    """`ipa --card any ...` with a card that plays a script."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        for name in ("PIN", "NEW_PIN", "PUK"):
            patch.delenv(f"IPA_{name}", raising=False)

    def __call__(self, *exchanges: tuple[str, str], words: str, **secrets: str) -> Result:
        card = ScriptedCard(*exchanges)
        self._patch.setattr(program, "open_access", lambda name, argument: card)
        environment = {f"IPA_{name}": value for name, value in secrets.items()}
        result = CliRunner().invoke(program.app, ["--card", "any", *words.split()], env=environment)
        assert card.finished
        return result


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch) -> Cli:
    return Cli(monkeypatch)


@pytest.mark.parametrize(
    ("words", "sent"),
    [
        ("verify", f"0020000108{PADDED}"),
        ("verify --key pin2", f"0020008108{PADDED}"),
        ("enable --key 05", f"0028000508{PADDED}"),
        ("disable", f"0026000108{PADDED}"),
        ("change", f"0024000110{PADDED}{NEW_PADDED}"),
    ],
)
def test_what_the_card_is_asked(cli: Cli, words: str, sent: str) -> None:
    result = cli(USIM, (sent, "9000"), words=f"pin {words}", PIN="1234", NEW_PIN="56789")
    assert result.exit_code == 0, result.output
    assert "done" in result.stdout


def test_unblock(cli: Cli) -> None:
    sent = f"002C0001103132333435363738{NEW_PADDED}"
    result = cli(USIM, (sent, "9000"), words="pin unblock --json", PUK="12345678", NEW_PIN="56789")
    assert json.loads(result.stdout) == {}


def test_an_administrative_key_of_8_bytes(cli: Cli) -> None:
    sent = "0020000A080011223344556677"
    assert cli(USIM, (sent, "9000"), words="pin verify --key adm1", PIN="0011223344556677").exit_code == 0


def test_a_wrong_pin_says_what_is_left(cli: Cli) -> None:
    result = cli(USIM, (f"0020000108{PADDED}", "63C2"), words="pin verify", PIN="1234")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "error: the card refuses VERIFY PIN: wrong, 2 tries left\n"


@pytest.mark.parametrize("value", ["12", "abcd", "123456789"])
def test_what_is_no_pin_is_not_sent_and_not_shown(cli: Cli, value: str) -> None:
    result = cli(USIM, words="pin verify", PIN=value)
    assert result.exit_code == 1
    assert "4 to 8 digits" in result.stderr
    assert value not in result.stderr


def test_nobody_to_ask(cli: Cli) -> None:
    result = cli(USIM, words="pin verify")
    assert result.exit_code == 2
    assert "IPA_PIN" in result.stderr


def test_somebody_is_asked(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, dict[str, Any]]] = []

    def prompt(text: str, **options: Any) -> str:
        asked.append((text, options))
        return "1234"

    monkeypatch.setattr(pin, "_somebody_is_there", lambda: True)
    monkeypatch.setattr("typer.prompt", prompt)
    assert cli(USIM, (f"0020000108{PADDED}", "9000"), words="pin verify").exit_code == 0
    assert asked == [("PIN of pin1", {"hide_input": True, "err": True})]


def test_status(cli: Cli) -> None:
    fcp = "620F8202 7821 C609 900180 830101 830181".replace(" ", "")
    result = cli(
        USIM,
        ("80F2000000", f"{fcp}9000"),
        ("00200001", "63C3"),
        ("002C0001", "63CA"),
        ("00200081", "6984"),
        ("002C0081", "63C9"),
        words="pin status --json",
    )
    assert json.loads(result.stdout) == [
        {"key": "pin1", "enabled": True, "tries_left": 3, "unblock_tries_left": 10},
        {"key": "pin2", "enabled": False, "tries_left": None, "unblock_tries_left": 9},
    ]


def test_authenticate_shows_no_keys_unless_asked(cli: Cli) -> None:
    result = cli(USIM, (RUN, ANSWER), words=f"authenticate {RAND} {AUTN} --json")
    assert json.loads(result.stdout) == {"synchronised": True, "res": "AA" * 4, "ck": HIDDEN, "ik": HIDDEN}
    result = cli(ISIM, (RUN, ANSWER), words=f"authenticate {RAND} {AUTN} --json --keys --isim")
    assert json.loads(result.stdout)["ck"] == "BB" * 16


def test_authenticate_out_of_step(cli: Cli) -> None:
    result = cli(USIM, (RUN, f"DC0E{'DD' * 14}9000"), words=f"authenticate {RAND} {AUTN}")
    assert "DD" * 14 in result.stdout


def test_authenticate_refused(cli: Cli) -> None:
    result = cli(USIM, (RUN, "9862"), words=f"authenticate {RAND} {AUTN}")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "MAC failure" in result.stderr
