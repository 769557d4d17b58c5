"""The device's channel against scripted cards: 61xx, 6Cxx, chaining, STORE DATA, MANAGE CHANNEL."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apdu import ApduChannel, Channel, Command, StatusError, Transport, TransportError, aid, open_channel
from tests.apdu.scripted import ScriptedCard

SELECT_ISD_R = "A4040010A0000005591010FFFFFFFF8900000100"


class AlwaysAnswers:
    """A card that gives the same answer to everything and keeps what it was sent."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.commands: list[Command] = []

    def reset(self) -> bytes:
        return b"\x3b\x00"

    def transmit(self, command: bytes, /) -> bytes:
        self.commands.append(Command.parse(command))
        return self.answer


def test_the_protocols_are_met() -> None:
    card: Transport = ScriptedCard()
    channel: Channel = ApduChannel(card)
    assert isinstance(card, Transport)
    assert isinstance(channel, Channel)


@pytest.mark.parametrize(
    ("number", "select_class", "get_response_class"),
    [(0, "00", "00"), (3, "03", "03"), (4, "40", "40"), (19, "4F", "4F")],
)
def test_announced_data_is_fetched_on_the_same_channel(
    number: int, select_class: str, get_response_class: str
) -> None:
    card = ScriptedCard(
        (select_class + SELECT_ISD_R + "00", "6104"), (get_response_class + "C0000004", "6F0284009000")
    )
    assert ApduChannel(card, number).select(aid.ISD_R) == bytes.fromhex("6F028400")
    assert card.finished


def test_a_long_response_comes_in_pieces_of_exactly_the_announced_length() -> None:
    card = ScriptedCard(
        ("80E2910003BF2D0000", "6100"),
        ("00C0000000", "AA" * 256 + "6110"),
        ("00C0000010", "BB" * 16 + "6101"),
        ("00C0000001", "CC9000"),
    )
    assert ApduChannel(card).store_data(b"\xbf\x2d\x00") == b"\xaa" * 256 + b"\xbb" * 16 + b"\xcc"
    assert card.finished


def test_data_beside_61xx_counts() -> None:
    card = ScriptedCard(("00C0000000", "AABB6101"), ("00C0000001", "CC9000"))
    response = ApduChannel(card).send(Command(0, 0xC0, 0, 0, le=256))
    assert (response.data, response.sw) == (b"\xaa\xbb\xcc", 0x9000)


def test_a_wrong_le_is_repeated_with_the_right_one() -> None:
    card = ScriptedCard(("00B0000000", "6C0A"), ("00B000000A", "98" * 10 + "9000"))
    assert ApduChannel(card).send(Command(0, 0xB0, 0, 0, le=256)).data == b"\x98" * 10


def test_a_wrong_le_of_get_response_is_repeated_too() -> None:
    card = ScriptedCard(("80E2910003BF2E0000", "6120"), ("00C0000020", "6C02"), ("00C0000002", "BF2E9000"))
    assert ApduChannel(card).store_data(b"\xbf\x2e\x00") == b"\xbf\x2e"


def test_a_card_that_refuses_every_le_is_asked_twice_only() -> None:
    card = ScriptedCard(("00B0000000", "6C0A"), ("00B000000A", "6C0B"))
    assert ApduChannel(card).send(Command(0, 0xB0, 0, 0, le=256)).sw == 0x6C0B


def test_a_failing_get_response_gives_its_status() -> None:
    card = ScriptedCard(("80E2910003BF2E0000", "6120"), ("00C0000020", "6F00"))
    with pytest.raises(StatusError) as refusal:
        ApduChannel(card).store_data(b"\xbf\x2e\x00")
    assert refusal.value.sw == 0x6F00


def test_a_card_that_announces_for_ever_is_left() -> None:
    with pytest.raises(TransportError):
        ApduChannel(AlwaysAnswers(b"\x61\x01")).store_data(b"\xbf\x2e\x00")


def test_no_status_word_is_a_transport_error() -> None:
    with pytest.raises(TransportError):
        ApduChannel(AlwaysAnswers(b"")).select(aid.ISD_R)


def test_long_data_goes_as_a_command_chain() -> None:
    card = ScriptedCard(
        ("91880081FF" + "11" * 255, "9000"),
        ("91880081FF" + "11" * 255, "9000"),
        ("818800810A" + "11" * 10 + "00", "9000"),
    )
    assert ApduChannel(card, 1).send(Command(0x80, 0x88, 0, 0x81, b"\x11" * 520, 256)).successful
    assert card.finished


def test_a_refused_link_ends_the_chain() -> None:
    card = ScriptedCard(("10880081FF" + "11" * 255, "6884"))
    assert ApduChannel(card).send(Command(0, 0x88, 0, 0x81, b"\x11" * 300)).sw == 0x6884


def test_an_extended_command_is_not_chained() -> None:
    card = ScriptedCard(("0088008100012C" + "11" * 300 + "0000", "9000"))
    assert ApduChannel(card).send(Command(0, 0x88, 0, 0x81, b"\x11" * 300, 65536, True)).successful


@pytest.mark.parametrize(("number", "cla"), [(0, "80"), (1, "81"), (3, "83"), (4, "C0"), (19, "CF")])
def test_store_data_counts_its_blocks(number: int, cla: str) -> None:
    card = ScriptedCard(
        (cla + "E21100FF" + "01" * 255, "9000"),
        (cla + "E21101FF" + "01" * 255, "9000"),
        (cla + "E2910201" + "01" + "00", "BF379000"),
    )
    assert ApduChannel(card, number).store_data(b"\x01" * 511) == b"\xbf\x37"
    assert card.finished


