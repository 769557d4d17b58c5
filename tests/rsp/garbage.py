"""Bytes that no sane device sends, by a seed: random, mutated from a real session, truncated, spliced."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import lru_cache
from random import Random

from apdu import Recorder, StatusError
from euicc import Card
from tests.rsp.contents import contents
from tests.rsp.device import SEED, Device, pki
from tests.rsp.server import Server

Mutation = Callable[[Random, bytes], bytes]
ICCID = "98001032547698103214"  # of tests.rsp.contents.profile
BRING_UP = ("80AA000005A903830107", "8010000004FFFFFFFF", "00A40004023F00", "80F200000C")
ES10 = (
    *(
        "BF2000",
        "BF2200",
        "BF3C00",
        "BF4300",
        "BF2D00",
        "BF2800",
        "BF2B00",
        "BF3E035C015A",
        "BF5500",
        "BF42028000",
    ),
    *("BF3F03800161", "BF3F028000", "BF3003800101", "BF340482020640"),
    f"BF290F5A0A{ICCID}900178",
    f"BF3111A00C5A0A{ICCID}8101FF",
    f"BF3111A00C5A0A{ICCID}810100",
)
READS = (
    *(
        "00A40004022FE2",
        "00B000000A",
        "00A4040007A0000000871002",
        "00A40004026F07",
        "00B0000009",
        "00B2010400",
    ),
    *("00A40804047FFF6F07", "00F2000000", "0070000001", "01A40004023F00", "0070800100", "00C0000000"),
    *("8012000009", "801400000C810301010482028281830100", "80CA005A00"),
)
LEAVE = (f"BF3211A00C5A0A{ICCID}810100", f"BF330C5A0A{ICCID}")


@lru_cache(None)
def session() -> tuple[bytes, ...]:
    """Every command of a real life: bring-up, download, enable, read, disable, delete."""
    card = Card.manufacture(pki=pki(), seed=SEED)
    recorder = Recorder(card)
    for command in BRING_UP:
        recorder.transmit(bytes.fromhex(command))
    side = Device(card, Server(pki()), recorder)
    side.install(contents())
    for request in ES10:
        answered(side, bytes.fromhex(request))
    for command in READS:
        recorder.transmit(bytes.fromhex(command))
    side.select()
    for request in LEAVE:
        answered(side, bytes.fromhex(request))
    return tuple(each.command for each in recorder.trace.exchanges if each.command)


def answered(side: Device, request: bytes) -> None:
    """Send it; a refusal by status word is as good as an answer here."""
    with suppress(StatusError):
        side.send(request)


def commands(random: Random, count: int, stage: int) -> Iterator[bytes]:
    """`count` commands: most of them nearly right, the first ones nearly what the session has at this stage."""
    real = session()
    expected = real[stage : stage + 3]
    for number in range(count):
        mutation = random.choice(MUTATIONS)
        yield mutation(random, random.choice(expected if number < count // 2 else real))


def _random(random: Random, _: bytes) -> bytes:
    return random.randbytes(random.choice((0, 1, 2, 3, 4, 5, 6, 12, 40, 261, 300)))


def _header(random: Random, _: bytes) -> bytes:
    """A known class and instruction, anything behind."""
    cla = random.choice((0x00, 0x80, 0x01, 0x81, 0x40, 0xC0, 0x84, 0x10, 0xA0, 0xFF))
    ins = random.choice(
        (0xA4, 0xB0, 0xB2, 0xC0, 0xE2, 0xF2, 0x70, 0xAA, 0x10, 0x12, 0x14, 0xCA, 0x20, 0x88, 0xC2)
    )
    return bytes((cla, ins, *random.randbytes(2))) + random.randbytes(random.choice((0, 1, 3, 9)))


def _same(_: Random, command: bytes) -> bytes:
    return command


def _flipped(random: Random, command: bytes) -> bytes:
    at = random.randrange(len(command))
    return command[:at] + bytes([command[at] ^ 1 << random.randrange(8)]) + command[at + 1 :]


def _replaced(random: Random, command: bytes) -> bytes:
    at = random.randrange(len(command))
    return command[:at] + random.randbytes(1) + command[at + 1 :]


def _truncated(random: Random, command: bytes) -> bytes:
    return command[: random.randrange(len(command) + 1)]


def _extended(random: Random, command: bytes) -> bytes:
    return command + random.randbytes(random.choice((1, 2, 3)))


def _spliced(random: Random, command: bytes) -> bytes:
    """The header of one command, the data of another, Lc right."""
    data = random.choice(session())[5:]
    return command[:4] + bytes([len(data) & 0xFF]) + data


TAGS = tuple(map(bytes.fromhex, ("BF2D", "BF38", "BF21", "BF36", "BF31", "BF2B", "BF33", "A3", "86")))


def _soup(random: Random, _: bytes) -> bytes:
    """A STORE DATA of tags that exist, with lengths that may be right."""
    tag = random.choice(
        (b"\xbf\x2d", b"\xbf\x38", b"\xbf\x21", b"\xbf\x36", b"\xbf\x31", b"\xbf\x2b", b"\xa3", b"\x86")
    )
    value = random.randbytes(random.randrange(20))
    data = tag + bytes([random.choice((len(value), 0, 5, 0x81))]) + value
    return bytes((0x81, 0xE2, 0x91, 0x00, len(data))) + data


MUTATIONS: tuple[Mutation, ...] = (
    _random,
    _header,
    _same,
    _same,
    _flipped,
    _replaced,
    _truncated,
    _extended,
    _spliced,
    _soup,
)
