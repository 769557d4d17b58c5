"""The whole life of a card, from factory-new to memory reset: the same bytes for the same seed, DER, no growth."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from apdu import Recorder, tlv
from asn1.generated import rsp
from euicc import Card
from tests.isdr.es10 import DONE, TERMINAL_PROFILE, fetch, respond
from tests.rsp.contents import contents, profile
from tests.rsp.device import SEED, Device, pki
from tests.rsp.server import Server

GET_EID = bytes.fromhex("80E2910006BF3E035C015A00")
SELECT_ISDR = bytes.fromhex("00A4040010A0000005591010FFFFFFFF890000010000")
Exchanges = list[tuple[bytes, bytes]]


def switch(tag: int, refresh: bool) -> bytes:
    named = tlv.encode(0xA0, tlv.encode(0x5A, profile().iccid_bytes))
    return tlv.encode(tag, named, tlv.encode(0x81, b"\xff" if refresh else b"\x00"))


def live(card: Card) -> Exchanges:
    """Download, enable with REFRESH, disable, enable at once, fail a download, reset everything; what was said."""
    recorder = Recorder(card)
    recorder.transmit(TERMINAL_PROFILE)
    side = Device(card, Server(pki()), recorder)
    assert side.install(contents()).profile_installation_result_data.final_result.success_result is not None
    side.send(switch(0xBF31, refresh=True))
    assert fetch(card)[:1] == b"\xd0"
    assert respond(card, DONE) == b"\x90\x00"
    for request in (
        switch(0xBF32, False),
        switch(0xBF31, False),
        bytes.fromhex("BF2000"),
        bytes.fromhex("BF2200"),
    ):
        side.send(request)
    assert side.install(contents()).profile_installation_result_data.final_result.error_result is not None
    side.authenticated()
    side.send(rsp.CancelSessionRequest(transaction_id=side.server.transaction_id, reason=0).encode())
    side.restart()
    for asked in ("BF2D00", "BF2B00", "BF2800", "BF4300", "BF3C00", "BF3404820205E0", "BF2D00", "BF2B00"):
        side.send(bytes.fromhex(asked))
    return [(each.command, each.response) for each in recorder.trace.exchanges if each.command]


def made(seed: int | None = SEED) -> Card:
    return Card.manufacture(pki=pki(), seed=seed)


def test_two_lives_with_one_seed_are_byte_by_byte_the_same(tmp_path: Path) -> None:
    first = live(made())
    assert live(made()) == first
    made().save(tmp_path / "card")
    with Card.open(tmp_path / "card", seed=SEED) as opened:
        assert live(opened) == first
    assert live(made(seed=None)) != first


def answers(exchanges: Exchanges) -> list[bytes]:
    """The ES10 answers, put together from their pieces."""
    whole, pending = [], b""
    for _, response in exchanges:
        data, sw1 = response[:-2], response[-2]
        pending += data
        if sw1 != 0x61 and pending:
            whole.append(pending)
            pending = b""
    return [each for each in whole if each[0] == 0xBF]


def assert_der(element: tlv.Tlv) -> None:
    """Lengths of the shortest form, and the primitive values of DER where the tag says what they are."""
    assert element.encoded == tlv.encode(element.tag, element.value)
    first = element.encoded[0]
    if first & 0x20:
        for child in element.children():
            assert_der(child)
    elif element.tag == 0x01:
        assert element.value in (b"\x00", b"\xff")
    elif element.tag == 0x02:
        assert len(element.value) == 1 or not (
            (element.value[0] == 0 and element.value[1] < 0x80)
            or (element.value[0] == 0xFF and element.value[1] >= 0x80)
        )
    elif element.tag == 0x03 and element.value[1:]:
        assert not element.value[-1] & (1 << element.value[0]) - 1


def test_every_answer_is_der() -> None:
    given = answers(live(made()))
    assert len(given) > 20
    assert {each[:2].hex() for each in given} >= {"bf38", "bf21", "bf37", "bf2b", "bf22", "bf41"}
    for each in given:
        assert_der(tlv.parse(each))


def test_events_are_bit_strings_without_trailing_zero_bits() -> None:
    listed = [each for each in answers(live(made())) if each[:2] == b"\xbf\x28"]
    events = [each.find(0x81) for whole in listed for each in tlv.parse(tlv.parse(whole).value).children()]
    assert len(events) >= 7
    assert set(events) <= {b"\x07\x80", b"\x06\x40", b"\x05\x20", b"\x04\x10"}


def test_it_writes_no_file_unasked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    live(made())
    assert not list(tmp_path.iterdir())


def test_commands_leave_nothing_behind() -> None:
    card = made()
    card.transmit(SELECT_ISDR)

    def used(count: int) -> int:
        for _ in range(count):
            card.transmit(GET_EID)
            card.transmit(SELECT_ISDR)
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        warm = used(200)
        assert used(5000) - warm < 10_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("cla", [0x00, 0x80])
def test_nobody_terminates_the_card(cla: int) -> None:
    """TERMINATE CARD USAGE, TERMINATE DF and TERMINATE EF, without any authentication."""
    card = made()
    for instruction in (0xFE, 0xE6, 0xE8):
        assert card.transmit(bytes((cla, instruction, 0, 0)))[:1] in (b"\x69", b"\x6d", b"\x6e")
    card.reset()
    card.transmit(SELECT_ISDR)
    assert card.transmit(GET_EID)[-2:] == b"\x90\x00"
