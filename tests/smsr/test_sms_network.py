"""The network of short messages: what comes out, where, when and how often."""

from __future__ import annotations

import pytest

from euicc.testing.m2m.short_message import (
    Reassembly,
    ShortMessage,
    ShortMessageError,
    Whole,
    parse_deliver,
    parse_submit,
)
from euicc.testing.m2m.sms_network import Delivery, Happening, NoService, Report, SmsNetwork, SmsRule
from euicc.testing.ota.sms import Numbering, deliver, deliveries

SERVER, CAR = "+49170100", "+49170200"
SUBMIT = bytes.fromhex("4107088194710010" + "7FF6" + "05" + "027000" + "AABB")


def network(*rules: SmsRule, seed: int = 1) -> SmsNetwork:
    made = SmsNetwork(seed, rules, latency=2, validity=100)
    made.serve(SERVER, "server")
    made.subscribe("00101", CAR)
    return made


def delivered(made: SmsNetwork, now: float) -> list[bytes]:
    return [each.tpdu for each in made.due(now) if isinstance(each, Delivery)]


def test_a_submit_comes_out_as_a_deliver() -> None:
    made = network()
    made.serve("49170001", "other")
    made.attach("00101", "car", now=0)
    made.send("car", SUBMIT, now=0)
    assert delivered(made, 1.9) == []
    assert made.next_due == 2
    (came,) = made.due(2)
    assert isinstance(came, Delivery)
    assert came.recipient == "other"
    message = parse_deliver(came.tpdu)
    assert (message.number, message.pid, message.dcs) == (CAR, 0x7F, 0xF6)
    assert (message.elements, message.payload) == ({0x70: b""}, b"\xaa\xbb")


def test_the_validity_period_of_a_submit_is_left_out() -> None:
    relative = bytes.fromhex("51070481945100F6AA01DD")
    assert parse_submit(relative).user_data == b"\xdd"
    absolute = bytes.fromhex("5907048194" + "5100F6" + "22705200000000" + "01DD")
    assert parse_submit(absolute).delivered(CAR) == parse_submit(relative).delivered(CAR)


@pytest.mark.parametrize("tpdu", ["", "41", "4107048194", "400491945100F6" + "00" * 7 + "02DD", "02"])
def test_what_is_no_message_is_refused(tpdu: str) -> None:
    for read in (parse_submit, parse_deliver):
        with pytest.raises(ShortMessageError):
            read(bytes.fromhex(tpdu))


def test_who_is_away_gets_his_messages_when_he_comes_back_unless_they_expired() -> None:
    made = network()
    for now in (0, 50):
        made.submit(SERVER, CAR, bytes((0, int(now))), now)
    assert delivered(made, 60) == []
    with pytest.raises(NoService):
        made.send("car", SUBMIT, now=60)
    made.attach("00101", "car", now=120)
    came = list(made.due(122))
    assert [each.message.number for each in came if isinstance(each, Delivery)] == [2]
    assert [(each.recipient, each.data) for each in came if isinstance(each, Report)] == [("server", None)]


def test_the_number_goes_with_the_subscription() -> None:
    made = network()
    made.subscribe("00102", "+49170300")
    made.attach("00101", "car", now=0)
    made.attach("00102", "car", now=0)
    made.submit(SERVER, CAR, b"\x00\x01", 0)
    made.submit(SERVER, "+49170300", b"\x00\x02", 0)
    assert delivered(made, 2) == [b"\x00\x02"]
    assert made.number_of("car") == "+49170300"
    with pytest.raises(KeyError):
        made.attach("00103", "car", now=0)


def test_a_report_goes_back_with_the_data_of_the_card() -> None:
    made = network()
    made.attach("00101", "car", now=0)
    made.submit(SERVER, CAR, b"\x00", 0)
    (came,) = made.due(2)
    made.report(came.message, b"\x02\x71\x00")
    assert [(each.recipient, each.data) for each in made.due(2) if isinstance(each, Report)] == [
        ("server", b"\x02\x71\x00")
    ]


def test_rules_strike_by_number_and_direction() -> None:
    made = network(
        SmsRule(Happening.LOST, frozenset({1, 3})),
        SmsRule(Happening.REPEATED, frozenset({2}), to=SERVER),
        SmsRule(Happening.REPEATED, frozenset({4}), to=CAR, seconds=10),
    )
    made.attach("00101", "car", now=0)
    for number in range(1, 5):
        made.submit(SERVER, CAR, bytes((0, number)), 0)
    assert delivered(made, 20) == [b"\x00\x02", b"\x00\x04", b"\x00\x04"]
    assert made.lost == 2


def test_delays_reorder_and_a_seed_repeats_them() -> None:
    def order(seed: int) -> list[bytes]:
        made = network(SmsRule(Happening.DELAYED, seconds=30), seed=seed)
        made.attach("00101", "car", now=0)
        for number in range(10):
            made.submit(SERVER, CAR, bytes((0, number)), 0)
        return delivered(made, 40)

    assert order(5) == order(5) != sorted(order(5))
    assert sorted(order(6)) == sorted(order(5))


def test_parts_make_a_whole_in_any_order() -> None:
    packet = bytes(range(256)) * 2
    parts = [parse_deliver(each) for each in deliveries(packet, SERVER, Numbering(7))]
    wide = [parse_deliver(each) for each in deliveries(packet, SERVER, Numbering(7, wide=True))]
    together = Reassembly()
    found = [
        together.add(each)
        for each in (*parts[::-1][:-1], *wide[:-1], parts[-1], parts[0], parts[0], wide[-1])
    ]
    whole = [each for each in found if each]
    assert [(each.sender, each.payload) for each in whole] == [(SERVER, packet)] * 2
    assert all(isinstance(each, Whole) and 0x70 in each.elements for each in whole)


def numbered(sender: int, place: int, payload: bytes) -> ShortMessage:
    user_data = bytes((0x05, 0x00, 0x03, 1, 2, place)) + payload
    return parse_deliver(deliver(f"+49{sender:08}", user_data))


def test_many_answer_at_the_same_time() -> None:
    together = Reassembly()
    senders = range(500)
    assert not any(together.add(numbered(sender, 1, b"a")) for sender in senders)
    whole = [together.add(numbered(sender, 2, b"b")) for sender in senders]
    assert [each.payload for each in whole if each] == [b"ab"] * len(senders)


def test_a_reference_that_is_used_again_begins_anew() -> None:
    together = Reassembly()
    assert together.add(numbered(1, 1, b"of before")) is None
    assert together.add(numbered(1, 1, b"a")) is None
    whole = together.add(numbered(1, 2, b"b"))
    assert whole is not None
    assert whole.payload == b"ab"