def test_store_data_without_le_in_smaller_blocks() -> None:
    card = ScriptedCard(("80E2110002BF2E", "9000"), ("80E291010100", "6101"), ("00C0000001", "AA9000"))
    channel = ApduChannel(card, le=None, block_size=2)
    assert channel.store_data(b"\xbf\x2e\x00") == b"\xaa"


def test_store_data_stops_at_a_refused_block() -> None:
    card = ScriptedCard(("80E21100FF" + "01" * 255, "6A88"))
    with pytest.raises(StatusError) as refusal:
        ApduChannel(card).store_data(b"\x01" * 511)
    assert refusal.value.sw == 0x6A88


def test_store_data_reaches_256_blocks_and_no_more() -> None:
    card = AlwaysAnswers(b"\x90\x00")
    ApduChannel(card).store_data(bytes(256 * 255))
    assert [command.p2 for command in card.commands] == list(range(256))
    assert {command.p1 for command in card.commands[:-1]} == {0x11}
    assert card.commands[-1].p1 == 0x91
    for wrong in (b"", bytes(256 * 255 + 1)):
        with pytest.raises(ValueError):
            ApduChannel(card).store_data(wrong)


@given(data=st.binary(min_size=1, max_size=1000), size=st.integers(4, 255))
def test_the_blocks_of_store_data_join_to_the_data(data: bytes, size: int) -> None:
    card = AlwaysAnswers(b"\x90\x00")
    ApduChannel(card, block_size=size).store_data(data)
    assert b"".join(command.data for command in card.commands) == data
    assert all(command.le is None for command in card.commands[:-1])
    assert card.commands[-1].le == 256


@pytest.mark.parametrize("size", [0, 256])
def test_a_block_has_1_to_255_bytes(size: int) -> None:
    with pytest.raises(ValueError):
        ApduChannel(AlwaysAnswers(b"\x90\x00"), block_size=size).store_data(b"\x01")


def test_91xx_is_success_and_remembered_until_the_card_says_9000() -> None:
    card = ScriptedCard(
        ("80E2910003BF310000", "6103"),
        ("00C0000003", "BF3100910B"),
        ("801200000B", "D009810301010482028182" + "9000"),
    )
    channel = ApduChannel(card)
    assert channel.store_data(b"\xbf\x31\x00") == b"\xbf\x31\x00"
    assert channel.proactive_pending == 11
    assert len(channel.send(Command(0x80, 0x12, 0, 0, le=11)).data) == 11
    assert channel.proactive_pending == 0


def test_a_refusal_leaves_the_proactive_command_pending() -> None:
    channel = ApduChannel(ScriptedCard(("80F20000", "9100"), ("80F20000", "6985")))
    channel.send(Command(0x80, 0xF2, 0, 0))
    channel.send(Command(0x80, 0xF2, 0, 0))
    assert channel.proactive_pending == 256


@pytest.mark.parametrize("sw", ["6A82", "6283", "6999"])
def test_select_raises_on_anything_but_success(sw: str) -> None:
    card = ScriptedCard(("00" + SELECT_ISD_R + "00", sw))
    with pytest.raises(StatusError) as refusal:
        ApduChannel(card).select(aid.ISD_R)
    assert refusal.value.sw == int(sw, 16)


def test_select_without_response_data_has_no_le() -> None:
    card = ScriptedCard(("00A4040C10A0000005591010FFFFFFFF8900000100", "9000"))
    assert ApduChannel(card).select(aid.ISD_R, 0x0C) == b""


def test_the_card_assigns_a_channel_and_gets_it_back() -> None:
    card = ScriptedCard(
        ("0070000001", "029000"), ("02" + SELECT_ISD_R + "00", "6F009000"), ("0070800200", "9000")
    )
    with open_channel(card) as channel:
        assert channel.number == 2
        assert channel.select(aid.ISD_R) == b"\x6f\x00"
    channel.close()
    assert card.finished


def test_a_channel_of_a_given_number() -> None:
    card = ScriptedCard(("0070000700", "910B"), ("43F20000", "9000"), ("0070800700", "9000"))
    channel = open_channel(card, 7)
    assert (channel.number, channel.proactive_pending) == (7, 11)
    assert channel.send(Command(0x00, 0xF2, 0, 0)).successful
    channel.close()
    assert card.finished


@pytest.mark.parametrize("answer", ["9000", "009000", "149000", "01029000"])
def test_an_assigned_channel_must_be_one(answer: str) -> None:
    with pytest.raises(TransportError):
        open_channel(ScriptedCard(("0070000001", answer)))


@pytest.mark.parametrize("number", [0, 20, -1])
def test_only_channels_1_to_19_can_be_opened(number: int) -> None:
    with pytest.raises(ValueError):
        open_channel(ScriptedCard(), number)


def test_a_card_without_a_free_channel_refuses() -> None:
    with pytest.raises(StatusError, match="6A81"):
        open_channel(ScriptedCard(("0070000001", "6A81")))


def test_closing_what_a_reset_has_closed_is_fine_but_other_refusals_show() -> None:
    ApduChannel(ScriptedCard(("0070800100", "6881")), 1).close()
    with pytest.raises(StatusError, match="6A86"):
        ApduChannel(ScriptedCard(("0070800100", "6A86")), 1).close()


def test_the_basic_channel_is_never_closed() -> None:
    with ApduChannel(ScriptedCard()) as channel:
        assert channel.number == 0
