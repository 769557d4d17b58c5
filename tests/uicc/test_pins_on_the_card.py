"""PINs of profiles on a card: kept in its file, gone with the profile, and never those of another profile."""

from __future__ import annotations

from pathlib import Path

import pytest

from euicc import Card
from euicc.profiles.profile import ProfileState
from euicc.profiles.store import ProfileStore
from euicc.runtime import keys
from euicc.uicc.pins import PinState
from tests.isdr.installed import install
from tests.uicc import locked
from tests.uicc.handmade import running

PIN1 = locked.PIN1.hex()
NEW = "3132333435FFFFFF"


def send(card: Card, command: str) -> str:
    return card.transmit(bytes.fromhex(command)).hex().upper()


@pytest.fixture
def card() -> Card:
    """Two profiles of the same package, the first one enabled; PIN1 is what the package says."""
    card = Card.manufacture()
    install(card, 1, enabled=True)
    install(card, 2)
    card.reset()
    return card


def pin1(card: Card) -> str:
    """The PIN1 of the enabled profile, as its package has it."""
    return card.uicc.running.profile.pins[b""].pins[0x01].value.hex()


def changed(card: Card) -> None:
    """The enabled profile's PIN1 is enabled and has another value, one try and one of its PUK are gone."""
    old = pin1(card)
    if not card.uicc.running.profile.pins[b""].pins[0x01].enabled:
        assert send(card, f"0028000108{old}") == "9000"
    assert send(card, f"0024000110{old}{NEW}") == "9000"
    assert send(card, "0020000108" + "00" * 8) == "63C2"
    assert send(card, "002C000110" + "00" * 16) == "63C9"


def test_they_are_kept_in_the_file_of_the_card(card: Card, tmp_path: Path) -> None:
    changed(card)
    card.save(tmp_path / "card")
    with Card.open(tmp_path / "card") as again:
        assert send(again, "00200001") == "63C2"
        assert send(again, "002C0001") == "63C9"
        assert send(again, f"0020000108{pin1(again)}") == "63C1"
        assert send(again, f"0020000108{NEW}") == "9000"
    with Card.open(tmp_path / "card") as once_more:
        assert send(once_more, "00200001") == "63C3"


def switch(card: Card, enabled: int) -> None:
    store = ProfileStore(card.nvm)
    with card.nvm.transaction():
        for number, profile in enumerate(store.all(), start=1):
            store.update(
                profile.in_state(ProfileState.ENABLED if number == enabled else ProfileState.DISABLED)
            )


def test_another_profile_has_its_own(card: Card) -> None:
    changed(card)
    assert send(card, f"0020000108{NEW}") == "9000"
    switch(card, 2)
    assert send(card, "00200001") == "63C3"
    assert send(card, "002C0001") == "63CA"
    changed(card)
    switch(card, 1)
    assert send(card, "00200001") == "63C3"
    # What was verified before does not count any more.
    running_pin = card.uicc.running.pins.find(0x01, card.uicc.running.profile.filesystem.mf)
    assert running_pin is not None
    assert not running_pin.verified
    assert send(card, f"0020000108{NEW}") == "9000"


def test_they_go_with_the_profile(card: Card) -> None:
    changed(card)
    store = ProfileStore(card.nvm)
    first, _ = store.all()
    with card.nvm.transaction():
        store.delete(first)
    assert not card.nvm.indexes(keys.PIN_STATE)
    assert not card.nvm.indexes(keys.PUK_TRIES)


@pytest.mark.parametrize("enabled", [True, False])
@pytest.mark.parametrize("replaced", [True, False])
def test_states_as_bytes(enabled: bool, replaced: bool) -> None:
    state = PinState(locked.PIN1, 2, enabled, replaced)
    assert PinState.from_bytes(state.to_bytes()) == state


def test_no_value_is_ever_shown() -> None:
    uicc = running(locked.profile())
    pin = uicc.pins.find(0x01, uicc.profile.filesystem.mf)
    assert pin is not None
    for shown in (repr(pin), repr(pin.state), repr(uicc.pins), repr(pin.puk)):
        assert str(locked.PIN1) not in shown
        assert str(locked.PUK1) not in shown
