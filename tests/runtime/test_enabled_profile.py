"""The card answers as the enabled profile, and as none when none is."""

from __future__ import annotations

from pathlib import Path

import pytest

from euicc import Card, Config, PowerLoss, enabled_profile
from euicc.isdp.installer import build
from euicc.profiles.profile import Profile, ProfileState
from euicc.profiles.store import ProfileStore
from euicc.uicc.profile_data import UiccProfile
from tests.isdr.es10 import open_isdr
from tests.isdr.installed import install

SELECT_USIM = bytes.fromhex("00A4040407A000000087100200")
SELECT_ICCID = bytes.fromhex("00A40804022FE200")


def put(card: Card, profile: Profile, state: ProfileState) -> None:
    with card.nvm.transaction():
        ProfileStore(card.nvm).update(profile.in_state(state))


def has_usim(card: Card) -> bool:
    answer = card.transmit(SELECT_USIM)
    assert answer[-2:] in (b"\x90\x00", b"\x6a\x82")
    return answer[-2:] == b"\x90\x00"


def test_the_files_come_and_go_with_the_state() -> None:
    card = Card.manufacture()
    assert not has_usim(card)
    profile = install(card, 1)
    assert not has_usim(card)
    put(card, profile, ProfileState.ENABLED)
    assert has_usim(card)
    card.reset()
    assert has_usim(card)
    assert card.transmit(SELECT_ICCID)[-2:] == b"\x90\x00"
    put(card, profile, ProfileState.DISABLED)
    assert not has_usim(card)


def test_the_files_are_built_when_somebody_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[bytes] = []

    def building(aid: bytes, package: bytes, config: Config) -> UiccProfile:
        built.append(package)
        return build(package, config)

    card = Card.manufacture()
    install(card, 1, enabled=True)
    card.save(tmp_path / "card")
    monkeypatch.setattr(enabled_profile, "build_profile", building)
    with Card.open(tmp_path / "card") as again:
        again.reset()
        assert open_isdr(again).store_data(bytes.fromhex("BF2E00"))
        assert not built
        assert again.transmit(SELECT_ICCID)[-2:] == b"\x90\x00"
        again.reset()
        assert has_usim(again)
        assert len(built) == 1


def test_power_lost_while_enabling_leaves_the_files_as_they_were() -> None:
    card = Card.manufacture()
    profile = install(card, 1)
    card.nvm.lose_power_at = 2
    with pytest.raises(PowerLoss):
        put(card, profile, ProfileState.ENABLED)
    card.reset()
    assert not has_usim(card)


def test_the_files_are_there_after_opening_the_card(tmp_path: Path) -> None:
    card = Card.manufacture()
    install(card, 1, enabled=True)
    card.save(tmp_path / "card")
    with Card.open(tmp_path / "card") as again:
        assert has_usim(again)
        assert again.transmit(SELECT_ICCID) == card.transmit(SELECT_ICCID)
