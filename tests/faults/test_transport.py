"""Faults on the way to the card: each does what it says, when its rule says."""

from __future__ import annotations

import pytest

from apdu import Transport, TransportError, instruction, status, tlv
from asn1.generated import rsp
from euicc import Card
from euicc.testing.faults import Corrupt, Delay, Drop, FaultyTransport, Repeat, Rule, Truncate, answer
from ipa.errors import CommandRefused, EuiccAnswerInvalid
from tests.faults.consumer import Consumer

SELECT_MF = bytes.fromhex("00A4000C023F00")
ENABLE, LIST = rsp.EnableProfileRequest.TAG, rsp.ProfileInfoListRequest.TAG
OK = b"\x90\x00"


class Echo:
    """A card that counts: answers with the number of the command, and remembers what it got."""

    def __init__(self) -> None:
        self.received: list[bytes] = []

    def reset(self) -> bytes:
        self.received.clear()
        return b"\x3b\x00"

    def transmit(self, command: bytes, /) -> bytes:
        self.received.append(command)
        return bytes([len(self.received)]) + OK


def over(*rules: Rule, seed: int = 0) -> tuple[FaultyTransport, Echo]:
    card = Echo()
    return FaultyTransport(card, rules, seed=seed), card


def test_without_rules_it_is_the_card() -> None:
    card = Card.manufacture()
    way = FaultyTransport(card, ())
    assert isinstance(way, Transport)
    assert way.reset() == card.reset()
    assert way.transmit(SELECT_MF) == OK
    assert way.ci_certificates == card.ci_certificates


@pytest.mark.parametrize(("part", "reaches"), [("command", 0), ("answer", 1)])
def test_lost(part: str, reaches: int) -> None:
    way, card = over(Drop(part).when(nth=1))  # type: ignore[arg-type]
    with pytest.raises(TransportError, match=f"the {part} was lost"):
        way.transmit(SELECT_MF)
    assert len(card.received) == reaches
    assert way.transmit(SELECT_MF)[1:] == OK
    assert [each.number for each in way.struck] == [1]


def test_late() -> None:
    slept: list[float] = []
    way = FaultyTransport(Echo(), [Delay(2.5).when(nth=2)], sleep=slept.append)
    assert [way.transmit(SELECT_MF)[0], way.transmit(SELECT_MF)[0]] == [1, 2]
    assert slept == [2.5]


def test_cut() -> None:
    way, card = over(Truncate(1).when(nth=1), Truncate(-1, "command").when(nth=2))
    assert way.transmit(SELECT_MF) == b"\x01"
    way.transmit(SELECT_MF)
    assert card.received == [SELECT_MF, SELECT_MF[:-1]]


def test_doubled_commands() -> None:
    way, card = over(Repeat().when(nth=1))
    assert way.transmit(SELECT_MF)[0] == 2
    assert card.received == [SELECT_MF, SELECT_MF]


def test_doubled_answers_put_both_sides_out_of_step_until_a_reset() -> None:
    way, _ = over(Repeat("answer").when(nth=2))
    assert [way.transmit(SELECT_MF)[0] for _ in range(5)] == [1, 2, 2, 3, 4]
    way.reset()
    assert way.transmit(SELECT_MF)[0] == 1


@pytest.mark.parametrize("seed", range(20))
def test_damaged(seed: int) -> None:
    way, card = over(Corrupt(3).when(nth=1), Corrupt(1, "command", at=2).when(nth=2), seed=seed)
    received = way.transmit(SELECT_MF)
    differing = int.from_bytes(received, "big") ^ int.from_bytes(b"\x01" + OK, "big")
    assert differing.bit_count() == 3
    way.transmit(SELECT_MF)
    assert card.received[1][:2] + card.received[1][3:] == SELECT_MF[:2] + SELECT_MF[3:]
    assert (card.received[1][2] ^ SELECT_MF[2]).bit_count() == 1


def test_damage_where_there_is_nothing() -> None:
    way, card = over(Corrupt(part="command", at=99).when(nth=1), Corrupt(part="command").when(nth=2))
    way.transmit(SELECT_MF)
    way.transmit(b"")
    assert card.received == [SELECT_MF, b""]


