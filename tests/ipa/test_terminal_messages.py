"""Short messages of the card, and for the card."""

from __future__ import annotations

import pytest

from apdu.cat import Device, Result, Tag, commands
from apdu.cat.objects import Address, SmsTpdu
from ipa.terminal import Terminal
from ipa.toolkit import DeliverReport, Toolkit
from ipa.toolkit.short_messages import packed
from tests.ipa.toolkit_card import ToolkitCard, answer, result

# SMS-SUBMIT of "hello" to +491234, 8 bits a character; the same packed, DCS F0.
SUBMIT = bytes.fromhex("0100 0691 942143 00 F4 05 68656C6C6F")
PACKED = bytes.fromhex("0100 0691 942143 00 F0 05 E8329BFD06")
DELIVER = bytes.fromhex("40 0491 2143 7F F6 22112200000000 05 0270000102")
CENTRE = "+491700000001"
PROOF = "027100000E0AB0001100000000000000016132"


class Network:
    """Takes short messages, and says what a test wants it to say."""

    def __init__(self, says: Result | None = None) -> None:
        self.says = says or Result()
        self.sent: list[tuple[bytes, str]] = []

    def __call__(self, tpdu: bytes, centre: str) -> Result:
        self.sent.append((tpdu, centre))
        return self.says


def test_a_message_goes_out_as_it_is() -> None:
    network = Network()
    toolkit = Toolkit.of(sms=network)
    assert result(answer(toolkit, commands.send_short_message(SUBMIT, Address.of(CENTRE)))) == "00"
    assert result(answer(toolkit, commands.send_short_message(SUBMIT))) == "00"
    assert network.sent == [(SUBMIT, CENTRE), (SUBMIT, "")]


@pytest.mark.parametrize("says", [Result(0x35, b"\x26"), Result(0x21, b"\x11"), Result(0x20, b"\x04")])
def test_what_the_network_says_is_told(says: Result) -> None:
    response = answer(Toolkit.of(sms=Network(says)), commands.send_short_message(SUBMIT))
    assert response.result == says


def test_packing() -> None:
    network = Network()
    answer(Toolkit.of(sms=network), commands.send_short_message(SUBMIT, packing=True))
    assert network.sent == [(PACKED, "")]
    with_validity = SUBMIT[:1].replace(b"\x01", b"\x11") + SUBMIT[1:9] + b"\xa7" + SUBMIT[9:]
    assert packed(with_validity)[9:11] == b"\xa7\x05"


WRONG = (
    "",
    "01",
    "0100",
    SUBMIT.hex()[:-2],
    SUBMIT.hex() + "00",
    "00" + SUBMIT.hex()[2:],
    "41" + SUBMIT.hex()[2:],
)


@pytest.mark.parametrize("tpdu", WRONG)
def test_what_cannot_be_packed(tpdu: str) -> None:
    network = Network()
    command = commands.send_short_message(bytes.fromhex(tpdu), packing=True)
    assert result(answer(Toolkit.of(sms=network), command)) == "32"
    assert network.sent == []


def test_without_anybody_to_send_it() -> None:
    assert result(answer(Toolkit.of(), commands.send_short_message(SUBMIT))) == "30"


def test_a_message_for_the_card() -> None:
    card = ToolkitCard()
    card.answers = [PROOF + "9000"]
    report = Terminal(card, toolkit=Toolkit.of()).deliver_sms(DELIVER, CENTRE)
    (told,) = card.envelopes
    assert (told.source, told.destination) == (Device.NETWORK, Device.UICC)
    assert [each.tag for each in told.objects] == [Tag.DEVICE_IDENTITIES, Tag.ADDRESS, Tag.SMS_TPDU]
    assert (told.find(Address), told.find(SmsTpdu)) == (Address.of(CENTRE), SmsTpdu(DELIVER))
    assert report == DeliverReport(0x9000, bytes.fromhex(PROOF))


def test_what_the_card_wants_after_a_message_is_done() -> None:
    card, network = ToolkitCard(), Network()
    terminal = Terminal(card, toolkit=Toolkit.of(sms=network))
    terminal.start()
    card.commands.append(commands.send_short_message(SUBMIT))
    card.answers = [f"91{len(card.commands[0].encode()):02X}"]
    assert terminal.deliver_sms(DELIVER).acknowledged
    assert network.sent == [(SUBMIT, "")]


@pytest.mark.parametrize(
    ("answered", "acknowledged", "busy", "tpdu"),
    [
        ("9000", True, False, "0000"),
        ("910B", True, False, "0000"),
        ("6200", True, False, "0000"),
        ("6300", True, False, "0000"),
        ("6F00", True, False, "0000"),
        ("9300", False, True, "00D400"),
        ("6985", False, False, "00D500"),
        (PROOF + "9000", True, False, "40077FF6" + f"{len(PROOF) // 2:02X}" + PROOF),
        ("0102" + "9000", True, False, "00077FF6020102"),
    ],
)
def test_reports(answered: str, acknowledged: bool, busy: bool, tpdu: str) -> None:
    raw = bytes.fromhex(answered)
    report = DeliverReport(int.from_bytes(raw[-2:], "big"), raw[:-2])
    assert (report.acknowledged, report.busy) == (acknowledged, busy)
    assert report.tpdu.hex().upper() == tpdu


def test_a_report_by_get_response() -> None:
    """T=0: 61xx, and the data for the sender behind it."""

    class T0(ToolkitCard):
        def transmit(self, command: bytes, /) -> bytes:
            if command[1] == 0xC2:
                return b"\x61\x02"
            return b"\x0a\x0b\x90\x00" if command[1] == 0xC0 else super().transmit(command)

    assert Terminal(T0(), toolkit=Toolkit.of()).deliver_sms(DELIVER) == DeliverReport(0x9000, b"\x0a\x0b")
