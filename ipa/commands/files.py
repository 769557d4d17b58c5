"""`ipa files`: the files of a card as a tree, with what they say and who may read them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from apdu import ApduChannel, Transport, aid
from ipa import pin as pins
from ipa.commands.pin import secret
from ipa.console import printable
from ipa.errors import FileUnknown, PinRefused
from ipa.pin import Outcome
from ipa.transports import Access

PIN1 = "pin1"


def register(app: typer.Typer) -> None:
    """Adds the command to a program."""
    app.command()(files)


def files(
    ctx: typer.Context,
    path: Annotated[
        str | None,
        typer.Argument(
            metavar="[PATH]", help="Only this: EF.IMSI, ADF.USIM/DF.5GS, or as numbers 7F10/6F3A."
        ),
    ] = None,
    verify: Annotated[
        bool, typer.Option("--pin", help="Present PIN1 first: asked for, or taken from IPA_PIN.")
    ] = False,
    scan: Annotated[
        bool, typer.Option("--scan", help="Ask for every file identifier, not only for those with a name.")
    ] = False,
    raw: Annotated[bool, typer.Option("--raw", help="Show the bytes, too.")] = False,
    secrets: Annotated[bool, typer.Option("--secrets", help="Show keys, too.")] = False,
) -> None:
    """Show the card's files as a tree: kind, size, access rules, and what they say."""
    from ipa import file_presentation, file_tree

    channel = file_channel(ctx.obj.access())
    if verify:
        present_pin(channel)
    try:
        starts = file_tree.places(channel, path) if path else (None,)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="PATH") from error
    found = (file for start in starts for file in file_tree.walk(channel, start, scan=scan))
    rows = []
    for file in found:
        rows.append(file_presentation.file_row(file, secrets=secrets))
        if not ctx.obj.as_json:
            show(file_presentation.file_lines(file, raw=raw, secrets=secrets))
    if path is not None and not rows:
        raise FileUnknown(path)
    if ctx.obj.as_json:
        ctx.obj.show(rows)


def file_channel(access: Access) -> ApduChannel:
    """A channel at the MF: the basic one after a reset; behind a modem, which starts the card itself, one of its own.

    ModemError, NoApplication when the modem's card has no USIM.
    """
    if not isinstance(access, Transport):
        return access.open_application(aid.USIM)
    access.reset()
    return ApduChannel(access)


def present_pin(channel: ApduChannel) -> None:
    """VERIFY of PIN1; PinRefused. A PIN that is disabled need not be presented."""
    result = pins.verify(channel, pins.PIN1, secret("PIN", PIN1))
    if not result.done and result.outcome is not Outcome.DISABLED:
        raise PinRefused("VERIFY PIN", str(result), result.tries_left)


def show(lines: Iterable[str]) -> None:
    """Prints lines as they are, however wide the screen; names on a card are no commands to the terminal."""
    console = Console()
    for line in lines:
        console.print(Text(printable(line)), soft_wrap=True)