def test_status_words() -> None:
    way, card = over(
        answer(0x6F00).when(nth=1), answer(0x6985, b"\xaa", executed=True).when(ins=instruction.SELECT)
    )
    assert way.transmit(SELECT_MF) == b"\x6f\x00"
    assert card.received == []
    assert way.transmit(SELECT_MF) == b"\xaa\x69\x85"
    assert card.received == [SELECT_MF]
    with pytest.raises(ValueError, match="no status word"):
        answer(0x10000)


def test_the_same_seed_strikes_the_same_commands() -> None:
    def struck(seed: int) -> list[int]:
        way, _ = over(answer(0x6F00).when(probability=0.3), seed=seed)
        for _ in range(200):
            way.transmit(SELECT_MF)
        return [each.number for each in way.struck]

    assert struck(1) == struck(1) != struck(2)
    assert 30 < len(struck(1)) < 90


def test_the_first_rule_strikes_and_every_rule_counts() -> None:
    way, _ = over(answer(0x6F01).when(nth=2), answer(0x6F02).when(nth=2), answer(0x6F03).when(after=2))
    assert [way.transmit(SELECT_MF)[-1] for _ in range(4)] == [0x00, 0x01, 0x03, 0x03]


def test_the_way_is_told_in_words() -> None:
    way, _ = over(answer(0x6F00).always())
    way.transmit(SELECT_MF)
    assert str(way.struck[0]).startswith("command 1 (00a4000c): Answer(")


def store_data(p1: int, p2: int, data: bytes) -> bytes:
    return bytes((0x81, instruction.STORE_DATA, p1, p2, len(data))) + data


def test_a_rule_for_a_function_is_about_all_its_blocks_and_the_answer() -> None:
    way, card = over(answer(0x6F00).when(tag=LIST))
    listing, challenge = tlv.encode(LIST, b""), b"\xbf\x2e\x00"
    sent = [
        store_data(0x11, 0, listing[:2]),
        store_data(0x91, 1, listing[2:]),
        bytes.fromhex("01C0000000"),
        store_data(0x91, 0, challenge),
        bytes.fromhex("01C0000000"),
        store_data(0x91, 0, listing),
        SELECT_MF,
        bytes.fromhex("01C0000000"),
        b"\x00",
    ]
    for each in sent:
        way.transmit(each)
    assert [each.number for each in way.struck] == [1, 2, 3, 6]
    assert len(card.received) == 5


def test_a_rule_for_the_last_block_only() -> None:
    way, _ = over(answer(0x6F00).when(tag=LIST, last=True))
    for each in (store_data(0x11, 0, b"\xbf\x2d"), store_data(0x91, 1, b"\x00"), bytes.fromhex("01C0000000")):
        way.transmit(each)
    assert [each.number for each in way.struck] == [2]


def test_an_lpa_that_is_refused_by_rule() -> None:
    side = Consumer()
    iccid = side.install().iccid_bytes
    refusal = answer(status.CONDITIONS_NOT_SATISFIED).when(tag=ENABLE, nth=1)
    lpa = side.lpa(FaultyTransport(side.card, [refusal]))
    assert len(lpa.profiles()) == 1
    with pytest.raises(CommandRefused, match="EnableProfile"):
        lpa.enable(iccid)
    lpa.enable(iccid)
    assert side.states() == {iccid: True}


def test_an_lpa_that_loses_an_answer_finds_what_was_done() -> None:
    side = Consumer()
    iccid = side.install().iccid_bytes
    lpa = side.lpa(FaultyTransport(side.card, [Drop("answer").when(tag=ENABLE, nth=1)]))
    with pytest.raises(TransportError):
        lpa.enable(iccid)
    side.card.reset()
    assert lpa.profiles()[0].profile_state == rsp.ProfileState.ENABLED


def test_an_lpa_over_an_answer_that_was_cut() -> None:
    side = Consumer()
    # What comes is two bytes short, and the last of them count as status word.
    lpa = side.lpa(FaultyTransport(side.card, [answer(0x9000, b"\xbf\x2d\x05").when(tag=LIST, nth=1)]))
    with pytest.raises(EuiccAnswerInvalid):
        lpa.profiles()
