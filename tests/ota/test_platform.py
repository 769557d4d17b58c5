"""The operator's OTA platform: counters and retries per card, a fleet, and a whole device."""

from __future__ import annotations

import pytest

from euicc.ota.sms import submits
from euicc.testing.ota import (
    Check,
    Counter,
    NoAnswer,
    OtaPlatform,
    Proof,
    Protection,
    Response,
    Script,
    parse_compact,
    parse_expanded,
)
from euicc.testing.ota.sms import Submitted, response_packets
from ipa.terminal import Terminal
from ipa.toolkit.toolkit import Toolkit
from tests.ota.scene import CARD, IMSI, OTHER_IMSI, TAR_USIM, card_with, content, imsi_update, scene
from tests.ota.vectors import PARTS_OF_A_REAL_CARD, TS48_KEYS, VECTORS


def test_each_card_has_a_counter() -> None:
    platform = OtaPlatform()
    platform.register("a", TS48_KEYS)
    platform.register("b", TS48_KEYS, counter=41)
    assert [platform.pack("a", TAR_USIM, b"").packet.counter for _ in range(3)] == [1, 2, 3]
    assert platform.pack("b", TAR_USIM, b"").packet.counter == 42
    assert (platform.counter("a"), platform.counter("b")) == (3, 42)


def test_a_retry_has_a_new_counter_so_that_late_messages_do_no_harm() -> None:
    here = scene()
    kept: list[bytes] = []

    def lossy(tpdu: bytes) -> bytes:
        kept.append(tpdu)
        return here.handset.deliver(tpdu) if len(kept) > 2 else b""

    response = here.platform.send(CARD, TAR_USIM, imsi_update(), lossy)
    assert (response.status, response.counter) == (0, 3)
    here.send(TAR_USIM, imsi_update(content(card_with())))
    for late in kept:
        here.handset.deliver(late)
    assert content(here.card) != OTHER_IMSI


def test_a_lost_response_is_asked_for_again() -> None:
    here = scene()
    answers = [b"", None]

    def forgetful(tpdu: bytes) -> bytes:
        report = here.handset.deliver(tpdu)
        return report if answers.pop(0) is None else b""

    assert here.platform.send(CARD, TAR_USIM, imsi_update(), forgetful).counter == 2


def test_nobody_answers() -> None:
    platform = OtaPlatform()
    platform.register("a", TS48_KEYS)
    with pytest.raises(NoAnswer):
        platform.send("a", TAR_USIM, b"", lambda tpdu: b"", attempts=2)
    assert platform.counter("a") == 2


@pytest.mark.parametrize("proof", [Proof.NEVER, Proof.ON_ERROR])
def test_silence_that_was_wished_is_success(proof: Proof) -> None:
    here = scene()
    response = here.platform.send(
        CARD, TAR_USIM, imsi_update(), here.handset.deliver, protection=Protection(proof=proof)
    )
    assert response == Response(TAR_USIM, 1, 0, b"")
    assert content(here.card) == OTHER_IMSI


def test_a_fleet() -> None:
    platform = OtaPlatform(protection=Protection(counter=Counter.ONE_HIGHER))
    cards = {f"card {number}": scene() for number in range(5)}
    for name in cards:
        platform.register(name, TS48_KEYS)
    for name, here in cards.items():
        assert platform.send(name, TAR_USIM, imsi_update(), here.handset.deliver).status == 0
    assert {content(here.card) for here in cards.values()} == {OTHER_IMSI}
    assert {platform.counter(name) for name in cards} == {1}


def test_messages_of_a_card_out_of_order() -> None:
    here = scene()
    script = Script()
    for _ in range(20):
        script.read_binary((IMSI,), 9)
    delivery = here.pack(TAR_USIM, script.expanded(indefinite=True), Protection(by_submit=True))
    for tpdu in delivery.tpdus:
        here.handset.deliver(tpdu)
    assert len(here.handset.sent) > 2
    assert {Submitted.parse(tpdu).destination for tpdu in here.handset.sent} == {here.platform.originator}
    (packet,) = response_packets(reversed(here.handset.sent))
    assert len(parse_expanded(delivery.response(packet).data).responses) == 40


def test_messages_of_a_real_card() -> None:
    """It cuts its response as our card does: header element 71 in the first part only, and no byte is lost."""
    head = bytes.fromhex("4100088121436587" + "0004")
    tpdus = [head + bytes((len(part),)) + part for part in PARTS_OF_A_REAL_CARD]
    (packet,) = response_packets(tpdus)
    assert len(packet) == 233
    assert packet.startswith(bytes.fromhex("02710000e412000000"))
    originator = bytes.fromhex("088121436587")
    assert [tpdu[11:] for tpdu in submits(originator, packet[3:], 1)] == list(PARTS_OF_A_REAL_CARD)


@pytest.mark.parametrize("vector", VECTORS)
def test_indicators_both_ways(vector: str) -> None:
    spi = VECTORS[vector].spi
    assert Protection.of(spi).spi == spi


def test_default_protection() -> None:
    assert Protection().spi.hex() == "1619"
    assert Protection(by_submit=True).spi.hex() == "1639"
    assert Protection(Check.NONE, ciphered=False, counter=Counter.NONE, proof=Proof.NEVER).spi.hex() == "0018"
    with pytest.raises(ValueError):
        Protection.of(b"\x00\x03")


def test_scripts_that_cannot_be_written() -> None:
    with pytest.raises(ValueError):
        Script().read_binary((IMSI,), 9).select((IMSI,)).compact()
    with pytest.raises(ValueError):
        Script().refresh(4).compact()
    case_4 = Script().add(0x00, 0xA4, 0, 4, b"\x3f\x00", le=256).compact()
    assert case_4.hex() == "00a40004023f00" + "00c0000000"


@pytest.mark.parametrize("answer", ["", "ab", "ab0280", "aa00", "af80", "af8023"])
def test_no_responses_to_scripts(answer: str) -> None:
    with pytest.raises(ValueError):
        parse_expanded(bytes.fromhex(answer))
    with pytest.raises(ValueError):
        parse_compact(bytes.fromhex(answer)[:2])


def test_through_a_device_that_reads_the_new_imsi() -> None:
    card = card_with()
    platform = OtaPlatform()
    platform.register(CARD, TS48_KEYS)
    terminal = Terminal(card, toolkit=Toolkit.of())
    before = terminal.subscription().imsi
    script = Script().update_binary((IMSI,), OTHER_IMSI).refresh(0x04).expanded()
    response = platform.send(CARD, TAR_USIM, script, lambda tpdu: terminal.deliver_sms(tpdu).data)
    assert parse_expanded(response.data).sw == 0x9000
    assert terminal.subscription().imsi == "001019876543210" != before
