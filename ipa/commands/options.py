"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Ci = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE|DIR", help="CI certificates to trust for TLS. Default: those of an emulated card."
    ),
]
ConnectTo = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME=HOST:PORT", help="Where the server NAME really is; its certificate must be for NAME."
    ),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def confirm(ctx: typer.Context, question: str, yes: bool) -> None:
    """Asks, where there is somebody to ask; ends the program on a no."""
    if ctx.obj.may_ask(yes):
        typer.confirm(question, abort=True, err=True)


def connections(pairs: list[str]) -> dict[str, str]:
    """The values of --connect-to, by name."""
    split = {name: target for name, _, target in (pair.partition("=") for pair in pairs)}
    if not all(split.values()):
        raise typer.BadParameter("it is NAME=HOST:PORT", param_hint="--connect-to")
    return split
