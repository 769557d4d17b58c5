"""Any bytes give at least two bytes back, no exception and no long wait; the card works afterwards."""

from __future__ import annotations

from random import Random
from time import process_time

import pytest

from apdu import status
from euicc import Card
from tests.bench.floors import calibration
from tests.rsp.contents import contents, profile
from tests.rsp.device import SEED, Device, pki
from tests.rsp.garbage import commands, session
from tests.rsp.server import Server

RUNS = 20
STAGES_PER_RUN = 50
COMMANDS_PER_STAGE = 200
"""200 000 commands in all."""
LONGEST = 0.05
"""Processor seconds for one command on a quick machine; more is allowed as far as the machine itself is slow."""
CALIBRATION = 0.0005
"""What the calibration loop takes on such a machine."""
KINDS = frozenset((*range(0x61, 0x70), *range(0x90, 0x94), 0x98, 0x9F))
"""SW1 that ISO 7816-4 and TS 102 221 know."""


def slowness() -> float:
    start = process_time()
    calibration()
    return max(1.0, (process_time() - start) / CALIBRATION)


@pytest.mark.slow
@pytest.mark.parametrize("run", range(RUNS))
def test_garbage(run: int) -> None:
    """At stages of a real life of a card, from factory-new to the profile deleted, garbage instead of what follows."""
    random = Random(run)
    for _ in range(STAGES_PER_RUN):
        stage = random.randrange(len(session()))
        card = Card.manufacture(pki=pki(), seed=SEED)
        for command in session()[:stage]:
            card.transmit(command)
        longest = max(seconds_to_answer(card, each) for each in commands(random, COMMANDS_PER_STAGE, stage))
        assert longest < LONGEST * slowness()
    assert_still_a_card(card)


def seconds_to_answer(card: Card, command: bytes) -> float:
    start = process_time()
    answer = card.transmit(command)
    taken = process_time() - start
    assert len(answer) >= 2
    assert answer[-2] in KINDS
    return taken


def assert_still_a_card(card: Card) -> None:
    card.reset()
    side = Device(card, Server(pki()))
    wanted = profile("8900101234567890222")
    final = side.install(contents(wanted)).profile_installation_result_data.final_result
    assert final.success_result is not None
    assert wanted.iccid_bytes in [each.iccid for each in side.profiles()]


def test_no_answer_is_a_bug_of_ours() -> None:
    """6F00 would be one: nothing in the card says it."""
    card = Card.manufacture(pki=pki(), seed=SEED)
    answers = {card.transmit(command)[-2:] for command in commands(Random(99), 5_000, 40)}
    assert status.NO_PRECISE_DIAGNOSIS.to_bytes(2, "big") not in answers
    assert len(answers) > 10


def test_the_seven_bytes_that_hang_other_decoders() -> None:
    card = Card.manufacture(seed=SEED)
    side = Device(card, Server(pki()))
    answer = card.transmit(bytes.fromhex("81E2910007") + bytes.fromhex("bf2d04a0023000"))
    assert answer == b"\x6a\x80"
    assert side.profiles() == ()
