"""`euicc show`: a stored card down to the files of its profiles, without its secrets unless they are asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from apdu import ApduChannel, ef
from euicc import Card
from euicc.__main__ import app
from euicc.profiles.profile import ProfileState
from euicc.testing import profile_builder
from ipa import files
from tests.data import needs_ts48, ts48_packages
from tests.ef.cards import card_with
from tests.isdr.es10 import open_isdr
from tests.sgp32.iot import add_initial_eim, iot_card

BUILT = profile_builder.build()
K = profile_builder.Subscription().k.hex().upper()


def show(card: Path, *words: str) -> Result:
    result = CliRunner().invoke(app, ["show", str(card), *words])
    assert result.exit_code == 0, result.output
    return result


def in_json(card: Path, *words: str) -> dict[str, Any]:
    found = json.loads(show(card, "--json", *words).stdout)
    assert isinstance(found, dict)
    return found


@pytest.fixture
def card(tmp_path: Path) -> Path:
    path = tmp_path / "a.card"
    card_with(BUILT.package).save(path)
    return path


def test_without_files_it_is_short(card: Path) -> None:
    found = in_json(card)
    assert list(found) == ["eid", "variant", "version", "cis", "profiles", "notifications"]
    (profile,) = found["profiles"]
    assert (profile["state"], profile["service_provider"], profile["rules"]) == ("enabled", "Operator", [])
    assert "EF.IMSI" not in show(card).stdout


def test_info_is_its_older_name(card: Path) -> None:
    result = CliRunner().invoke(app, ["info", str(card), "--json"])
    assert json.loads(result.stdout) == in_json(card)


def test_the_enabled_profile(card: Path) -> None:
    profile = in_json(card, "--files")["profile"]
    pins = {(pin["directory"], pin["key"]): pin for pin in profile["pins"]}
    assert pins["MF", "PIN1"]["enabled"] is False
    assert pins["MF", "ADM1"]["tries_left"] == 10
    usim, isim = profile["aka"]
    assert (usim["algorithm"], usim["shares_with"], isim["shares_with"]) == ("Milenage", None, usim["aid"])
    (domain,) = profile["security_domains"]
    assert domain["mno_sd"]
    assert "01" in domain["key_versions"]
    assert "B00120" in [tar for rfm in profile["remote_file_management"] for tar in rfm["tars"]]
    shown = {file["path"]: file for file in profile["files"]}
    assert shown["ADF.USIM/EF.IMSI"]["content"] == BUILT.imsi
    assert shown["MF/EF.ICCID"]["content"] == BUILT.iccid
    # Nobody verified ADM1: who has the card's file sees everything.
    assert shown["MF/DF.TELECOM/EF.SUME"]["raw"]


def test_secrets_only_when_asked_for(card: Path) -> None:
    plain, open_ = show(card, "--json", "--files").stdout, show(card, "--json", "--files", "--secrets").stdout
    assert K in open_
    assert K not in plain
    assert '"value"' in open_
    assert '"value"' not in plain
    assert K not in show(card, "--files").stdout


def test_the_tree_in_words(card: Path) -> None:
    shown = show(card, "--files").stdout
    assert f"      {BUILT.imsi}" in shown.splitlines()
    assert "Milenage" in shown


def test_what_was_written_shows(tmp_path: Path) -> None:
    card, path = card_with(BUILT.package), tmp_path / "a.card"
    channel = ApduChannel(card)
    files.enter(channel, "ADF.USIM")
    files.update_binary(channel, "EF.FPLMN", ef.encode("EF.FPLMN", ["262-01"], 60))
    card.save(path)
    shown = {file["path"]: file for file in in_json(path, "--files")["profile"]["files"]}
    assert shown["ADF.USIM/EF.FPLMN"]["content"] == ["262-01"]


def test_a_profile_that_is_not_enabled(card: Path) -> None:
    with Card.open(card) as opened:
        (profile,) = opened.isdr.profiles.all()
        with opened.nvm.transaction():
            opened.isdr.profiles.update(profile.in_state(ProfileState.DISABLED))
    found = in_json(card)
    iccid = found["profiles"][0]["iccid"]
    assert found["profiles"][0]["state"] == "disabled"
    found = in_json(card, "--files", iccid)
    assert BUILT.imsi in [file["content"] for file in found["profile"]["files"]]


def test_an_iot_card(tmp_path: Path) -> None:
    path = tmp_path / "a.card"
    card = iot_card()
    open_isdr(card).store_data(add_initial_eim())
    card.save(path)
    found = in_json(path)
    assert found["iot"]["emergency"] is False
    assert found["eims"][0]["eim"] in show(path).stdout


@needs_ts48
@pytest.mark.parametrize("package", ts48_packages()[::5], ids=lambda package: str(package.stem))
def test_packages_of_ts48(tmp_path: Path, package: Path) -> None:
    path = tmp_path / "a.card"
    card_with(package.read_bytes()).save(path)
    profile = in_json(path, "--files")["profile"]
    assert {each["algorithm"] for each in profile["aka"]} == {"USIM test algorithm"}
    assert len(profile["files"]) > 230
    assert all(file["raw"] is not None for file in profile["files"] if file["structure"] == "transparent")


def test_a_card_of_sgp02_tells_of_isd_ps_and_key_sets(tmp_path: Path) -> None:
    path = tmp_path / "m2m.card"
    card = Card.manufacture(variant="sgp02", seed=1)
    card.preload(BUILT.package, enabled=True)
    card.save(path)
    found = in_json(path)
    assert list(found) == ["eid", "variant", "cis", "profiles", "isd_ps", "isd_r"]
    assert found["isd_ps"] == [
        {
            "number": "0010",
            "state": "enabled",
            "iccid": found["profiles"][0]["iccid"],
            "pol1": [],
            "attributes": ["fallback"],
            "memory": None,
            "keys": [],
            "isd_p": "A0000005591010FFFFFFFF8900001000",
        }
    ]
    assert found["isd_r"]["keys"] == ["01 SCP80", "40 SCP81"]
    assert (found["isd_r"]["switch"], found["isd_r"]["notification"]) == (None, None)
    shown = show(path, "--files").stdout
    assert "0010" in shown
    assert "EF.IMSI" in shown
