"""The ISD-R's own APDUs: FCI, STORE DATA blocks, and what is no command of its."""

from __future__ import annotations

import pytest

from apdu import ApduChannel, Command, StatusError, status
from apdu import aid as aids
from apdu.store_data import blocks
from euicc import Card, Config
from tests.isdr.es10 import open_isdr

GET_EID = bytes.fromhex("BF3E035C015A")
EID_ANSWER = bytes.fromhex("BF3E125A10")


def block(p1: int, p2: int, data: bytes) -> Command:
    return Command(0x80, 0xE2, p1, p2, data, 256)


@pytest.mark.parametrize("p2", [0x00, 0x04])
def test_fci_names_the_isdr_and_the_version(card: Card, p2: int) -> None:
    channel = ApduChannel(card)
    fci = channel.select(aids.ISD_R, p2)
    assert fci == bytes.fromhex("6F1F8410A0000005591010FFFFFFFF8900000100A5049F6501FFE0058203020500")


def test_one_block(isdr: ApduChannel, card: Card) -> None:
    assert isdr.store_data(GET_EID) == EID_ANSWER + card.identity.eid


@pytest.mark.parametrize("size", [1, 2, 3, 5, 6, 120, 254, 255])
def test_blocks_of_any_size(isdr: ApduChannel, size: int) -> None:
    answers = [isdr.send(each) for each in blocks(GET_EID, size)]
    assert [each.data for each in answers[:-1]] == [b""] * (len(answers) - 1)
    assert {each.sw for each in answers} == {status.SUCCESS}
    assert answers[-1].data.startswith(EID_ANSWER)


def test_first_block_begins_anew(isdr: ApduChannel) -> None:
    assert isdr.send(block(0x11, 0, b"\xbf\x3e")).sw == status.SUCCESS
    assert isdr.send(block(0x91, 0, GET_EID)).data.startswith(EID_ANSWER)


@pytest.mark.parametrize("number", [1, 3, 255])
def test_block_out_of_sequence_ends_the_chain(isdr: ApduChannel, number: int) -> None:
    isdr.send(block(0x11, 0, GET_EID[:2]))
    isdr.send(block(0x11, 1, GET_EID[2:4]))
    assert isdr.send(block(0x91, number, GET_EID[4:])).sw == status.INCORRECT_P1_P2
    assert isdr.send(block(0x91, 2, GET_EID[4:])).sw == status.INCORRECT_P1_P2


def test_chain_of_256_blocks_and_no_more(isdr: ApduChannel) -> None:
    for number in range(256):
        assert isdr.send(block(0x11, number, b"\xbf")).sw == status.SUCCESS
    assert isdr.send(block(0x91, 0, GET_EID)).data.startswith(EID_ANSWER)


@pytest.mark.parametrize("p1", [0x00, 0x10, 0x81, 0x88, 0x90, 0xF1])
def test_other_p1(isdr: ApduChannel, p1: int) -> None:
    assert isdr.send(block(p1, 0, GET_EID)).sw == status.INCORRECT_P1_P2


def test_empty_block(isdr: ApduChannel) -> None:
    assert isdr.send(block(0x91, 0, b"")).sw == status.WRONG_LENGTH


def test_chain_longer_than_any_command(isdr: ApduChannel) -> None:
    huge = Command(0x80, 0xE2, 0x11, 0, bytes(65_000), extended=True)
    assert isdr.send(huge).sw == status.SUCCESS
    assert isdr.send(Command(0x80, 0xE2, 0x91, 1, bytes(65_000), extended=True)).sw == status.WRONG_LENGTH


@pytest.mark.parametrize(
    ("data", "sw"),
    [
        ("BF", status.INCORRECT_DATA),
        ("BF3E", status.INCORRECT_DATA),
        ("BF3E035C01", status.INCORRECT_DATA),
        ("BF3E035C015A00", status.INCORRECT_DATA),
        ("BF3E035C014F", status.INCORRECT_DATA),
        ("BF3E045C025A4F", status.INCORRECT_DATA),
        ("bf2d04a0023000", status.INCORRECT_DATA),
        ("BF2D02A080", status.INCORRECT_DATA),
        ("BF7F00", status.REFERENCED_DATA_NOT_FOUND),
        ("BF810100", status.REFERENCED_DATA_NOT_FOUND),
        ("5A00", status.REFERENCED_DATA_NOT_FOUND),
        ("0000", status.REFERENCED_DATA_NOT_FOUND),
    ],
)
def test_undecodable_and_unknown_functions(isdr: ApduChannel, data: str, sw: int) -> None:
    assert isdr.send(block(0x91, 0, bytes.fromhex(data))).sw == sw


@pytest.mark.parametrize(
    ("cla", "ins", "sw"),
    [
        (0x00, 0xE2, status.CLA_NOT_SUPPORTED),
        (0x00, 0xB0, status.INS_NOT_SUPPORTED),
        (0x00, 0xCA, status.INS_NOT_SUPPORTED),
        (0x80, 0xF2, status.INS_NOT_SUPPORTED),
        (0x80, 0x50, status.INS_NOT_SUPPORTED),
    ],
)
def test_other_commands(isdr: ApduChannel, cla: int, ins: int, sw: int) -> None:
    assert isdr.send(Command(cla, ins, 0, 0, le=256)).sw == sw


def test_functions_need_the_isdr_selected(card: Card) -> None:
    with pytest.raises(StatusError) as refused:
        ApduChannel(card).store_data(GET_EID)
    assert refused.value.sw in (status.INS_NOT_SUPPORTED, status.CLA_NOT_SUPPORTED)


def test_each_channel_has_its_own_chain(card: Card) -> None:
    one, other = open_isdr(card), open_isdr(card)
    one.send(block(0x11, 0, GET_EID[:3]))
    other.send(block(0x11, 0, GET_EID[:1]))
    assert one.send(block(0x91, 1, GET_EID[3:])).data.startswith(EID_ANSWER)
    assert other.send(block(0x91, 1, GET_EID[1:])).data.startswith(EID_ANSWER)


def test_long_answer_comes_through_get_response(card: Card) -> None:
    number = card.transmit(bytes.fromhex("0070000001"))[0]
    channel = ApduChannel(card, number, le=None)
    channel.select(aids.ISD_R)
    assert channel.store_data(bytes.fromhex("BF2000")).startswith(bytes.fromhex("BF20"))


LPAD, IPAD = "80AA000005A903830107", "80AA000005A903840101"


@pytest.mark.parametrize(
    ("variant", "gating", "declared", "open_"),
    [
        ("sgp22", "off", None, True),
        ("sgp22", "strict", None, False),
        ("sgp22", "strict", LPAD, True),
        ("sgp22", "strict", IPAD, False),
        ("sgp32", "strict", IPAD, True),
        ("sgp32", "strict", LPAD, False),
        ("sgp32", "either", LPAD, True),
        ("sgp22", "either", IPAD, True),
        ("sgp22", "either", None, False),
    ],
)
def test_gating_by_terminal_capability(variant: str, gating: str, declared: str | None, open_: bool) -> None:
    card = Card.manufacture(seed=1, config=Config(variant=variant, gating=gating))
    if declared:
        assert card.transmit(bytes.fromhex(declared)) == b"\x90\x00"
    answer = open_isdr(card).send(block(0x91, 0, GET_EID))
    assert answer.sw == (status.SUCCESS if open_ else status.CONDITIONS_NOT_SATISFIED)
    card.reset()
    assert (open_isdr(card).send(block(0x91, 0, GET_EID)).sw == status.SUCCESS) is (gating == "off")
