"""Any bytes have an answer, whatever the quirks; and with a quirk of the wire, what the card is stays the same."""

from __future__ import annotations

from random import Random

import pytest

from apdu import ApduChannel, Command, aid
from euicc import Card, Config
from euicc.quirks import QUIRKS

ON_THE_WIRE = [name for name, quirk in QUIRKS.items() if quirk.front and "sgp22" in quirk.variants]
INS = (0x70, 0xA4, 0xAA, 0xB0, 0xB2, 0xC0, 0xE2, 0xF2, 0x10, 0x12, 0x14)
ES10 = tuple(
    bytes.fromhex(each) for each in ("BF2000", "BF2200", "BF2D00", "BF2E00", "BF2B00", "BF3E035C015A", "5A")
)


def commands(random: Random, count: int) -> list[bytes]:
    """Bytes of all kinds, many of them commands that mean something."""
    made = []
    for _ in range(count):
        data = random.choice((b"", aid.ISD_R, *ES10, random.randbytes(random.randrange(8))))
        le = random.choice((None, 256, 1, 10, len(data) or 3))
        p1 = random.choice((0x00, 0x04, 0x11, 0x80, 0x91))
        cla = random.choice((0x00, 0x80, 0x01, 0x81, 0x40))
        made.append(Command(cla, random.choice(INS), p1, random.randrange(3), data, le).encode())
        made.append(random.randbytes(random.randrange(9)))
    return made


@pytest.mark.parametrize("name", ON_THE_WIRE)
def test_any_bytes_have_an_answer(name: str) -> None:
    card = Card.manufacture(seed=1, config=Config(quirks=(name,)))
    for number, command in enumerate(commands(Random(name), 1000)):
        assert len(card.transmit(command)) >= 2
        if number % 100 == 0:
            card.reset()


@pytest.mark.parametrize("name", ON_THE_WIRE)
def test_a_device_gets_the_same_answers(name: str) -> None:
    def answers(*quirks: str) -> list[bytes]:
        channel = ApduChannel(Card.manufacture(seed=1, config=Config(quirks=quirks)))
        channel.send(Command(0x80, 0xAA, 0, 0, bytes.fromhex("A903830107")))
        channel.select(aid.ISD_R)
        return [channel.store_data(each) for each in ES10[:-1]]

    assert answers(name) == answers()
