"""One secured packet, until it is answered: what it does when, and with which answers."""

from __future__ import annotations

from apdu import aid as aids
from euicc.testing.ota import KeySet
from euicc.testing.smsr import Patience, es5
from euicc.testing.smsr.exchange import SmsExchange, secure
from euicc.testing.smsr.steps import Refused, Silence

KEYS = KeySet(1, bytes(range(16)), bytes(range(16, 32)))
TAR = aids.ISD_R[12:15]
COUNTER = 7
PATIENCE = Patience(answer=10, repetitions=2, longest=15, late=3)
NUMBERS = ("+491", "+492")


class Going:
    """An exchange, and the numbers to which it sent its packet."""

    def __init__(self, until: float | None = None, content: bytes = b"") -> None:
        self.sent: list[tuple[str, bytes]] = []
        packet = secure(KEYS, aids.ISD_R, COUNTER, content)
        self.exchange = SmsExchange(packet, "+490", NUMBERS, self._submit, PATIENCE, 0.0, until)

    def _submit(self, number: str, tpdu: bytes) -> None:
        self.sent.append((number, tpdu))

    @property
    def numbers(self) -> list[str]:
        return [number for number, _ in self.sent]


def answer(status: int, data: bytes = b"", counter: int = COUNTER, keys: KeySet = KEYS) -> bytes:
    """A response packet, ciphered and with its checksum, made here by the letter of TS 102 225 5.2."""
    padding = -(5 + 1 + 1 + 8 + len(data)) % 16
    secured = counter.to_bytes(5, "big") + bytes((padding, status))
    padded = data + bytes(padding)
    length = 1 + 3 + len(secured) + 8 + len(padded)
    head = bytes.fromhex("027100") + length.to_bytes(2, "big") + b"\x12" + TAR
    return head + keys.encrypt(secured + keys.checksum(head + secured + padded) + padded)


def test_the_same_packet_goes_to_each_number_in_turn_ever_more_rarely() -> None:
    going = Going()
    times = []
    while going.exchange.outcome is None:
        times.append(going.exchange.wake)
        going.exchange.advance(going.exchange.wake)
    assert times == [10, 25, 40]
    assert going.numbers == ["+491", "+492", "+491"]
    assert len({tpdu for _, tpdu in going.sent}) == 1
    assert isinstance(going.exchange.outcome, Silence)
    assert not going.exchange.outcome.executed


def test_a_patient_one_goes_on_until_the_time_is_over() -> None:
    going = Going(until=100)
    while going.exchange.outcome is None:
        going.exchange.advance(going.exchange.wake)
    assert len(going.sent) == 7
    assert isinstance(going.exchange.outcome, Silence)


def test_nothing_is_sent_before_its_time() -> None:
    going = Going()
    going.exchange.advance(9.9)
    assert len(going.sent) == 1


def test_an_answer_brings_its_response_tlvs() -> None:
    going = Going()
    assert going.exchange.receive(answer(0x00, bytes.fromhex("AF80 23029000 0000")), 1.0)
    assert going.exchange.outcome == bytes.fromhex("23029000")
    assert not going.exchange.receive(answer(0x00, bytes.fromhex("AF80 23026A80 0000")), 1.0)
    assert going.exchange.outcome == bytes.fromhex("23029000")


def test_definite_responses_are_read_too() -> None:
    going = Going()
    assert going.exchange.receive(answer(0x00, bytes.fromhex("AB07 800101 23029000")), 1.0)
    assert going.exchange.outcome == bytes.fromhex("23029000")


def test_a_response_that_is_none_was_executed() -> None:
    for data in ("", "AB", "AA00", "AF80 23", "AF80 2303 9000 0000"):
        going = Going()
        assert going.exchange.receive(answer(0x00, bytes.fromhex(data)), 1.0)
        assert isinstance(going.exchange.outcome, Silence)
        assert going.exchange.outcome.executed


def test_a_low_counter_says_that_the_answer_got_lost_but_may_come_yet() -> None:
    going = Going()
    assert going.exchange.receive(answer(0x02), 1.0)
    assert (going.exchange.outcome, going.exchange.wake) == (None, 4.0)
    going.exchange.receive(answer(0x00, bytes.fromhex("AF80 23029000 0000")), 2.0)
    assert going.exchange.outcome == bytes.fromhex("23029000")
    other = Going()
    other.exchange.receive(answer(0x02), 1.0)
    other.exchange.advance(4.0)
    assert isinstance(other.exchange.outcome, Silence)
    assert other.exchange.outcome.executed
    assert len(other.sent) == 1


def test_other_codes_are_refusals_but_for_the_one_that_announces_the_answer() -> None:
    for code in (0x01, 0x03, 0x04, 0x05, 0x06, 0x07, 0x09, 0x0A):
        going = Going()
        assert going.exchange.receive(answer(code), 1.0)
        assert isinstance(going.exchange.outcome, Refused)
        assert going.exchange.outcome.code == code
    going = Going()
    assert going.exchange.receive(answer(0x0B), 1.0)
    assert going.exchange.outcome is None


def test_answers_to_others_or_of_others_are_none() -> None:
    going = Going()
    good = answer(0x00, bytes.fromhex("AF80 23029000 0000"))
    wrong = KeySet(1, bytes(16), bytes(16))
    for data in (
        answer(0x00, counter=8),
        answer(0x00, keys=wrong),
        good[:-1],
        good + b"\x00",
        b"",
        b"\x02\x71\x00",
    ):
        assert not going.exchange.receive(data, 1.0)
    assert going.exchange.outcome is None


def test_a_long_script_goes_in_parts() -> None:
    going = Going(content=es5.commands() + bytes.fromhex("22820190") + bytes(0x190))
    assert len(going.sent) == 4
    assert set(going.numbers) == {"+491"}
