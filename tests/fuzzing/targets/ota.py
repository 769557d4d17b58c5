"""What comes over the air: envelopes, messages, packets of strangers, and anything the operator may protect."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from apdu import Command, Response, instruction, tlv
from euicc import Card
from euicc.testing.ota import Protection, Script, pack, unpack
from euicc.testing.ota.sms import Numbering, deliver, deliveries, envelope
from tests.fuzzing.cards import ROWS_A_FRAME, Again, answered, assert_still_a_card
from tests.fuzzing.frames import Frame, join, split
from tests.fuzzing.mutation import after, framed, octets, tlvs
from tests.ota.scene import TAR_RAM, TAR_UICC, TAR_USIM, card_with, imsi_update
from tests.ota.vectors import TS48_KEYS

ENVELOPE, TPDU, PACKET, SCRIPT, PROTECTED = range(5)
TARS = (TAR_USIM, TAR_UICC, TAR_RAM, bytes(3))
SPI = 2
mutate = framed(tlvs, octets, octets, after(1, tlvs), after(1 + SPI, tlvs))
TERMINAL_PROFILE = Command(0x80, instruction.TERMINAL_PROFILE, 0, 0, b"\xff" * 20).encode()
RAM = (
    *(
        "80F24000024F00",
        "80F22000024F00",
        "80E400000A4F08A000000003000000",
        "80CA00E000",
        "80CAFF2100",
        "80F0800700",
    ),
    *("80E60C001B05A00000000305A00000000305A00000000301000202C90000", "80E288000CBF2A09910748656C6C6F2121"),
    *("80D8000114028880100001020304050607080910111213141500", "80E2880006FF6B03800100", "80E8000004C4020102"),
)


@cache
def again() -> Again:
    """Its profile is enabled, and the operator has keys for it."""
    return Again(card_with)


def fuzz_one(data: bytes) -> None:
    """The parts to a card, one after the other; the operator's counter goes up with each."""
    card, parts = again()(), list(split(data))
    answered(card, TERMINAL_PROFILE)
    for counter, (kind, payload) in enumerate(parts, start=1):
        _HOW[kind % len(_HOW)](card, payload, counter)
    assert_still_a_card(card, again().rows + ROWS_A_FRAME * (len(parts) + 1))


def _envelope(card: Card, payload: bytes, _: int) -> None:
    answered(card, bytes((0x80, instruction.ENVELOPE, 0, 0, len(payload) & 0xFF)) + payload)


def _tpdu(card: Card, payload: bytes, _: int) -> None:
    answered(card, envelope(payload[:200]).encode())


def _packet(card: Card, payload: bytes, _: int) -> None:
    """Nobody's packet: nothing is told about it."""
    response = Response.parse(
        answered(card, envelope(deliver("12345", b"\x02\x70\x00" + payload[:130])).encode())
    )
    assert response.data == b""


def _script(card: Card, payload: bytes, counter: int) -> None:
    """A script of the operator: always answered, with a status."""
    _operator(card, Protection(), payload, counter)


def _protected(card: Card, payload: bytes, counter: int) -> None:
    """The same, protected as the first bytes say."""
    try:
        protection = Protection.of(payload[:SPI].ljust(SPI, b"\0"))
    except ValueError:
        return
    _operator(card, protection, payload[SPI:], counter)


def _operator(card: Card, protection: Protection, payload: bytes, counter: int) -> None:
    tar = TARS[payload[0] % len(TARS)] if payload else TAR_USIM
    packet = pack(protection, TS48_KEYS, tar, counter, payload[1:1000])
    response = Response.parse(b"\x90\x00")
    for tpdu in deliveries(packet.encoded, "12345", Numbering(counter % 256)):
        response = Response.parse(answered(card, envelope(tpdu).encode()))
        if response.sw1 == 0x61:
            response = Response.parse(
                answered(card, bytes((0, instruction.GET_RESPONSE, 0, 0, response.sw2)))
            )
    if response.data:
        unpack(response.data, packet)


_HOW = (_envelope, _tpdu, _packet, _script, _protected)


def corpus() -> Iterator[bytes]:
    """Scripts for every kind of target, in both formats, and what carries them."""
    wanted = Script().select((0x7F10,)).update_record((0x6F3A,), 1, bytes(28)).read_binary((0x6F07,), 9)
    expanded = Script().read_record((0x7F10, 0x6F3A), 1, 10).update_binary((0x6F07,), bytes(9)).refresh(0)
    scripts = [(0, imsi_update()), (0, wanted.compact()), (1, wanted.compact())]
    scripts += [(tar, expanded.expanded(indefinite=how)) for tar in (0, 1) for how in (False, True)]
    scripts += [(2, bytes.fromhex(each)) for each in RAM]
    scripts += [(2, tlv.encode(0xAA, tlv.encode(0x22, bytes.fromhex(each)))) for each in RAM]
    for tar, script in scripts:
        yield join((Frame(SCRIPT, bytes((tar,)) + script),))
        for spi in ("1621", "1239", "0201", "0A29", "1E3D", "0000"):
            yield join((Frame(PROTECTED, bytes.fromhex(spi) + bytes((tar,)) + script),))
    yield join(Frame(SCRIPT, bytes((tar,)) + script) for tar, script in scripts)
    packet = pack(Protection(), TS48_KEYS, TAR_USIM, 1, imsi_update() * 8).encoded
    yield join((Frame(PACKET, packet),))
    for tpdu in deliveries(packet, "12345", Numbering(1)):
        yield join((Frame(TPDU, tpdu), Frame(ENVELOPE, envelope(tpdu).data)))
