"""The card as its users have it: manufactured, reset, saved, opened, torn, and extended by applets of their
own."""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path

import pytest

from apdu import Command, StatusError, Transport, status
from apdu import aid as aids
from euicc import Card, CardFileError, Config, Identity, PowerLoss
from euicc import eid as eids
from euicc.runtime.nvm import Key, Nvm

GET_EID = bytes.fromhex("81E2910006BF3E035C015A00")
GET_CHALLENGE = bytes.fromhex("81E2910003BF2E0000")
OTHER_EID = eids.digits(eids.with_check_digits("890490329999000000000000000042"))

LEFT: Key[int] = Key("test-left", lambda value: str(value).encode(), int, 0)
RIGHT: Key[int] = Key("test-right", lambda value: str(value).encode(), int, 0)
SCALES = bytes.fromhex("F0000000053CA1E5")


class Scales:
    """An applet of a user: INS 01 adds one to each of two persistent counters, INS 02 answers both."""

    def __init__(self, nvm: Nvm) -> None:
        self.nvm = nvm

    def aids(self) -> Iterable[bytes]:
        return (SCALES,)

    def select(self, aid: bytes, command: Command, channel: int) -> tuple[Scales, bytes]:
        return self, b""

    def process(self, command: Command) -> bytes:
        if command.ins == 0x02:
            return bytes((self.nvm.get(LEFT), self.nvm.get(RIGHT)))
        if command.ins != 0x01:
            raise StatusError(status.INS_NOT_SUPPORTED)
        with self.nvm.transaction():
            for key in (LEFT, RIGHT):
                self.nvm.set(key, self.nvm.get(key) + 1)
        return b""

    def closed(self) -> None:
        pass


def select(card: Card, aid: bytes, cla: int = 0) -> bytes:
    return card.transmit(bytes((cla, 0xA4, 0x04, 0x00, len(aid))) + aid)


def answer(card: Card, command: bytes) -> bytes:
    """The answer of the ISD-R on channel 1."""
    card.reset()
    assert card.transmit(bytes.fromhex("0070000100")) == b"\x90\x00"
    assert select(card, aids.ISD_R, 1)[0] == 0x61
    return card.transmit(command)


@pytest.mark.parametrize("eid", [OTHER_EID, bytes.fromhex(OTHER_EID)])
def test_the_eid_it_was_made_with(eid: bytes | str) -> None:
    card = Card.manufacture(eid=eid)
    assert answer(card, GET_EID) == bytes.fromhex(f"BF3E125A10{OTHER_EID}9000")
    assert card.identity == Identity.default(bytes.fromhex(OTHER_EID))


@pytest.mark.parametrize("eid", ["", "89", OTHER_EID[:-1] + "9", "x" * 32, b"", b"\xff" * 16, bytes(16)])
def test_no_card_with_a_wrong_eid(eid: bytes | str) -> None:
    with pytest.raises(ValueError):
        Card.manufacture(eid=eid)


def test_certificates_of_whoever_issues_them() -> None:
    class Issuer:
        def issue_euicc(self, eid: bytes) -> Identity:
            return Identity(eid, Identity.default().credentials, ())

    card = Card.manufacture(pki=Issuer())
    assert card.ci_certificates == ()
    assert len(Card.manufacture().ci_certificates) == 1


def test_variants() -> None:
    assert Card.manufacture().config == Config(variant="sgp22")
    assert Card.manufacture(variant="sgp32").config == Config(variant="sgp32")
    assert Card.manufacture(config=Config(variant="sgp32")).config.variant == "sgp32"
    with pytest.raises(ValueError, match="variant"):
        Card.manufacture(variant="sgp01")
    with pytest.raises(ValueError, match="but a config for"):
        Card.manufacture(variant="sgp32", config=Config())


def test_it_is_a_transport_with_its_power_on() -> None:
    card = Card.manufacture()
    transport: Transport = card
    assert transport.transmit(bytes.fromhex("80AA000005A903830107")) == b"\x90\x00"
    assert transport.reset() == transport.reset()


def test_a_seed_makes_it_reproducible_and_only_a_seed() -> None:
    one, two = (Card.manufacture(seed=5) for _ in range(2))
    assert [answer(one, GET_CHALLENGE) for _ in range(3)] == [answer(two, GET_CHALLENGE) for _ in range(3)]
    assert answer(one, GET_CHALLENGE) != answer(one, GET_CHALLENGE)
    assert answer(Card.manufacture(), GET_CHALLENGE) != answer(Card.manufacture(), GET_CHALLENGE)


def test_channels_are_as_many_as_it_was_made_with() -> None:
    card = Card.manufacture(config=Config(channels=4))
    assert card.transmit(bytes.fromhex("0070000300")) == b"\x90\x00"
    assert card.transmit(bytes.fromhex("0070000400")) == b"\x68\x81"


