"""Response status codes of TS 102 225 5.2: how each comes about, who is told, and who is met with silence.

Never given: 07 (a card takes any packet that 255 messages carry) and 08 (it answers when it is done). 01 and 06 are
only for who cannot be recognised, so they need the card of the old kind.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from apdu import Command, instruction
from euicc.config import Config
from euicc.ota.status import ResponseStatus
from euicc.testing.ota import Check, Counter, KeySet, Proof, Protection, ResponseError, Script, parse_compact
from euicc.testing.ota.packet import Packet, pack, unpack
from euicc.testing.ota.sms import Numbering, deliveries, envelope
from tests.ota.scene import (
    CARD,
    OTHER_IMSI,
    TAR_NOBODY,
    TAR_USIM,
    Scene,
    content,
    imsi_update,
    scene,
)
from tests.ota.vectors import TS48_KEYS

STRANGER = KeySet(2, bytes(16), bytes(16))
OLD = Config(answer_unauthenticated=True)
PLAIN = Protection(check=Check.NONE, ciphered=False, counter=Counter.NONE)
ONE_HIGHER = Protection(counter=Counter.ONE_HIGHER)
SILENCE = (0x6200, b"")
Changes = dict[int, int]


def packed(
    protection: Protection, counter: int = 1, keys: KeySet = TS48_KEYS, tar: bytes = TAR_USIM
) -> Packet:
    return pack(protection, keys, tar, counter, imsi_update())


def deliver(here: Scene, packet: Packet) -> tuple[int, bytes]:
    """Status word of the ENVELOPE, and the response in the report."""
    (tpdu,) = deliveries(packet.encoded, "12345", Numbering(1))
    response = here.handset.transmit(envelope(tpdu))
    return response.sw, response.data


def changed(packet: Packet, changes: Changes) -> Packet:
    encoded = bytearray(packet.encoded)
    for position, value in changes.items():
        encoded[position] = value
    return replace(packet, encoded=bytes(encoded))


def padding_too_long() -> Packet:
    """With a checksum over it that is right: the sender's own mistake."""
    packet = pack(Protection(ciphered=False), TS48_KEYS, TAR_USIM, 1, b"")
    head, front = packet.encoded[:10], packet.encoded[10:15] + b"\x01"
    return replace(packet, encoded=head + front + TS48_KEYS.checksum(head + front))


RECOGNISED = {
    "05: more padding than data": (padding_too_long(), ResponseStatus.CIPHERING_ERROR),
    "09: TAR of nobody": (packed(Protection(), tar=TAR_NOBODY), ResponseStatus.TAR_UNKNOWN),
    "0A: not ciphered": (
        packed(Protection(ciphered=False)),
        ResponseStatus.INSUFFICIENT_SECURITY_LEVEL,
    ),
}


def strict() -> Scene:
    """A profile whose instances want packets ciphered."""
    from euicc.testing.profile_builder import Subscription, build

    return scene(build(Subscription(remote_security_level=0x06)).package)


@pytest.mark.parametrize(("packet", "status"), RECOGNISED.values(), ids=RECOGNISED)
def test_who_is_recognised_is_told(packet: Packet, status: ResponseStatus) -> None:
    here = scene() if status is ResponseStatus.CIPHERING_ERROR else strict()
    before = content(here.card)
    sw, report = deliver(here, packet)
    assert sw == 0x9000
    response = unpack(report, packet)
    assert (response.status, response.counter, response.data) == (status, 1, b"")
    assert len(report) > len(packet.tar) + 16, "protected as asked"
    assert content(here.card) == before


def test_counter_low_high_and_blocked() -> None:
    here = scene()

    def status(counter: int, protection: Protection = Protection()) -> int:
        packet = packed(protection, counter)
        return unpack(deliver(here, packet)[1], packet).status

    assert status(5) == ResponseStatus.POR_OK
    assert status(5) == ResponseStatus.COUNTER_LOW
    assert status(4) == ResponseStatus.COUNTER_LOW
    assert status(7, ONE_HIGHER) == ResponseStatus.COUNTER_HIGH
    assert status(5, ONE_HIGHER) == ResponseStatus.COUNTER_LOW
    assert status(6, ONE_HIGHER) == ResponseStatus.POR_OK
    assert status(0xFFFFFFFFFF) == ResponseStatus.POR_OK
    assert status(0xFFFFFFFFFF) == ResponseStatus.COUNTER_BLOCKED
    assert status(1, Protection(counter=Counter.UNCHECKED)) == ResponseStatus.POR_OK


