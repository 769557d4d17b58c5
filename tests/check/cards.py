"""Cards to be checked, and a Transport that changes what one of them says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from apdu import Transport
from euicc import Card, Config
from euicc.check import Case, Outcome, Report, Subject, all_cases, check
from euicc.testing.pki import Pki
from tests.isdr.installed import install

SUBSCRIBED = 1
"""Number of the profile that a card with one has, enabled."""
STATES = [
    (variant, subscribed) for variant in ("sgp22", "sgp32", "sgp32-v1.0") for subscribed in (False, True)
]


def new_card(variant: str = "sgp22", subscribed: bool = False, **choices: Any) -> Card:
    """A card as its user has it, with a profile enabled or without any."""
    card = Card.manufacture(seed=7, config=Config(variant=variant, **choices))
    if subscribed:
        install(card, SUBSCRIBED, enabled=True)
    return card


def subject(transport: Transport, write: bool = True, pki: Pki | None = None, **more: Any) -> Subject:
    """The card under test."""
    return Subject(transport, pki or Pki.default(), may_write=write, **more)


@cache
def catalogue() -> tuple[Case, ...]:
    """Every case."""
    return all_cases()


def cases(*names: str) -> tuple[Case, ...]:
    """Those that begin like this."""
    return tuple(case for case in catalogue() if case.id.startswith(names))


def checked(transport: Transport, *names: str, write: bool = True) -> Report:
    """The report on these cases, on all without names."""
    return check(subject(transport, write), cases(*names) if names else catalogue())


def ids(report: Report, *outcomes: Outcome) -> set[str]:
    """The cases that ended so."""
    return {each.case.id for each in report.results if each.outcome in outcomes}


def told(report: Report) -> list[str]:
    """What went wrong, for the message of a failing test."""
    return [f"{each.case.id}: {each.reason}" for each in report.troubles]


class Altered:
    """A card that says something else: `change` gets the command (None for a reset) and its response."""

    def __init__(self, card: Transport, change: Callable[[bytes | None, bytes], bytes]) -> None:
        self._card = card
        self._change = change

    def reset(self) -> bytes:
        return self._change(None, self._card.reset())

    def transmit(self, command: bytes, /) -> bytes:
        return self._change(command, self._card.transmit(command))


def instead(pairs: Iterable[tuple[str, str]]) -> Callable[[bytes | None, bytes], bytes]:
    """A change of whole responses, in hexadecimal."""
    table = {bytes.fromhex(before): bytes.fromhex(after) for before, after in pairs}
    return lambda command, response: table.get(response, response)
