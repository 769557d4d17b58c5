"""`make fuzz`: garbage at every stage of a card's life, from a seed that is printed, until it is interrupted or done.

    python -m tests.fuzz [--seed N] [--stages N]

A failure names the seed and the stage; the same seed finds it again.
"""

from __future__ import annotations

import argparse
import secrets
from random import Random

from euicc import Card
from tests.rsp.device import SEED, pki
from tests.rsp.garbage import commands, session
from tests.rsp.test_garbage import COMMANDS_PER_STAGE, assert_still_a_card, seconds_to_answer


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Garbage for a card, by seed.")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32), help="default: a new one")
    parser.add_argument("--stages", type=int, default=2000, help="how many cards to torment (default: 2000)")
    return parser.parse_args()


def torment(random: Random) -> float:
    """One card, brought to a stage of its life, then garbage; the longest it took to answer."""
    stage = random.randrange(len(session()))
    card = Card.manufacture(pki=pki(), seed=SEED)
    for command in session()[:stage]:
        card.transmit(command)
    longest = max(seconds_to_answer(card, each) for each in commands(random, COMMANDS_PER_STAGE, stage))
    assert_still_a_card(card)
    return longest


def main() -> None:
    """Run the stages asked for; any failure ends it with a traceback."""
    asked = arguments()
    print(f"seed {asked.seed}: {asked.stages} stages of {COMMANDS_PER_STAGE} commands", flush=True)
    random, longest = Random(asked.seed), 0.0
    for number in range(1, asked.stages + 1):
        longest = max(longest, torment(random))
        if number % 100 == 0:
            print(f"{number} stages, longest answer {longest * 1000:.1f} ms", flush=True)
    print(f"nothing found in {asked.stages * COMMANDS_PER_STAGE} commands")


if __name__ == "__main__":
    main()
