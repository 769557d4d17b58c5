"""`euicc quirks`: what `euicc new --quirk` can make a card do otherwise."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from euicc.commands.program import app


@app.command()
def quirks(as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False) -> None:
    """List the quirks of real cards that a card can be made with."""
    from euicc.quirks import QUIRKS

    rows = [
        {"name": each.name, "does": each.does, "seen": each.seen, "variants": list(each.variants)}
        for each in QUIRKS.values()
    ]
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    for each in QUIRKS.values():
        table.add_row(f"[bold]{each.name}", f"{each.does} [dim]({each.seen}; {', '.join(each.variants)})")
    Console().print(table)
