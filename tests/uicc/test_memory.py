"""What a profile remembers besides its package: it stays, goes with the profile, and survives the power going."""

from __future__ import annotations

from pathlib import Path

import pytest

from euicc import Card, PowerLoss
from euicc.profiles.store import ProfileStore
from euicc.runtime import keys
from euicc.uicc.filesystem import Body, Ef, FileKind
from euicc.uicc.memory import ProfileMemory
from euicc.uicc.uicc import Uicc
from tests.isdr.installed import install
from tests.uicc.handmade import Chip, channel, profile

READ_BINARY = bytes.fromhex("00B0000000")
SELECT_ICCID = bytes.fromhex("00A4080C022FE2")
ICCID = bytes.fromhex("98001032547698103299")


def iccid_ef(uicc: Uicc) -> Ef:
    ef = uicc.profile.filesystem.by_package_path(b"\x2f\xe2")
    assert isinstance(ef, Ef)
    return ef


def read_iccid(card: Card) -> bytes:
    assert card.transmit(SELECT_ICCID) == b"\x90\x00"
    return card.transmit(READ_BINARY)


def enabled_card() -> Card:
    card = Card.manufacture()
    install(card, 1, enabled=True)
    card.reset()
    return card


def test_what_was_written_is_read_also_after_a_reset_and_from_the_file(tmp_path: Path) -> None:
    card = enabled_card()
    card.uicc.running.write(iccid_ef(card.uicc.running), ICCID)
    assert read_iccid(card) == ICCID + b"\x90\x00"
    card.reset()
    assert read_iccid(card) == ICCID + b"\x90\x00"
    card.save(tmp_path / "card")
    with Card.open(tmp_path / "card") as again:
        assert read_iccid(again) == ICCID + b"\x90\x00"


@pytest.mark.parametrize("point", [1, 2, 3])
def test_power_that_goes_leaves_the_old_or_the_new_content(point: int) -> None:
    card = enabled_card()
    before = read_iccid(card)
    card.nvm.lose_power_at = point
    with pytest.raises(PowerLoss):
        card.uicc.running.write(iccid_ef(card.uicc.running), ICCID)
    card.reset()
    assert read_iccid(card) == (ICCID + b"\x90\x00" if point == 3 else before)


def test_deleting_the_profile_erases_what_it_remembers() -> None:
    card = enabled_card()
    uicc = card.uicc.running
    uicc.write(iccid_ef(uicc), ICCID)
    uicc.set_lcsi(iccid_ef(uicc), 4)
    store = ProfileStore(card.nvm)
    (installed,) = store.all()
    with card.nvm.transaction():
        store.delete(installed)
    assert not any(card.nvm.indexes(key) for key in keys.PROFILE_MEMORY)


def test_memories_of_two_profiles_do_not_mix() -> None:
    chip = Chip()
    first, second = ProfileMemory(chip.nvm, b"\x01"), ProfileMemory(chip.nvm, b"\x02")
    with first.transaction():
        first.set(keys.FILE_CONTENT, b"one", "2fe2")
        second.set(keys.FILE_CONTENT, b"two", "2fe2")
    assert (first.get(keys.FILE_CONTENT, "2fe2"), second.names(keys.FILE_CONTENT)) == (b"one", ["2fe2"])
    with first.transaction():
        first.erase()
    assert (first.get(keys.FILE_CONTENT, "2fe2"), second.get(keys.FILE_CONTENT, "2fe2")) == (None, b"two")


def test_linked_files_are_written_together() -> None:
    made = profile()
    telecom = made.filesystem.by_package_path(b"\x7f\x10")
    assert telecom is not None
    assert not isinstance(telecom, Ef)
    body = Body(b"\x01\x02")
    for fid in (0x6F50, 0x6F51):
        telecom.add(Ef(fid, FileKind.TRANSPARENT, body, security=bytes.fromhex("6F0601")))
    uicc = Uicc(made, Chip())
    second = telecom.children[0x6F51]
    assert isinstance(second, Ef)
    uicc.write(second, b"\x03\x04")
    first = telecom.children[0x6F50]
    assert isinstance(first, Ef)
    assert uicc.content(first) == b"\x03\x04"
    assert first.body.content == b"\x01\x02"


def test_a_deactivated_file_answers_6283_and_is_closed() -> None:
    on = channel()
    uicc = on.applet.running
    uicc.set_lcsi(iccid_ef(uicc), 4)
    assert on("00A40804022FE200").endswith("6283")
    assert on("00B0000000") == "6985"
