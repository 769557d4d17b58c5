"""Bad input from the air: no exception, nothing executed, an answer that says nothing to strangers."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apdu import Command, Response, instruction, tlv
from euicc import Card
from euicc.testing.ota import Check, Counter, Protection, pack, unpack
from euicc.testing.ota.sms import Numbering, deliver, deliveries, envelope
from tests.ota.scene import TAR_RAM, TAR_UICC, TAR_USIM, card_with, content, imsi_update
from tests.ota.vectors import TS48_KEYS

NOTHING = (0x6200, b"")
UNCOUNTED = Protection(counter=Counter.NONE)
tars = st.sampled_from([TAR_USIM, TAR_UICC, TAR_RAM])
quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def card() -> Card:
    return card_with()


def transmit(card: Card, command: Command) -> Response:
    response = Response.parse(card.transmit(command.encode()))
    if response.sw1 != 0x61:
        return response
    get = Command(0x00, instruction.GET_RESPONSE, 0, 0, le=response.sw2)
    return Response.parse(card.transmit(get.encode()))


def snapshot(card: Card) -> list[tuple[str, str, bytes | None]]:
    return card.nvm._rows()


@quick
@given(st.binary(max_size=200))
def test_any_bytes_as_an_envelope(card: Card, data: bytes) -> None:
    before = snapshot(card)
    raw = bytes((0x80, instruction.ENVELOPE, 0, 0, len(data))) + data if data else b"\x80\xc2\x00\x00"
    assert len(card.transmit(raw)) >= 2
    wrapped = Command(0x80, instruction.ENVELOPE, 0, 0, tlv.encode(0xD1, data))
    assert transmit(card, wrapped).sw in (0x6A80, 0x6200, 0x9000)
    assert snapshot(card) == before


@quick
@given(st.binary(max_size=150))
def test_any_bytes_as_a_message(card: Card, tpdu: bytes) -> None:
    before = snapshot(card)
    assert transmit(card, envelope(tpdu)).sw in (0x6200, 0x9000)
    assert snapshot(card) == before


@quick
@given(st.binary(max_size=130))
def test_any_bytes_as_a_packet(card: Card, packet: bytes) -> None:
    before = snapshot(card)
    response = transmit(card, envelope(deliver("12345", b"\x02\x70\x00" + packet)))
    assert (response.sw, response.data) == NOTHING
    assert snapshot(card) == before


@quick
@given(st.binary(max_size=100), tars, st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))
def test_any_packet_without_a_key(
    card: Card, secured: bytes, tar: bytes, first: int, second: int, kid: int
) -> None:
    """The header is right, whatever it asks for; what follows it is nobody's."""
    before = snapshot(card)
    body = b"\x15" + bytes((first, second, 0x22, kid)) + tar + secured
    packet = len(body).to_bytes(2, "big") + body
    response = transmit(card, envelope(deliver("12345", b"\x02\x70\x00" + packet)))
    assert (response.sw, response.data) == NOTHING
    assert snapshot(card) == before


@quick
@given(st.data())
def test_a_changed_message_does_nothing(card: Card, data: st.DataObject) -> None:
    before = content(card)
    (tpdu,) = deliveries(
        pack(UNCOUNTED, TS48_KEYS, TAR_USIM, 1, imsi_update()).encoded, "12345", Numbering(1)
    )
    changed = bytearray(tpdu)
    # Not what the packet does not cover: from whom it is, when it was sent.
    position = data.draw(st.integers(19, len(tpdu) - 1))
    changed[position] ^= data.draw(st.integers(1, 255))
    response = transmit(card, envelope(bytes(changed)))
    assert response.data == b""
    assert response.sw in (0x6200, 0x9000)
    assert content(card) == before


commands = st.builds(
    lambda cla, ins, p1, p2, data: bytes((cla, ins, p1, p2, len(data))) + data,
    st.sampled_from([0x00, 0x80]),
    st.sampled_from(bytes.fromhex("A4B0D6B2DCA232CBDB200444E0E4D4C0F2E6E8D8E2F0CA")),
    st.integers(0, 255),
    st.integers(0, 255),
    st.one_of(st.binary(max_size=12), st.sampled_from([b"\x6f\x07", b"\x7f\xff\x6f\x07", b"\x3f\x00", b""])),
)
scripts = st.one_of(
    st.binary(max_size=60),
    st.lists(commands, max_size=6).map(b"".join),
    st.lists(commands.map(lambda command: tlv.encode(0x22, command)), max_size=6).map(
        lambda found: tlv.encode(0xAA, *found)
    ),
    st.lists(commands.map(lambda command: tlv.encode(0x22, command)), max_size=6).map(
        lambda found: b"\xae\x80" + b"".join(found) + b"\x00\x00"
    ),
    st.binary(max_size=60).map(lambda found: tlv.encode(0xAA, found)),
)


@quick
@given(scripts, tars)
def test_any_script_of_the_operator_is_answered(script: bytes, tar: bytes) -> None:
    card = card_with()
    packet = pack(Protection(), TS48_KEYS, tar, 1, script)
    for tpdu in deliveries(packet.encoded, "12345", Numbering(1)):
        response = transmit(card, envelope(tpdu))
    answer = unpack(response.data, packet)
    assert answer.status in (0x00, 0x0B)
    assert answer.data or answer.status


@quick
@given(st.sampled_from(list(Check)), st.booleans(), st.sampled_from(Counter), st.integers(0, 0x3F))
def test_every_indicator(check: Check, ciphered: bool, counter: Counter, second: int) -> None:
    """The card does something, or tells, only if a key stands for the packet; in the way that was asked for."""
    card = card_with()
    transmit(card, Command(0x80, instruction.TERMINAL_PROFILE, 0, 0, b"\xff" * 20))
    before = content(card)
    wanted = Protection(check=check, ciphered=ciphered, counter=counter)
    try:
        asked = Protection.of(bytes((wanted.spi[0], second)))
    except ValueError:
        return
    packet = pack(asked, TS48_KEYS, TAR_USIM, 1, imsi_update())
    (tpdu,) = deliveries(packet.encoded, "12345", Numbering(1))
    response = transmit(card, envelope(tpdu))
    executed = content(card) != before
    assert executed == (check is Check.CC)
    assert (response.sw, response.data) == NOTHING or executed
    if response.data:
        assert not asked.by_submit
        assert unpack(response.data, packet).status == 0
    elif executed and asked.proof.name == "ALWAYS" and asked.response_check in (Check.NONE, Check.CC):
        assert asked.by_submit
        assert response.sw1 == 0x91
