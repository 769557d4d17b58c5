"""Garbage at every stage of a card's life: a real session up to some command, others; a profile installs after it."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from euicc import Card
from tests.fuzzing.cards import SEED, send
from tests.fuzzing.frames import of, split
from tests.fuzzing.mutation import after, apdu, framed, octets, tlvs
from tests.rsp.device import pki
from tests.rsp.garbage import commands, session
from tests.rsp.test_garbage import assert_still_a_card

STAGE = 2
"""Bytes that say how many commands of the session come first."""
AT_ONCE = 12
mutate = after(STAGE, framed(apdu, tlvs, octets))


def fuzz_one(data: bytes) -> None:
    """Plays the session up to its stage, sends the parts, and installs a profile."""
    stage = int.from_bytes(data[:STAGE], "big") % len(session())
    card = Card.manufacture(pki=pki(), seed=SEED)
    for command in session()[:stage]:
        card.transmit(command)
    for part in split(data[STAGE:]):
        send(card, part)
    assert_still_a_card(card)


def corpus() -> Iterator[bytes]:
    """For stages all over the life: what follows there, and garbage by seed."""
    for stage in range(0, len(session()), 2):
        chosen = stage.to_bytes(STAGE, "big")
        yield chosen + of(*session()[stage : stage + 3])
        yield chosen + of(*commands(Random(stage), AT_ONCE, stage))
