"""Short messages: what the card reads of them, parts in any order, and the messages of its own."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from euicc.ota.sms import (
    COMMAND_PACKET,
    RESPONSE_HEADER,
    SETS_MAX,
    Deliver,
    Part,
    Reassembly,
    ShortMessageError,
    submits,
)
from euicc.testing.ota import Protection
from euicc.testing.ota.sms import Numbering, Submitted, address, deliver, deliveries, envelope
from tests.ota.scene import CARD, OTHER_IMSI, TAR_USIM, content, imsi_update, scene
from tests.ota.vectors import TS48_ENVELOPE

OPERATOR, STRANGER = "+491771234567", "12345"
TPDU = TS48_ENVELOPE[20:]
numberings = st.builds(Numbering, st.integers(0, 255), st.booleans())


def test_a_message_of_others() -> None:
    message = Deliver.parse(TPDU)
    assert message.originator == bytes.fromhex("088121436587")
    assert message.elements == {COMMAND_PACKET: b""}
    assert message.payload.startswith(bytes.fromhex("00381516392222b00140"))
    assert message.part is None


@given(st.binary(min_size=1, max_size=1000), numberings, st.randoms(use_true_random=False))
def test_parts_in_any_order(packet: bytes, numbering: Numbering, chance: Random) -> None:
    tpdus = deliveries(packet, OPERATOR, numbering)
    chance.shuffle(tpdus)
    reassembly = Reassembly()
    results = [reassembly.add(Deliver.parse(tpdu)) for tpdu in tpdus]
    assert results[:-1] == [None] * (len(results) - 1)
    whole = results[-1]
    assert whole is not None
    assert whole.payload == packet
    assert COMMAND_PACKET in whole.elements


@given(st.binary(min_size=200, max_size=900), numberings, st.data())
def test_duplicates_are_ignored_and_losses_waited_for(
    packet: bytes, numbering: Numbering, data: st.DataObject
) -> None:
    tpdus = deliveries(packet, OPERATOR, numbering)
    lost = data.draw(st.sampled_from(range(len(tpdus))))
    others = [tpdu for number, tpdu in enumerate(tpdus) if number != lost]
    reassembly = Reassembly()
    for tpdu in data.draw(st.permutations(others * 2)):
        assert reassembly.add(Deliver.parse(tpdu)) is None
    whole = reassembly.add(Deliver.parse(tpdus[lost]))
    assert whole is not None
    assert whole.payload == packet


@given(st.lists(st.binary(min_size=150, max_size=400), min_size=2, max_size=4, unique=True), st.data())
def test_messages_of_several_senders_at_once(packets: list[bytes], data: st.DataObject) -> None:
    """The same reference, each from an address of its own: no part gets into another message."""
    everything = [
        tpdu
        for number, packet in enumerate(packets)
        for tpdu in deliveries(packet, f"+49177000{number}", Numbering(7))
    ]
    reassembly = Reassembly()
    found = [reassembly.add(Deliver.parse(tpdu)) for tpdu in data.draw(st.permutations(everything))]
    assert sorted(whole.payload for whole in found if whole) == sorted(packets)


def test_a_reference_that_comes_around() -> None:
    """Half a message, and then another one under the same reference: the old half is given up."""
    old, new = bytes(300), bytes(range(256)) + bytes(44)
    reassembly = Reassembly()
    first_of_old = deliveries(old, OPERATOR, Numbering(7))[0]
    assert reassembly.add(Deliver.parse(first_of_old)) is None
    for tpdu in deliveries(new, OPERATOR, Numbering(7)):
        whole = reassembly.add(Deliver.parse(tpdu))
    assert whole is not None
    assert whole.payload == new
    assert reassembly.add(Deliver.parse(first_of_old)) is None
    for tpdu in deliveries(bytes(500), OPERATOR, Numbering(7)):
        whole = reassembly.add(Deliver.parse(tpdu))
    assert whole is not None
    assert whole.payload == bytes(500)


def test_a_reference_of_8_and_one_of_16_bits_are_two() -> None:
    reassembly = Reassembly()
    narrow = deliveries(bytes(300), OPERATOR, Numbering(7))
    wide = deliveries(bytes(300), OPERATOR, Numbering(7, wide=True))
    assert reassembly.add(Deliver.parse(narrow[0])) is None
    assert reassembly.add(Deliver.parse(wide[1])) is None
    assert Deliver.parse(wide[1]).part == Part((8, 7), 3, 2)


def test_incomplete_messages_do_not_pile_up() -> None:
    reassembly = Reassembly()
    parts = [deliveries(bytes(300), OPERATOR, Numbering(number)) for number in range(SETS_MAX + 1)]
    for tpdus in parts:
        for tpdu in tpdus[:-1]:
            assert reassembly.add(Deliver.parse(tpdu)) is None
    assert reassembly.add(Deliver.parse(parts[1][-1])) is not None
    assert reassembly.add(Deliver.parse(parts[0][-1])) is None


NO_MESSAGES = {
    "empty": b"",
    "SMS-SUBMIT": b"\x41" + TPDU[1:],
    "no header": b"\x00" + TPDU[1:],
    "address too long": TPDU[:1] + b"\x15" + TPDU[2:],
    "cut": TPDU[:12],
    "user data too short": TPDU[:-1],
    "user data too long": TPDU + b"\x00",
    "7-bit text": TPDU[:8] + b"\x00" + TPDU[9:],
    "16-bit text": TPDU[:8] + b"\x08" + TPDU[9:],
    "class 2, 7-bit": TPDU[:8] + b"\xf2" + TPDU[9:],
    "header longer than the message": deliver(STRANGER, b"\x05\x70\x00"),
    "element longer than the header": deliver(STRANGER, b"\x02\x70\x01\x00"),
    "half an element": deliver(STRANGER, b"\x01\x70\x00"),
}


@pytest.mark.parametrize("tpdu", NO_MESSAGES.values(), ids=NO_MESSAGES)
def test_no_messages(tpdu: bytes) -> None:
    with pytest.raises(ShortMessageError):
        Deliver.parse(tpdu)
    assert_nothing_happens(tpdu)


@pytest.mark.parametrize(
    "element",
    ["000301", "00040102030405", "0003010001", "0003010203", "0804000102", "080400010100", "00030102"],
)
def test_no_parts(element: str) -> None:
    header = bytes.fromhex(element)
    message = bytes((len(header),)) + header
    assert_nothing_happens(deliver(STRANGER, message + b"payload"))


def assert_nothing_happens(tpdu: bytes) -> None:
    here = scene()
    before = content(here.card)
    response = here.handset.transmit(envelope(tpdu))
    assert (response.sw, response.data) in ((0x6200, b""), (0x9000, b""))
    assert content(here.card) == before
    assert here.handset.commands == []


def test_a_binary_message_for_nobody() -> None:
    here = scene()
    assert here.handset.deliver(deliver(STRANGER, bytes.fromhex("0000"))) == b""
    assert here.handset.deliver(deliver(STRANGER, bytes.fromhex("0470006f00") + b"data")) == b""


def test_marked_and_general_data_coding_schemes() -> None:
    for scheme in (0x04, 0x16, 0xF4, 0xF6):
        assert Deliver.parse(TPDU[:8] + bytes((scheme,)) + TPDU[9:]).payload


@given(st.binary(max_size=500), st.sampled_from([OPERATOR, STRANGER, "123456"]), st.integers(0, 255))
def test_messages_of_the_card(response: bytes, destination: str, reference: int) -> None:
    originator = Deliver.parse(deliver(destination, b"\x00")).originator
    assert originator == address(destination)
    messages = [Submitted.parse(tpdu) for tpdu in submits(originator, response, reference)]
    assert {message.destination for message in messages} == {destination}
    assert b"".join(message.payload for message in messages) == response
    assert 0x71 in messages[0].elements
    assert all(len(tpdu) <= 14 + 140 for tpdu in submits(originator, response, reference))
    if len(messages) == 1:
        assert len(RESPONSE_HEADER) + len(response) <= 140
    else:
        numbers = [message.elements[0] for message in messages]
        assert numbers == [bytes((reference, len(messages), n + 1)) for n in range(len(messages))]


@pytest.mark.parametrize("wide", [False, True], ids=["8 bits", "16 bits"])
def test_parts_through_the_card(wide: bool) -> None:
    here = scene()
    packet = here.pack(TAR_USIM, imsi_update() * 20, Protection()).packet
    tpdus = deliveries(packet.encoded, here.platform.originator, Numbering(300 if wide else 3, wide))
    assert len(tpdus) == 4
    for tpdu in (tpdus[3], tpdus[0], tpdus[0], tpdus[2]):
        assert here.handset.deliver(tpdu) == b""
    assert here.handset.deliver(tpdus[1])
    assert content(here.card) == OTHER_IMSI


def test_a_reset_between_parts_loses_them() -> None:
    here = scene()
    first, last = here.pack(TAR_USIM, imsi_update() * 6).tpdus
    assert here.handset.deliver(first) == b""
    here.handset.reset()
    assert here.handset.deliver(last) == b""
    assert content(here.card) != OTHER_IMSI
    assert here.handset.deliver(first)
    assert here.platform.counter(CARD) == 1
