"""`euicc new`, `euicc info`, `euicc ci`: cards in files, and whom they trust."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from euicc.commands.program import Curve, PkiDirectory, Refusal, Row, Variant, app, built_pki

FOR_PROGRAMS = {"isd_p"}
"""Columns that only --json shows: the others need the width."""
IDENTIFIERS = {"ci", "iccid"}


@app.command()
def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file of the new card.")],
    eid: Annotated[str | None, typer.Option(metavar="EID", help="32 digits. Default: a fixed one.")] = None,
    pki: PkiDirectory = None,
    curve: Curve = None,
    variant: Annotated[Variant, typer.Option(help="The standard it follows.")] = Variant("sgp22"),
    seed: Annotated[
        int | None, typer.Option(metavar="N", help="Manufacture it the same way every time.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
) -> None:
    """Manufacture an eUICC and save it to a file."""
    from euicc.card import Card

    if file.exists() and not force:
        raise Refusal(f"{file} exists already: --force replaces it")
    issuer = built_pki(pki, curve) if pki or curve else None
    try:
        card = Card.manufacture(eid=eid, pki=issuer, variant=variant.value, seed=seed)
    except ValueError as error:
        raise Refusal(str(error)) from None
    card.save(file)
    print(f"{file}: EID {card.identity.eid.hex()}")


@app.command()
def info(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file of a card.")],
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Show what is in a card: identity, profiles, notifications that wait."""
    from euicc.card import Card
    from euicc.contents import contents

    with Card.open(file) as card:
        found = contents(card)
    if as_json:
        print(json.dumps(found, indent=2))
    else:
        _show_contents(Console(), found)


@app.command()
def ci(pki: PkiDirectory = None, curve: Curve = None) -> None:
    """Print the CI certificates in PEM: what `ipa download --ci` needs where the card is not a file."""
    import ssl

    for certificate in built_pki(pki, curve).ci_certificates:
        print(ssl.DER_cert_to_PEM_cert(certificate), end="")


def _show_contents(console: Console, found: Row) -> None:
    for name, value in found.items():
        shown = _table(name, value) if isinstance(value, list) else f"{name:10}{value}"
        console.print(shown, highlight=False)


def _table(title: str, rows: list[Row]) -> Table | str:
    from ipa.console import cell

    if not rows:
        return f"{title}: none"
    shown = [name for name in rows[0] if name not in FOR_PROGRAMS]
    table = Table(title=title, title_justify="left")
    for name in shown:
        table.add_column(name.replace("_", " "), overflow="fold", no_wrap=name in IDENTIFIERS)
    for row in rows:
        table.add_row(*(cell(row[name]) for name in shown))
    return table
