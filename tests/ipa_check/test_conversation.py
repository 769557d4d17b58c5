"""What is read in a journal: functions from their blocks, channels, and what goes astray."""

from __future__ import annotations

import pytest

from apdu import ApduChannel, Command, Exchange, aid, open_channel, tlv
from euicc import Card
from euicc.check.catalogue import Finding
from euicc.testing.ipa_check import duties
from euicc.testing.ipa_check.cases import blocks, start
from euicc.testing.ipa_check.conversation import Conversation
from euicc.testing.ipa_check.journal import Heard, Journal, Slot
from euicc.testing.ipa_check.quirks import ExactLe, ShortAnswers

GET_INFO2, GET_EID = b"\xbf\x22\x00", bytes.fromhex("BF3E035C015A")
CAPABILITY = bytes.fromhex("80AA000005A903830107")


def slot() -> tuple[Slot, Journal]:
    found, journal = Slot(Card.manufacture()), Journal()
    found.insert(Card.manufacture(), journal)
    return found, journal


def opened(found: Slot) -> ApduChannel:
    found.reset()
    channel = open_channel(found)
    channel.select(aid.ISD_R)
    return channel


def sent(*exchanges: tuple[str, str]) -> Conversation:
    return Conversation(
        Exchange(bytes.fromhex(command), bytes.fromhex(answer)) for command, answer in exchanges
    )


SELECTED = ("01A4040010A0000005591010FFFFFFFF8900000100", "9000")


def test_functions_are_put_together() -> None:
    found, journal = slot()
    channel = opened(found)
    answer = channel.store_data(GET_INFO2)
    channel.store_data(GET_EID)
    info, eid = Conversation(journal.entries).calls
    assert (info.tag, info.response, info.channel, info.done) == (0xBF22, answer, 1, True)
    assert len(answer) > 0
    assert eid.answered(0xBF3E, 0x5A) == Card.manufacture().identity.eid
    assert eid.at > info.ended


def test_long_functions_have_blocks() -> None:
    found, journal = slot()
    opened(found).store_data(tlv.encode(0xBF3F, tlv.encode(0x80, b"a" * 300)))
    talk = Conversation(journal.entries)
    (call,) = talk.calls
    assert [(block.p1, block.p2) for block in call.blocks] == [(0x11, 0), (0x91, 1)]
    blocks.numbering(talk)
    blocks.marking(talk)
    blocks.answers(talk)


def test_a_reset_ends_the_channel() -> None:
    found, journal = slot()
    channel = opened(found)
    found.reset()
    channel.send(Command(0x80, 0xE2, 0x91, 0, GET_EID))
    talk = Conversation(journal.entries)
    assert talk.calls == ()
    assert len(talk.astray) == 1
    with pytest.raises(Finding, match="STORE DATA"):
        start.selected(talk)


def test_an_answer_that_is_not_fetched() -> None:
    talk = sent(SELECTED, ("81E2910003BF2200", "6120"), ("81E2910003BF2000", "9000"))
    with pytest.raises(Finding, match="does not fetch the answer to function BF22"):
        blocks.answers(talk)


def test_a_wrong_length_is_asked_again() -> None:
    talk = sent(SELECTED, ("81E2910003BF200000", "6C02"), ("81E2910003BF200002", "AABB9000"))
    (call,) = talk.calls
    assert (call.response, len(call.blocks)) == (b"\xaa\xbb", 1)


def test_numbers_that_do_not_begin_at_0() -> None:
    talk = sent(SELECTED, ("81E2910103BF2000", "9000"))
    with pytest.raises(Finding, match=r"P2 of the blocks of function BF20 is \[1\]"):
        blocks.numbering(talk)


def test_what_is_no_command() -> None:
    talk = sent(("00", "6700"))
    assert talk.faults == [b"\x00"]


@pytest.mark.parametrize("quirk", [ExactLe, ShortAnswers])
def test_behind_a_quirk_the_card_says_the_same(quirk: type[ExactLe] | type[ShortAnswers]) -> None:
    plain, quirky = Card.manufacture(seed=1), quirk(Card.manufacture(seed=1))
    answers = []
    for card in (plain, quirky):
        card.reset()
        channel = open_channel(card)
        channel.select(aid.ISD_R)
        answers.append([channel.store_data(each) for each in (GET_INFO2, GET_EID, b"\xbf\x2e\x00")])
    assert answers[0] == answers[1]


def test_the_right_length_is_told() -> None:
    card = ExactLe(Card.manufacture())
    assert card.transmit(bytes.fromhex("0070000000")) == b"\x6c\x01"
    assert card.transmit(bytes.fromhex("0070000001")) == b"\x01\x90\x00"


def test_what_was_acknowledged_too_late_was_removed_too_early() -> None:
    metadata = tlv.encode(0xBF2F, tlv.encode(0x80, b"\x05"))
    taken = Heard(
        "eIM", "handleNotification", tlv.encode(0xBF3D, tlv.encode(0xA0, tlv.encode(0x30, metadata))), b""
    )
    remove = Exchange(bytes.fromhex("81E2910006BF3003800105"), bytes.fromhex("BF30038001009000"))
    select = Exchange(bytes.fromhex(SELECTED[0]), b"\x90\x00")
    duties.removed_after_acknowledgement(Conversation([select, taken, remove]))
    with pytest.raises(Finding, match="before a server has acknowledged"):
        duties.removed_after_acknowledgement(Conversation([select, remove, taken]))
    with pytest.raises(Finding, match="no server has acknowledged"):
        duties.removed_after_acknowledgement(Conversation([select, remove]))
