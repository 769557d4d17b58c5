"""`euicc doctor`: what is there of all that the doors need, and what mends the rest."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from euicc.commands.program import app
from euicc.doctor import Finding, State, findings

STYLES = {State.OK: "green", State.MISSING: "bold red", State.OPTIONAL: "yellow"}


@app.command()
def doctor(as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False) -> None:
    """Say what is there of Python, packages, PC/SC, readers and permissions, and how to get the rest."""
    found = findings()
    if as_json:
        print(json.dumps([finding.row() for finding in found], indent=2))
    else:
        for finding in found:
            Console().print(_line(finding), soft_wrap=True)
    if any(finding.state is State.MISSING for finding in found):
        raise typer.Exit(1)


def _line(finding: Finding) -> Text:
    line = Text.assemble(
        (f"{finding.state.value:9}", STYLES[finding.state]), f"{finding.name:24}{finding.detail}"
    )
    if finding.state is not State.OK and finding.mend:
        line.append(f"\n{'':9}{'':24}{finding.mend}")
    return line
