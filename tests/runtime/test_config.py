"""The product's choices survive being saved."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from asn1.generated import pe, rsp
from euicc import Card
from euicc.config import ANY_OPERATOR, Config, Operator, Patience, Ppr, RatRule, RspCapability, UiccCapability
from euicc.m2m.isdr import M2mIsdR

CONFIGS = [
    Config(),
    Config(variant="sgp32", gating="strict", svn=(2, 2, 2), iot_versions=((1, 0, 0), (1, 2, 0))),
    Config(
        forbidden_pprs=(Ppr.DELETION_NOT_ALLOWED,), rat=(), default_dp_address="smdp.example", category=None
    ),
    Config(
        rat=(
            RatRule(
                (Ppr.DISABLING_NOT_ALLOWED,),
                (Operator(b"\x62\xf2\x10"), Operator(b"\x62\xf2\x20", b"\x01")),
                True,
            ),
            RatRule((Ppr.DELETION_NOT_ALLOWED,), (ANY_OPERATOR,)),
        )
    ),
]


@pytest.mark.parametrize("config", CONFIGS)
def test_json_and_back(config: Config) -> None:
    assert Config.from_json(config.to_json()) == config


def test_files_of_other_releases_load() -> None:
    stored = json.loads(Config(nvm_size=1000).to_json())
    stored["choice of a later release"] = [1, 2]
    del stored["rat"]
    assert Config.from_json(json.dumps(stored)) == Config(nvm_size=1000)


@pytest.mark.parametrize(
    "wrong",
    [{"variant": "sgp01"}, {"gating": "maybe"}, {"channels": 0}, {"channels": 21}, {"notifications": 0}],
)
def test_choices_that_make_no_sense(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        Config(**wrong)  # type: ignore[arg-type]


def bits(names: type) -> dict[int, str]:
    return {value: name for name, value in vars(names).items() if isinstance(value, int)}


def test_capabilities_are_the_bits_of_the_schema() -> None:
    for bit, name in bits(UiccCapability).items():
        assert set(name.split("_")) <= set(bits(pe.UICCCapability)[bit].replace("I_SIM", "ISIM").split("_"))
    for bit, name in bits(RspCapability).items():
        assert set(name.split("_")) <= set(bits(rsp.RspCapability)[bit].split("_"))


def test_patience_is_stored_and_unknown_kinds_of_it_are_left_out() -> None:
    config = Config(variant="sgp02", patience=Patience(losses=2))
    assert Config.from_json(config.to_json()) == config
    stored = json.loads(config.to_json())
    stored["patience"] = {"losses": 3, "of_a_later_release": 1}
    assert Config.from_json(json.dumps(stored)).patience == Patience(losses=3)


def test_a_card_of_sgp02_is_as_patient_after_it_was_opened(tmp_path: Path) -> None:
    path = tmp_path / "m2m.card"
    Card.manufacture(config=Config(variant="sgp02", patience=Patience(attempts=1))).save(path)
    with Card.open(path) as card:
        assert isinstance(card.isdr, M2mIsdR)
        assert card.isdr.registration.patience.attempts == 1
