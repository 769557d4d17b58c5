"""`euicc show`: what is in a stored card, down to its files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console, RenderableType
from rich.table import Table
from typer.core import TyperCommand

from euicc.commands.program import Refusal, Row, app

if TYPE_CHECKING:
    from euicc.card import Card
    from euicc.profiles.profile import Profile

FILES = "--files"
ENABLED = "enabled"
FOR_PROGRAMS = {"isd_p"}
"""Columns that only --json shows: the others need the width."""
IDENTIFIERS = {"ci", "iccid", "aid"}


class ShowCommand(TyperCommand):
    """The command, whose `--files` may stand without an ICCID."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Says `enabled` for `--files` when what follows is no ICCID."""
        following = [*args, ""][1:]
        completed = [
            f"{FILES}={ENABLED}" if word == FILES and not after.isdigit() else word
            for word, after in zip(args, following, strict=True)
        ]
        return super().parse_args(ctx, completed)


@app.command(cls=ShowCommand)
def show(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file of a card.")],
    files: Annotated[
        str | None,
        typer.Option(
            FILES,
            metavar="[ICCID]",
            help="Also show PINs, keys by name, and files of a profile. Default: the enabled one.",
        ),
    ] = None,
    secrets: Annotated[bool, typer.Option("--secrets", help="Show PINs and keys, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Show what is in a card: identity, profiles, eIMs, notifications that wait; and what is in a profile."""
    from euicc.card import Card
    from euicc.contents import contents

    with Card.open(file) as card:
        found = contents(card)
        if files is not None:
            found["profile"] = _profile(card, files, secrets)
    if as_json:
        print(json.dumps(_for_programs(found, secrets), indent=2))
    else:
        _show(found, secrets)


@app.command(hidden=True)
def info(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file of a card.")],
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """The older name of `show`."""
    show(file, as_json=as_json)


def _profile(card: Card, iccid: str, secrets: bool) -> Row:
    """What is in the profile of this ICCID, its files as the walk over a card finds them."""
    from euicc.commands.stored_profile import OwnersChannel, run
    from euicc.profile_contents import profile_contents
    from ipa.file_tree import walk

    chosen = _chosen(card, iccid)
    uicc = run(card, chosen)
    return {
        "iccid": _digits(chosen.iccid),
        **profile_contents(uicc, secrets=secrets),
        "files": list(walk(OwnersChannel(uicc), scan=True)),
    }


def _chosen(card: Card, iccid: str) -> Profile:
    if iccid == ENABLED:
        enabled = card.isdr.profiles.enabled()
        if enabled is None:
            raise Refusal("no profile is enabled: name one, --files ICCID")
        return enabled
    found = next((each for each in card.isdr.profiles.all() if _digits(each.iccid) == iccid), None)
    if found is None:
        raise Refusal(f"the card has no profile {iccid}")
    return found


def _digits(iccid: bytes) -> str:
    from ipa.iccid import to_digits

    return to_digits(iccid)


def _for_programs(found: Row, secrets: bool) -> Row:
    from ipa.file_presentation import file_row

    profile = found.get("profile")
    if profile is None:
        return found
    return {
        **found,
        "profile": {**profile, "files": [file_row(each, secrets=secrets) for each in profile["files"]]},
    }


def _show(found: Row, secrets: bool) -> None:
    from ipa.commands.files import show as show_lines
    from ipa.file_presentation import file_lines

    profile = found.pop("profile", {})
    files = profile.pop("files", [])
    console = Console()
    for name, value in {**found, **profile}.items():
        console.print(_shown(name, value), highlight=False)
    for each in files:
        show_lines(file_lines(each, secrets=secrets))


def _shown(name: str, value: Any) -> RenderableType:
    from ipa.console import row_table

    if isinstance(value, list):
        return _table(name, value)
    if isinstance(value, dict):
        table = row_table(value)
        table.title, table.title_justify = name.replace("_", " "), "left"
        return table
    return f"{name:10}{value}"


def _table(name: str, rows: list[Row]) -> RenderableType:
    """A table of the columns that say something."""
    from ipa.console import cell

    title = name.replace("_", " ")
    if not rows:
        return f"{title}: none"
    shown = [
        each
        for each in rows[0]
        if each not in FOR_PROGRAMS and any(_says_something(row[each]) for row in rows)
    ]
    table = Table(title=title, title_justify="left")
    for column in shown:
        table.add_column(column.replace("_", " "), overflow="fold", no_wrap=column in IDENTIFIERS)
    for row in rows:
        table.add_row(*(cell(row.get(column)) for column in shown))
    return table


def _says_something(value: object) -> bool:
    return value not in (None, "", [])
