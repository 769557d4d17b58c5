"""What a modem remembers between commands, and what one command of its table looks like."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from apdu.transport.modem.errors import Cme, CommandFailed
from apdu.transport.modem.slot import CardSlot
from apdu.transport.modem.syntax import Call, Parameter

MINIMUM, FULL, RADIO_OFF = 0, 1, 4
"""`<fun>` of +CFUN, TS 27.007 8.2."""


@dataclass
class Settings:
    """What ATZ and AT&F set back: echo (E), verbose result codes (V), form of errors (+CMEE)."""

    echo: bool = True
    verbose: bool = True
    error_form: int = 0


@dataclass(frozen=True)
class Identity:
    """What the modem says of itself. The IMEI has the TAC of test equipment."""

    manufacturer: str = "eUICC project"
    model: str = "AT modem"
    revision: str = "1"
    imei: str = "352906110000013"


@dataclass
class State:
    """The modem: its card, its settings, its identity, `<fun>` of +CFUN."""

    slot: CardSlot
    identity: Identity = Identity()
    settings: Settings = field(default_factory=Settings)
    functionality: int = FULL


Handler = Callable[[State, Call], Sequence[str]]
"""Executes a command; the lines of its information response. CommandFailed."""


@dataclass(frozen=True)
class AtCommand:
    """One command: what it does in each form, None where it has none. `test`: the line for =?, "" for just OK.

    `needs_card`: not allowed while the card has no power (+CFUN=0).
    """

    execute: Handler | None = None
    set: Handler | None = None
    read: Handler | None = None
    test: str | None = None
    needs_card: bool = False


def parameters(call: Call, least: int, most: int) -> tuple[Parameter | None, ...]:
    """The parameters of a call, filled up with None to `most`; CommandFailed 50 when they are malformed or too many.

    The first `least` must be there.
    """
    given = call.parameters
    if given is None or not least <= len(given) <= most or None in given[:least]:
        raise CommandFailed(Cme.INCORRECT_PARAMETERS)
    return given + (None,) * (most - len(given))


def number(parameter: Parameter | None, allowed: range, default: int | None = None) -> int:
    """A number in this range, the default where it is left out; CommandFailed 50."""
    if parameter is not None:
        return parameter.number(allowed)
    if default is None:
        raise CommandFailed(Cme.INCORRECT_PARAMETERS)
    return default