UNRECOGNISED: dict[str, tuple[Packet, Changes, ResponseStatus]] = {
    "01: wrong checksum": (packed(Protection()), {-1: 0}, ResponseStatus.CHECK_FAILED),
    "01: another key": (packed(Protection(), keys=STRANGER), {}, ResponseStatus.CHECK_FAILED),
    "01: a signature": (packed(Protection(check=Check.DS)), {}, ResponseStatus.CHECK_FAILED),
    "05: no whole blocks": (
        packed(Protection(ciphered=False)),
        {3: 0x16},
        ResponseStatus.CIPHERING_ERROR,
    ),
    "06: no such key": (
        packed(Protection()),
        {5: 0x32},
        ResponseStatus.UNIDENTIFIED_SECURITY_ERROR,
    ),
    "09: nobody known for nobody's TAR": (packed(PLAIN, tar=TAR_NOBODY), {}, ResponseStatus.TAR_UNKNOWN),
    "0A: no checksum": (packed(PLAIN), {}, ResponseStatus.INSUFFICIENT_SECURITY_LEVEL),
    "0A: a redundancy check": (
        packed(Protection(check=Check.RC)),
        {},
        ResponseStatus.INSUFFICIENT_SECURITY_LEVEL,
    ),
}
unrecognised = pytest.mark.parametrize(
    ("packet", "changes", "status"), UNRECOGNISED.values(), ids=UNRECOGNISED
)


@unrecognised
def test_a_stranger_is_met_with_silence(packet: Packet, changes: Changes, status: ResponseStatus) -> None:
    here = scene()
    before = content(here.card)
    assert deliver(here, changed(packet, changes)) == SILENCE
    assert content(here.card) == before
    assert here.handset.sent == []


@unrecognised
def test_an_old_card_tells_strangers_without_using_a_key(
    packet: Packet, changes: Changes, status: ResponseStatus
) -> None:
    here = scene(config=OLD)
    before = content(here.card)
    sw, report = deliver(here, changed(packet, changes))
    unprotected = bytes.fromhex("027100000b0a") + packet.tar + bytes(6) + bytes((status,))
    assert (sw, report) == (0x9000, unprotected)
    assert content(here.card) == before


@unrecognised
def test_who_asks_for_no_answer_gets_none_from_an_old_card(
    packet: Packet, changes: Changes, status: ResponseStatus
) -> None:
    here = scene(config=OLD)
    assert deliver(here, changed(packet, {**changes, 4: 0x00})) == SILENCE


@pytest.mark.parametrize(
    ("proof", "first", "again"),
    [
        (Proof.NEVER, (0x9000, False), (0x6200, False)),
        (Proof.ON_ERROR, (0x9000, False), (0x9000, True)),
        (Proof.ALWAYS, (0x9000, True), (0x9000, True)),
    ],
)
def test_when_there_is_a_response(proof: Proof, first: tuple[int, bool], again: tuple[int, bool]) -> None:
    here = scene()
    packet = packed(Protection(proof=proof))
    for expected in (first, again):
        sw, report = deliver(here, packet)
        assert (sw, bool(report)) == expected
    assert content(here.card) == OTHER_IMSI


@pytest.mark.parametrize("spi", ["1603", "160d", "1605"], ids=["reserved", "signature", "redundancy"])
def test_a_response_that_cannot_be_made_is_not_made(spi: str) -> None:
    here = scene()
    first, second = bytes.fromhex(spi)
    packet = pack_raw(first, second)
    assert deliver(here, packet) == (0x9000, b"")
    assert content(here.card) == OTHER_IMSI


