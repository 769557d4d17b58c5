"""Power that goes while a PIN or PUK is presented never gives a free try, TS 102 221 9.5.1.

The power is cut at every point where the memory is written. What is counted are the comparisons that took place: there
may be no more of them than tries.
"""

from __future__ import annotations

import pytest

from euicc.runtime.nvm import PowerLoss
from euicc.uicc import pins
from euicc.uicc.applet import UiccApplet
from tests.uicc.handmade import Channel, Chip
from tests.uicc.locked import profile

WRONG, RIGHT, NEW = "38383838FFFFFFFF", "30303030FFFFFFFF", "3132333435FFFFFF"
PUK = "31" * 8
PIN_TRIES, PUK_TRIES = 3, 10

COMMANDS = {
    "VERIFY": (0x07, "00200001 08{}", PIN_TRIES),
    "CHANGE": (0x07, "00240001 10{}" + NEW, PIN_TRIES),
    "DISABLE": (0x07, "00260001 08{}", PIN_TRIES),
    "REPLACE": (0x07, "00269101 08{}", PIN_TRIES),
    "ENABLE": (0x06, "00280001 08{}", PIN_TRIES),
    "UNBLOCK": (0x07, "002C0001 10{}" + NEW, PUK_TRIES),
}
"""Attributes of PIN1, the command with a hole for what is presented, and how many tries there are."""
each_command = pytest.mark.parametrize(("pin1", "command", "tries"), COMMANDS.values(), ids=COMMANDS)


class Attacked:
    """A card whose power can be cut, and which tells how often it compared."""

    def __init__(self, pin1: int, monkeypatch: pytest.MonkeyPatch) -> None:
        served = profile(pin1)
        self.chip = Chip()
        self.applet = UiccApplet(lambda: served, self.chip)
        self.compared = 0
        monkeypatch.setattr(pins, "compare_digest", self._compare)

    def _compare(self, value: bytes, presented: bytes) -> bool:
        self.compared += 1
        return value == presented

    def answer(self, command: str, cut: int | None = None) -> str | None:
        """After a reset, the answer; None when the power went at point `cut` before there was one."""
        self.chip.nvm.power_on()
        self.applet.boot()
        self.chip.nvm.lose_power_at = cut
        try:
            return Channel(self.applet)(command)
        except PowerLoss:
            return None
        finally:
            self.chip.nvm.lose_power_at = None


@each_command
def test_cutting_at_one_point_again_and_again(
    pin1: int, command: str, tries: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = command.format(WRONG)
    cut, cuts_with_comparison = 1, 0
    while True:
        card = Attacked(pin1, monkeypatch)
        answers = [card.answer(wrong, cut) for _ in range(tries + 2)]
        assert card.compared <= tries
        if None not in answers:
            break
        cuts_with_comparison += bool(card.compared)
        cut += 1
    assert cut > 1
    # Without an answer nobody learns anything; here nothing is even compared before the try is durable.
    assert cuts_with_comparison == 0
    assert answers[-1] == "6983"
    assert card.compared == tries


@each_command
def test_the_right_value_survives_the_cut_of_its_answer(
    pin1: int, command: str, tries: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At worst the try is gone, and never is the card left between two states: it takes the old or the new value."""
    right = command.format(PUK if tries == PUK_TRIES else RIGHT)
    cut = 1
    while True:
        card = Attacked(pin1, monkeypatch)
        if card.answer(right, cut) is not None:
            break
        left = card.answer("002C0001" if tries == PUK_TRIES else "00200001")
        assert left in (f"63C{tries:X}", f"63C{tries - 1:X}")
        known = [value for value in (RIGHT, NEW) if accepts(card, value)]
        assert len(known) == 1
        cut += 1
    assert cut > 4


def accepts(card: Attacked, value: str) -> bool:
    """Whether this is the PIN now, be it enabled or not."""
    answers = [card.answer(f"00{ins}000108{value}") for ins in ("20", "28")]
    return "9000" in answers


def test_the_try_is_durable_before_the_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str | None] = []
    card = Attacked(0x07, monkeypatch)

    def compare(value: bytes, presented: bytes) -> bool:
        card.chip.nvm.power_off()
        seen.append(card.answer("00200001"))
        return value == presented

    monkeypatch.setattr(pins, "compare_digest", compare)
    card.answer(COMMANDS["VERIFY"][1].format(WRONG))
    assert seen == ["63C2"]
