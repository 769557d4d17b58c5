"""Any bytes give at least two bytes back, no exception and no long wait; the card works afterwards."""

from __future__ import annotations

from time import perf_counter

import pytest

from apdu import status
from euicc import Card
from tests.bench.floors import calibration
from tests.rsp.contents import contents, profile
from tests.rsp.device import SEED, Device, pki
from tests.rsp.garbage import commands, session
from tests.rsp.server import Server

RUNS = 20
COMMANDS_PER_RUN = 10_000
LONGEST = 0.05
"""Seconds for one command on a quiet machine; more is allowed as far as the machine itself is slow."""
CALIBRATION = 0.0005
"""What the calibration loop takes on such a machine."""


def slowness() -> float:
    start = perf_counter()
    calibration()
    return max(1.0, (perf_counter() - start) / CALIBRATION)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(RUNS))
def test_garbage(seed: int) -> None:
    card = Card.manufacture(pki=pki(), seed=SEED)
    for command in session()[: seed * 7]:
        card.transmit(command)
    longest = 0.0
    for command in commands(seed, COMMANDS_PER_RUN):
        start = perf_counter()
        answer = card.transmit(command)
        longest = max(longest, perf_counter() - start)
        assert len(answer) >= 2
        assert (
            answer[-2:-1]
            in b"\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f\x90\x91\x92\x93\x98\x9f"
        )
    assert longest < LONGEST * slowness()
    assert_still_a_card(card)


def assert_still_a_card(card: Card) -> None:
    card.reset()
    side = Device(card, Server(pki()))
    side.install(contents(profile("8900101234567890222")))
    assert len(side.profiles()) in (1, 2)


def test_no_answer_is_a_bug_of_ours() -> None:
    """6F00 would be one: nothing in the card says it."""
    card = Card.manufacture(pki=pki(), seed=SEED)
    answers = {card.transmit(command)[-2:] for command in commands(99, 5_000)}
    assert status.NO_PRECISE_DIAGNOSIS.to_bytes(2, "big") not in answers
    assert len(answers) > 10


def test_the_seven_bytes_that_hang_other_decoders() -> None:
    card = Card.manufacture(seed=SEED)
    side = Device(card, Server(pki()))
    answer = card.transmit(bytes.fromhex("81E2910007") + bytes.fromhex("bf2d04a0023000"))
    assert answer == b"\x6a\x80"
    assert side.profiles() == ()
