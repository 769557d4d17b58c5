"""`euicc trace`: a trace file in words, in other formats, and against a card."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from apdu import TraceFormatError
from euicc.commands.cards_reached import DOORS, open_transport
from euicc.commands.program import Refusal, app, different
from ipa.command_line import UsageError

Unmasked = Annotated[bool, typer.Option("--unmasked", help="Show keys, PINs and subscriber data, too.")]


@app.command()
def trace(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A trace, as --trace keeps it.")],
    html: Annotated[Path | None, typer.Option(metavar="OUT", help="Write one HTML page.")] = None,
    pcap: Annotated[Path | None, typer.Option(metavar="OUT", help="Write GSMTAP, for Wireshark.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Show it in JSON, one command a line.")] = False,
    unmasked: Unmasked = False,
    brief: Annotated[bool, typer.Option("--brief", help="Show one line for each command.")] = False,
    raw: Annotated[bool, typer.Option("--raw", help="Show the bytes, too.")] = False,
    es10: Annotated[bool, typer.Option("--es10", help="Show ES10 functions only.")] = False,
    against: Annotated[
        bool,
        typer.Option("--against", help=f"Send the commands to a card, and say where it differs: {DOORS}."),
    ] = False,
    write: Annotated[bool, typer.Option("--write", help="With --against: it may change the card.")] = False,
    exact: Annotated[bool, typer.Option("--exact", help="With --against: byte by byte.")] = False,
    card: Annotated[str | None, typer.Option(metavar="FILE", help="With --against.")] = None,
    reader: Annotated[str | None, typer.Option(metavar="NAME|N", help="With --against.")] = None,
    tcp: Annotated[str | None, typer.Option(metavar="HOST:PORT", help="With --against.")] = None,
    modem: Annotated[str | None, typer.Option(metavar="PATH", help="With --against.")] = None,
) -> None:
    """Show a trace in words; or write it as HTML or pcap; or compare a card with it."""
    from euicc.traces import command

    named = {"card": card, "reader": reader, "tcp": tcp, "modem": modem}
    doors = [(name, argument) for name, argument in named.items() if argument is not None]
    if len(doors) != against:
        raise UsageError(f"--against needs one card, and a card needs --against: {DOORS}")
    for target in (html, pcap):
        if target is not None:
            different(target, file)
    with _named(file):
        if html is not None:
            command.write_page(file, html, unmasked=unmasked)
        if pcap is not None:
            command.write_pcap(file, pcap, unmasked=unmasked)
        if doors:
            _check(file, *doors[0], exact=exact, write=write)
        elif as_json:
            command.show_json(file, print, unmasked=unmasked, es10_only=es10)
        elif html is None and pcap is None:
            command.show(file, Console(), brief=brief, raw=raw, unmasked=unmasked, es10_only=es10)


@contextmanager
def _named(file: Path) -> Iterator[None]:
    try:
        yield
    except TraceFormatError as error:
        raise Refusal(f"{file} is not a trace, as --trace keeps it: {error}") from None


def _check(file: Path, name: str, argument: str, *, exact: bool, write: bool) -> None:
    """Compares; the differences are on the standard output, and exit code 1."""
    from euicc.traces import command

    with ExitStack() as opened:
        transport = open_transport(name, argument, opened)
        try:
            differences = command.check(file, transport, exact=exact, write=write)
        except command.WouldChangeCard as error:
            raise Refusal(f"{error}; --write allows it") from None
    for difference in differences:
        print(difference)
    if differences:
        raise typer.Exit(1)
    print("the card answers as the recorded one did")
