"""The PINs of the card: `ipa pin status`, `verify`, `change`, `enable`, `disable`, `unblock`.

A PIN is never an argument: it would stay in the shell's history and show in the list of processes. It comes from the
environment or is asked for.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Annotated

import typer

from ipa import pin as pins
from ipa.command_line import UsageError
from ipa.errors import PinRefused
from ipa.pin import PinResult, PinState
from ipa.presentation import Row
from ipa.transports import uicc_channel

KEYS = {"pin1": pins.PIN1, "pin2": pins.PIN2, "universal": pins.UNIVERSAL, "adm1": pins.ADM1}
LABELS = {"PIN": "PIN", "NEW_PIN": "New PIN", "PUK": "PUK"}
NAMES = {reference: name for name, reference in KEYS.items()}

Key = Annotated[str, typer.Option("--key", metavar="KEY", help=f"Which: {', '.join(KEYS)}, or 01..FF.")]

pin_app = typer.Typer(
    help="The PINs of the card; they are asked for, or taken from IPA_PIN, IPA_NEW_PIN and IPA_PUK.",
    no_args_is_help=True,
)


def register(app: typer.Typer) -> None:
    """Adds the commands to a program."""
    app.add_typer(pin_app, name="pin")


@pin_app.command()
def status(ctx: typer.Context) -> None:
    """Show the PINs of the USIM: enabled or not, and how many tries are left."""
    channel = uicc_channel(ctx.obj.access())
    ctx.obj.show([state_row(state) for state in pins.states(channel)])


@pin_app.command()
def verify(ctx: typer.Context, key: Key = "pin1") -> None:
    """Present a PIN: is it right? A wrong one costs a try."""
    _run(ctx, "VERIFY PIN", key, pins.verify, "PIN")


@pin_app.command()
def change(ctx: typer.Context, key: Key = "pin1") -> None:
    """Give a PIN another value."""
    _run(ctx, "CHANGE PIN", key, pins.change, "PIN", "NEW_PIN")


@pin_app.command()
def enable(ctx: typer.Context, key: Key = "pin1") -> None:
    """Have the card ask for a PIN."""
    _run(ctx, "ENABLE PIN", key, pins.enable, "PIN")


@pin_app.command()
def disable(ctx: typer.Context, key: Key = "pin1") -> None:
    """Have the card no longer ask for a PIN."""
    _run(ctx, "DISABLE PIN", key, pins.disable, "PIN")


@pin_app.command()
def unblock(ctx: typer.Context, key: Key = "pin1") -> None:
    """Set a new PIN with its PUK; a wrong PUK costs a try, and they do not come back."""
    _run(ctx, "UNBLOCK PIN", key, pins.unblock, "PUK", "NEW_PIN")


def _run(ctx: typer.Context, name: str, key: str, command: Callable[..., PinResult], *secrets: str) -> None:
    reference = reference_of(key)
    channel = uicc_channel(ctx.obj.access())
    values = [secret(variable, key) for variable in secrets]
    result = command(channel, reference, *values)
    if not result.done:
        raise PinRefused(name, str(result), result.tries_left)
    ctx.obj.done(f"{name} of {key}: done")


def reference_of(key: str) -> int:
    """The key reference of a name or of two hexadecimal digits; typer.BadParameter."""
    if key.lower() in KEYS:
        return KEYS[key.lower()]
    try:
        reference = int(key, 16)
    except ValueError:
        reference = 0
    if not 0 < reference <= 0xFF:
        raise typer.BadParameter(f"one of {', '.join(KEYS)}, or 01..FF", param_hint="--key")
    return reference


def secret(name: str, key: str) -> str | bytes:
    """A PIN or PUK from the environment, `IPA_` and its name, or from the keyboard; UsageError without either.

    16 hexadecimal digits are the 8 bytes of an administrative key.
    """
    value = os.environ.get(f"IPA_{name}")
    if value is None:
        if not _somebody_is_there():
            raise UsageError(f"set IPA_{name}, where nobody can be asked")
        value = typer.prompt(f"{LABELS[name]} of {key}", hide_input=True, err=True)
    text = str(value)
    return bytes.fromhex(text) if _is_key(text) else text


def _somebody_is_there() -> bool:
    return sys.stdin.isatty()


def _is_key(text: str) -> bool:
    return len(text) == 2 * pins.PIN_BYTES and all(each in "0123456789abcdefABCDEF" for each in text)


def state_row(state: PinState) -> Row:
    """One line of `ipa pin status`."""
    return {
        "key": NAMES.get(state.reference, f"{state.reference:02X}"),
        "enabled": state.enabled,
        "tries_left": state.tries_left,
        "unblock_tries_left": state.unblock_tries_left,
    }