def pack_raw(first: int, second: int) -> Packet:
    """A command whose second byte of SPI no platform would send; checksum and cipher are made for it."""
    wanted = Protection.of(bytes((first, 0)))
    made = packed(replace(wanted, ciphered=False))
    data = made.encoded[24:]
    padding = -(14 + len(data)) % 16
    length = (22 + len(data) + padding).to_bytes(2, "big")
    head = length + b"\x15" + bytes((first, second)) + made.encoded[5:10]
    front, body = made.encoded[10:15] + bytes((padding,)), data + bytes(padding)
    check = TS48_KEYS.checksum(head + front + body)
    return replace(made, encoded=head + TS48_KEYS.encrypt(front + check + body))


def test_a_replayed_message_does_nothing() -> None:
    here = scene()
    before = content(here.card)
    packet = packed(Protection())
    deliver(here, packet)
    here.send(TAR_USIM, imsi_update(before))
    here.platform.register(CARD, TS48_KEYS, counter=1)
    here.send(TAR_USIM, imsi_update(before))
    assert unpack(deliver(here, packet)[1], packet).status == ResponseStatus.COUNTER_LOW
    here.handset.reset()
    assert unpack(deliver(here, packet)[1], packet).status == ResponseStatus.COUNTER_LOW
    assert content(here.card) == before


def test_a_long_response_is_announced_and_sent() -> None:
    here = scene()
    script = Script()
    for _ in range(20):
        script.read_binary((0x6F07,), 9)
    delivery = here.pack(TAR_USIM, script.expanded(indefinite=True))
    report = [here.handset.deliver(tpdu) for tpdu in delivery.tpdus][-1]
    announced = delivery.response(report)
    assert (announced.status, announced.data) == (ResponseStatus.RESPONSE_IN_SMS_SUBMIT, b"")
    assert len(here.handset.sent) == 3
    (whole,) = here.handset.user_data_sent()
    actual = delivery.response(whole)
    assert actual.status == ResponseStatus.POR_OK
    assert len(actual.data) > 2 * 140


NO_MESSAGES = b"\xff\xff\xff\xfd" + b"\xff" * 16


@pytest.mark.parametrize("profile", [None, NO_MESSAGES], ids=["none", "without messages"])
def test_a_terminal_that_sends_no_messages_reports(profile: bytes | None) -> None:
    here = scene(profile=profile)
    response = here.send(TAR_USIM, imsi_update(), Protection(by_submit=True))
    assert parse_compact(response.data).sw == 0x9000
    script = Script()
    for _ in range(20):
        script.read_binary((0x6F07,), 9)
    delivery = here.pack(TAR_USIM, script.expanded(indefinite=True))
    assert [here.handset.deliver(tpdu) for tpdu in delivery.tpdus] == [b""] * len(delivery.tpdus)
    assert here.handset.commands == []


def test_a_message_that_does_not_get_through_is_sent_again() -> None:
    here = scene()
    results = iter([0x35, 0x35, 0x00])
    here.handset.answer = lambda command_type: next(results)
    response = here.send(TAR_USIM, imsi_update(), Protection(by_submit=True))
    assert parse_compact(response.data).sw == 0x9000
    assert len(here.handset.sent) == 3
    assert len(set(here.handset.sent)) == 1


def test_a_message_that_never_gets_through_is_given_up() -> None:
    here = scene()
    here.handset.answer = lambda command_type: 0x35 if command_type == 0x13 else 0x00
    script = Script().update_binary((0x6F07,), OTHER_IMSI).refresh(0x03)
    delivery = here.pack(TAR_USIM, script.expanded(), Protection(by_submit=True))
    here.handset.deliver(delivery.tpdus[0])
    assert len(here.handset.sent) == 3
    # What the script asked for does not depend on who hears of it.
    assert here.handset.commands[-1].hex() == "d009" + "8103010103" + "82028182"
    assert here.handset.transmit(Command(0x80, instruction.STATUS, 0, 0x0C)).sw == 0x9000


def test_garbage_of_a_response_is_noticed() -> None:
    here = scene()
    packet = packed(Protection())
    report = bytearray(deliver(here, packet)[1])
    report[-1] ^= 1
    with pytest.raises(ResponseError):
        unpack(bytes(report), packet)
