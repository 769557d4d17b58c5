"""`ipa files`: the tree in words and in JSON, keys masked, PIN1 first where it is wanted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from euicc.testing import profile_builder
from ipa.__main__ import app
from ipa.file_presentation import MASKED
from tests.data import needs_ts48, ts48_packages
from tests.ef.cards import card_with

PIN = "4711"


def ipa(card: Path, *words: str, exit_code: int = 0, **environment: str) -> Result:
    result = CliRunner().invoke(app, ["--card", str(card), "files", *words], env=environment)
    assert result.exit_code == exit_code, result.output
    return result


def rows(card: Path, *words: str, IPA_PIN: str = "") -> dict[str, Any]:
    listed = json.loads(ipa(card, "--json", *words, IPA_PIN=IPA_PIN).stdout)
    return {row["path"]: row for row in listed}


@pytest.fixture
def card(tmp_path: Path) -> Path:
    path = tmp_path / "card"
    card_with(profile_builder.build().package).save(path)
    return path


def test_the_tree_in_words(card: Path) -> None:
    shown = ipa(card).stdout
    lines = shown.splitlines()
    assert lines[0] == "MF                       3F00, directory"
    assert lines[2] == "    PIN1 disabled, ADM1 enabled"
    imsi = next(at for at, line in enumerate(lines) if line.strip().startswith("EF.IMSI"))
    assert lines[imsi : imsi + 3] == [
        "  EF.IMSI                  6F07, transparent, 9 bytes, SFI 07",
        "      read PIN1; update, deactivate, activate, delete ADM1",
        "      001010123456063",
    ]
    assert "1  aid A0000000871002" in shown
    assert "6982 security status not satisfied" in shown


def test_rows_for_programs(card: Path) -> None:
    found = rows(card)
    assert found["ADF.USIM/EF.IMSI"] == {
        "path": "ADF.USIM/EF.IMSI",
        "aid": None,
        "fid": "6F07",
        "structure": "transparent",
        "size": 9,
        "record_length": None,
        "records": None,
        "sfi": 7,
        "life_cycle": "activated",
        "access": "read PIN1; update, deactivate, activate, delete ADM1",
        "pins": None,
        "status": "",
        "content": "001010123456063",
        "raw": "080910101032540636",
    }
    directory = found["MF/EF.DIR"]
    assert [each["label"] for each in directory["content"] if each] == ["USIM", "ISIM"]
    assert len(directory["raw"]) == directory["records"]
    assert found["MF/DF.TELECOM/EF.SUME"]["status"].startswith("6982")
    assert found["MF"]["pins"] == {"PIN1": False, "ADM1": True}
    assert found["ADF.USIM"]["aid"].startswith("A0000000871002")


def test_keys_are_masked(card: Path) -> None:
    assert rows(card, "EF.Keys")["ADF.USIM/EF.Keys"]["raw"] == MASKED
    assert MASKED in ipa(card, "EF.Keys", "--raw").stdout
    assert "ksi" in ipa(card, "EF.Keys", "--secrets").stdout
    assert rows(card, "EF.Keys", "--secrets")["ADF.USIM/EF.Keys"]["content"]["ksi"] == 7


def test_one_file_and_its_bytes(card: Path) -> None:
    shown = ipa(card, "EF.IMSI", "--raw").stdout
    assert shown.splitlines()[-1].strip() == "080910101032540636"
    assert list(rows(card, "7F10/6F40")) == ["MF/DF.TELECOM/EF.MSISDN"]


def test_pin1_first(tmp_path: Path) -> None:
    card = tmp_path / "card"
    subscription = profile_builder.Subscription(pin1=PIN)
    card_with(profile_builder.build(subscription).package).save(card)
    assert rows(card, "EF.IMSI")["ADF.USIM/EF.IMSI"]["status"].startswith("6982")
    opened = rows(card, "EF.IMSI", "--pin", IPA_PIN=PIN)["ADF.USIM/EF.IMSI"]
    assert opened["content"] == "001010123456063"
    refused = ipa(card, "--pin", exit_code=1, IPA_PIN="0000")
    assert "2 tries left" in refused.stderr
    assert "0000" not in refused.stderr


@needs_ts48
@pytest.mark.parametrize("package", ts48_packages(), ids=lambda package: str(package.stem))
def test_the_tree_of_ts48(tmp_path: Path, package: Path) -> None:
    path = tmp_path / "card"
    card_with(package.read_bytes()).save(path)
    shown = ipa(path).stdout
    assert "89" in shown
    assert "00101" in shown
    assert len(shown.splitlines()) > 500
