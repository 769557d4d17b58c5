"""ENVELOPE: each status word of its situation, and garbage."""

from __future__ import annotations

import random

import pytest

from apdu.cat import Envelope, EnvelopeTag, Event, commands, envelope
from apdu.cat.comprehension import wrap
from apdu.cat.objects import Address
from euicc.runtime.proactive import QUEUE_MAX
from euicc.toolkit import Control, ToolkitApplet
from euicc.toolkit.control import ControlResult
from tests.toolkit.device import Device
from tests.toolkit.test_applets import Tracker, Witness

CALL = envelope.call_control(Address.of("+123"))
MESSAGE = envelope.mo_short_message_control(Address.of("+1234"), Address.of("+123456"))


class Controlling(ToolkitApplet):
    """Has calls redirected, and leaves short messages alone."""

    envelopes = frozenset({EnvelopeTag.CALL_CONTROL, EnvelopeTag.MO_SHORT_MESSAGE_CONTROL})

    def control(self, envelope: Envelope) -> Control | None:
        if envelope.tag == EnvelopeTag.MO_SHORT_MESSAGE_CONTROL:
            return None
        if envelope.find(Address) == Address.of("+999"):
            return Control(ControlResult.NOT_ALLOWED)
        return Control(ControlResult.ALLOWED_WITH_MODIFICATIONS, wrap([Address.of("+321")]))


def test_call_control() -> None:
    device = Device(Controlling())
    assert device.envelope(CALL) == "02" + "05" + "860391" + "23F1" + "9000"
    assert device.envelope(envelope.call_control(Address.of("+999"))) == "01009000"
    assert device.envelope(MESSAGE) == "00009000"
    assert device.send("80C200000B" + CALL.encode().hex()) == "6107"
    assert device.send("00C0000007") == "0205860391" + "23F1" + "9000"


def test_control_without_an_applet_leaves_calls_as_they_are() -> None:
    device = Device(Witness())
    device.fetched()
    assert device.envelope(CALL) == "9000"
    assert device.envelope(MESSAGE) == "9000"


@pytest.mark.parametrize(
    ("apdu", "sw"),
    [
        ("80C2000000", "6700"),
        ("80C20000", "6700"),
        ("80C20100 09 D30782020181900101", "6A86"),
        ("80C20001 09 D30782020181900101", "6A86"),
        ("80C20000 09 D30882020181900101", "6A80"),
        ("80C20000 09 D30782020181900201", "6A80"),
        ("80C20000 09 D30782020181900104", "6A80"),
        ("80C20000 09 D30782020181900100", "6A80"),
        ("80C20000 06 D30482020181", "6A80"),
        ("80C20000 07 D3059002010100", "6A80"),
        ("80C20000 02 D800", "6A80"),
        ("80C20000 02 D000", "6A80"),
        ("80C20000 02 D600", "6A80"),
        ("80C20000 05 D603990103", "9000"),
        ("80C20000 06 D6049902 0304", "6A80"),
        ("80C20000 05 D603990109", "6A80"),
        ("80C20000 0C D60A990109B8028100B70150", "9000"),
        ("80C20000 09 D60799010AB8020100", "9000"),
        ("80C20000 05 D60399010A", "6A80"),
        ("80C20000 0E D70C82028281A40101A503005000", "9000"),
        ("80C20000 0E D70C82028281A40107A503005000", "6A80"),
        ("80C20000 0E D70C82028281A40101A503FF5000", "6A80"),
        ("80C20000 09 D70782028281A40101", "6A80"),
        ("80C20000 06 D20482028381", "6A80"),
        ("00C20000 09 D30782020181900101", "6D00"),
        ("90C2000005D30782020 1".replace(" ", ""), "9000"),
    ],
)
def test_status_words(apdu: str, sw: str) -> None:
    device = Device(Tracker(), Witness())
    device.fetched()
    assert device.send(apdu) == sw


def test_a_cell_broadcast_page_that_nobody_wants() -> None:
    assert Device().envelope(envelope.cell_broadcast_download(b"\x11" * 88)) == "6F00"


def test_the_answer_to_an_envelope_announces_the_command() -> None:
    device = Device(Tracker())
    device.fetched()
    assert device.envelope(envelope.menu_selection(1)) == "910B"


def test_busy_while_a_command_is_out() -> None:
    device = Device(Tracker(), Witness(), Controlling())
    device.fetch()
    assert device.envelope(envelope.menu_selection(1)) == "9300"
    assert device.envelope(envelope.cell_broadcast_download(b"\x11" * 88)) == "9300"
    assert device.envelope(envelope.event_download(Event.MT_CALL)) == "9000"
    assert device.envelope(envelope.timer_expiration(1, 3)) == "9000"
    assert device.envelope(MESSAGE) == "00009000"


def test_busy_while_too_many_commands_wait() -> None:
    witness = Witness()
    device = Device(witness, Controlling(), profile="FFFF")  # none of them is allowed
    for _ in range(QUEUE_MAX):
        device.card.proactive.queue(commands.uicc_reset())
    witness.heard.clear()
    for each in (
        envelope.menu_selection(1),
        envelope.event_download(Event.MT_CALL),
        envelope.timer_expiration(1, 3),
        envelope.cell_broadcast_download(b"\x11" * 88),
    ):
        assert device.envelope(each) == "9300"
    assert witness.heard == []
    assert device.envelope(MESSAGE) == "00009000"


def test_any_envelope_has_an_answer() -> None:
    device = Device(Tracker(), Witness(), Controlling())
    chance = random.Random(5)
    seeds = [
        each.encode() for each in (CALL, MESSAGE, envelope.menu_selection(1), envelope.timer_expiration(1, 3))
    ]
    seeds += [envelope.event_download(event).encode() for event in Event]
    for _ in range(5_000):
        data = bytearray(chance.choice(seeds))
        for _ in range(chance.randrange(4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        raw = bytes.fromhex("80C20000") + bytes((len(data),)) + data
        assert device.card.transmit(raw)[-2:].hex()[:2] in ("90", "91", "93", "61", "6a", "6f")
        if not chance.randrange(10):
            device.card.transmit(bytes.fromhex("8012000000"))
            device.card.transmit(bytes.fromhex("801400000C810301260182028281830100"))


class Reader(ToolkitApplet):
    """Reads short messages."""

    envelopes = frozenset({EnvelopeTag.SMS_PP_DOWNLOAD})

    def __init__(self) -> None:
        self.read: list[bytes] = []

    def short_message(self, tpdu: bytes) -> None:
        self.read.append(tpdu)


PLAIN = bytes.fromhex("00088121436587 7FF6 62270520000000 024F6B")
PACKET = bytes.fromhex("40088121436587 7FF6 62270520000000 05 027000 4F6B")


def test_short_messages_are_for_the_applet_unless_they_have_a_header() -> None:
    reader = Reader()
    device = Device(reader)
    assert device.envelope(envelope.sms_pp_download(PLAIN)) == "9000"
    assert device.envelope(envelope.sms_pp_download(PACKET)) == "6200"
    assert reader.read == [PLAIN]


def test_short_messages_without_an_applet() -> None:
    device = Device(Tracker())
    device.answer(device.fetch())
    assert device.envelope(envelope.sms_pp_download(PLAIN)) == "6200"
    assert device.envelope("D104 82028381") == "6A80"
    device.card.proactive.queue(commands.more_time())
    device.fetch()
    assert device.envelope(envelope.sms_pp_download(PLAIN)) == "9300"