def test_the_isdr_and_the_ecasd_by_their_prefix() -> None:
    card = Card.manufacture()
    prefix = aids.GSMA_RID
    for p2, aid in ((0x00, aids.ISD_R), (0x02, aids.ECASD), (0x03, aids.ISD_R)):
        fci = card.transmit(bytes((0, 0xA4, 4, p2, len(prefix))) + prefix + b"\x00")
        assert aid in fci
        assert fci[-2:] == b"\x90\x00"


# --- files ---


def test_saved_and_opened_it_is_the_same_card(tmp_path: Path) -> None:
    card = Card.manufacture(eid=OTHER_EID, config=Config(platform_label="a label", channels=5))
    card.save(tmp_path / "card")
    with Card.open(tmp_path / "card") as again:
        assert (again.identity, again.config) == (card.identity, card.config)
        assert answer(again, GET_EID) == answer(card, GET_EID)
    assert [path.name for path in tmp_path.iterdir()] == ["card"]


def test_an_opened_card_does_not_repeat_its_challenges(tmp_path: Path) -> None:
    Card.manufacture(seed=1).save(tmp_path / "card")
    with Card.open(tmp_path / "card") as one, Card.open(tmp_path / "card") as two:
        assert answer(one, GET_CHALLENGE) != answer(two, GET_CHALLENGE)


def test_files_without_a_card(tmp_path: Path) -> None:
    with pytest.raises(CardFileError, match="no card file at"):
        Card.open(tmp_path / "missing")
    Nvm().save(tmp_path / "blank")
    with pytest.raises(CardFileError, match="no card was manufactured"):
        Card.open(tmp_path / "blank")


def test_a_card_that_cannot_be_saved_leaves_nothing_behind(tmp_path: Path) -> None:
    card = Card.manufacture()
    (tmp_path / "directory").mkdir()
    (tmp_path / "file").touch()
    for place in ("directory", "missing/card", "file/card"):
        with pytest.raises(CardFileError, match="cannot write"):
            card.save(tmp_path / place)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["directory", "file"]


def test_saving_a_card_touches_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "card.new").write_bytes(b"somebody's")
    Card.manufacture().save(tmp_path / "card")
    assert (tmp_path / "card.new").read_bytes() == b"somebody's"


# --- applets of one's own, and the power ---


def weighed(card: Card) -> bytes:
    assert select(card, SCALES) == b"\x90\x00"
    return card.transmit(bytes.fromhex("0002000000"))


def tear(card: Card) -> None:
    """Cut the power at every point of one INS 01: the counters stay alike, and the next one succeeds."""
    card.register(Scales(card.nvm))
    point = value = 0
    lost = True
    while lost:
        point += 1
        select(card, SCALES)
        card.nvm.lose_power_at = point
        try:
            assert card.transmit(bytes.fromhex("00010000")) == b"\x90\x00"
            lost = False
        except PowerLoss:
            with pytest.raises(PowerLoss, match="no power"):
                card.transmit(bytes.fromhex("0002000000"))
            card.reset()
        left, right = weighed(card)[:2]
        assert left == right
        assert left in (value, value + 1)
        value = left
    assert point == 5
    assert value == 2


def test_power_cut_anywhere_in_memory() -> None:
    tear(Card.manufacture())


def test_power_cut_anywhere_in_a_file(tmp_path: Path) -> None:
    Card.manufacture().save(tmp_path / "card")
    with Card.open(tmp_path / "card") as card:
        tear(card)
        with Card.open(tmp_path / "card") as again:
            again.register(Scales(again.nvm))
            assert weighed(again) == b"\x02\x02\x90\x00"


def test_another_user_of_the_file_is_noticed(tmp_path: Path) -> None:
    Card.manufacture().save(tmp_path / "card")
    with Card.open(tmp_path / "card") as one, Card.open(tmp_path / "card") as two:
        for card in (one, two):
            card.register(Scales(card.nvm))
            select(card, SCALES)
        one.transmit(bytes.fromhex("00010000"))
        with pytest.raises(CardFileError, match="reset the card"):
            two.transmit(bytes.fromhex("00010000"))
        two.reset()
        assert weighed(two) == b"\x01\x01\x90\x00"


def test_switched_off_it_is_silent_until_reset() -> None:
    card = Card.manufacture()
    card.transmit(bytes.fromhex("0070000100"))
    card.power_off()
    with pytest.raises(PowerLoss):
        card.transmit(bytes.fromhex("0170000000"))
    assert card.reset()
    assert card.transmit(bytes.fromhex("0170000000")) == b"\x68\x81"


def test_random_bytes_always_have_an_answer() -> None:
    chance = random.Random(4)
    card = Card.manufacture(seed=4)
    starts = [
        b"",
        b"\x00",
        b"\x01",
        b"\x81\xe2\x91\x00",
        b"\x00\xa4\x04\x00",
        b"\x80\xca",
        b"\x00\x70",
        b"\x00\xb0",
    ]
    answer(card, GET_EID)
    for _ in range(5_000):
        raw = chance.choice(starts) + chance.randbytes(chance.choice((0, 1, 2, 3, 5, 8, 20, 260)))
        assert len(card.transmit(raw)) >= 2
    assert answer(card, GET_EID)[-2:] == b"\x90\x00"
