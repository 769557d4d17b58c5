"""`euicc check`: how a card keeps to the standards, as a table, for build servers, and as a page."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from euicc.commands.cards_reached import DOORS, open_transport
from euicc.commands.program import PkiDirectory, Refusal, app, built_pki, different
from ipa.command_line import UsageError

if TYPE_CHECKING:
    from euicc.check import AkaKeys, Case, Outcome, Report, Result
    from euicc.testing.pki import Pki

EXIT_FAILED = 1
KEY_LENGTH = 16
STYLES = {
    "passed": "green",
    "failed": "bold red",
    "error": "bold yellow",
    "not applicable": "dim",
    "skipped": "dim",
}


@app.command()
def check(
    card: Annotated[str | None, typer.Option(metavar="FILE", help="An emulated card in a file.")] = None,
    reader: Annotated[
        str | None, typer.Option(metavar="NAME|N", help="The card in this PC/SC reader.")
    ] = None,
    tcp: Annotated[str | None, typer.Option(metavar="HOST:PORT", help="The card behind this port.")] = None,
    modem: Annotated[str | None, typer.Option(metavar="PATH", help="The card in this modem.")] = None,
    replay: Annotated[str | None, typer.Option(metavar="TRACE", help="A recorded card.")] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Cases may change the card; what they change they take back.")
    ] = False,
    pki: PkiDirectory = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="PATTERN", help="Only cases whose name or section fits: 'aka/*', '4.2.18'."),
    ] = None,
    listing: Annotated[bool, typer.Option("--list", help="Show the cases, and check nothing.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Show every case, not only what failed.")] = False,
    junit: Annotated[
        Path | None, typer.Option(metavar="OUT", help="Write what build servers read (XML of JUnit).")
    ] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="OUT", help="Write one page with the trace of each failed case.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
    k: Annotated[str | None, typer.Option("--k", envvar="EUICC_K", hidden=True)] = None,
    opc: Annotated[str | None, typer.Option("--opc", envvar="EUICC_OPC", hidden=True)] = None,
) -> None:
    """Check how a card keeps to SGP.22, SGP.32 and TS 102 221; exit code 1 when a case failed.

    The environment variables EUICC_K and EUICC_OPC are keys of the enabled profile's USIM, for AUTHENTICATE.
    """
    cases = chosen(only or [])
    if listing:
        show_cases(cases, as_json)
        return
    named = {"card": card, "reader": reader, "tcp": tcp, "modem": modem, "replay": replay}
    doors = [(name, argument) for name, argument in named.items() if argument is not None]
    if len(doors) != 1:
        raise UsageError(f"it needs one card: {DOORS}, or --replay TRACE")
    targets = [each for each in (junit, html) if each is not None]
    for target in targets:
        different(target, None if card is None and replay is None else Path(card or replay or ""))
    if junit is not None and junit == html:
        raise UsageError("--junit and --html name one file")
    # What cannot be written is found out before a card is checked for minutes.
    with ExitStack() as opened:
        files = {target: opened.enter_context(target.open("w", encoding="utf-8")) for target in targets}
        report = run(doors[0], remote_ends(pki), cases, write, keys(k, opc))
        for target, text in texts(report, junit, html):
            files[target].write(text)
    if as_json:
        print(json.dumps(report.to_json(), indent=2))
    else:
        show(report, every)
    if not report.conforms:
        raise typer.Exit(EXIT_FAILED)


def chosen(patterns: list[str]) -> tuple[Case, ...]:
    """The cases whose name, area or section fits one of the patterns; UsageError when none does."""
    from euicc.check import all_cases

    cases = all_cases()
    if not patterns:
        return cases
    found = tuple(case for case in cases if any(_fits(case, pattern) for pattern in patterns))
    if not found:
        raise UsageError(f"no case fits {' or '.join(patterns)}: --list shows them all")
    return found


def _fits(case: Case, pattern: str) -> bool:
    names = (
        case.id,
        case.id.partition("/")[0],
        *case.sections,
        *(each.split()[-1] for each in case.sections),
    )
    return any(fnmatchcase(name, pattern) for name in names)


def remote_ends(directory: Path | None) -> Pki:
    """The PKI of the servers and eIMs that the card faces: in this directory, or built in, on every curve."""
    from euicc.crypto import curves
    from euicc.testing.pki import Pki

    return Pki.default(curves.ALL) if directory is None else built_pki(directory, None)


def keys(k: str | None, opc: str | None) -> AkaKeys | None:
    """The keys in the environment; UsageError when they are not two times 32 hexadecimal digits."""
    from euicc.check import AkaKeys

    if k is None and opc is None:
        return None
    try:
        found = [bytes.fromhex(each or "") for each in (k, opc)]
    except ValueError:
        found = []
    if [len(each) for each in found] != [KEY_LENGTH, KEY_LENGTH]:
        raise UsageError("EUICC_K and EUICC_OPC are 32 hexadecimal digits each")
    return AkaKeys(*found)


def run(
    door: tuple[str, str], pki: Pki, cases: tuple[Case, ...], write: bool, given: AkaKeys | None
) -> Report:
    """The report on the card behind this door, with a bar on the standard error while it is made."""
    from apdu import ReplayMismatch
    from euicc.check import Subject
    from euicc.check import check as check_card

    with ExitStack() as opened:
        transport = open_transport(*door, opened)
        progress = opened.enter_context(_progress())
        task = progress.add_task("", total=len(cases))

        def done(result: Result) -> None:
            progress.update(task, advance=1, description=result.case.id)

        try:
            return check_card(Subject(transport, pki, may_write=write, keys=given), cases, done)
        except ReplayMismatch as error:
            raise Refusal(f"the trace is not one of a check: {error}") from None


def _progress() -> Progress:
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def texts(report: Report, junit: Path | None, html: Path | None) -> list[tuple[Path, str]]:
    """What is written where."""
    from euicc.check.junit import junit as as_junit
    from euicc.check.page import page

    writers: list[tuple[Path | None, Callable[[Report], str]]] = [(junit, as_junit), (html, page)]
    return [(target, write(report)) for target, write in writers if target is not None]


def show_cases(cases: tuple[Case, ...], as_json: bool) -> None:
    """The catalogue."""
    if as_json:
        rows = [{"id": case.id, "sections": list(case.sections), "title": case.title} for case in cases]
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    table = Table(box=None, header_style="bold")
    table.add_column("case", no_wrap=True)
    table.add_column("what is right", overflow="fold")
    table.add_column("sections", overflow="fold")
    for case in cases:
        table.add_row(Text(case.id, "cyan"), Text(case.title), Text("; ".join(case.sections), "dim"))
    console = Console()
    console.print(table)
    console.print(f"{len(cases)} cases")


def show(report: Report, every: bool) -> None:
    """The card, a row for each area, and each case that failed; or all of them."""
    console = Console()
    for name, value in report.card:
        console.print(Text.assemble((f"{name:9}", "dim"), value))
    console.print()
    console.print(_cases(report) if every else _areas(report))
    for result in () if every else report.troubles:
        console.print()
        console.print(_headline(result))
        console.print(Text(f"  {result.reason}"))
    for words in report.left:
        console.print(Text(f"the card could not be brought back to how it was, {words}", "yellow"))
    console.print()
    console.print(_summary(report))


def _areas(report: Report) -> Table:
    outcomes = [outcome for outcome, count in report.counts.items() if count]
    table = Table("area", box=None, header_style="bold")
    for outcome in outcomes:
        table.add_column(outcome.value, justify="right", style=STYLES[outcome.value])
    for area in dict.fromkeys(each.area for each in report.results):
        found = [each.outcome for each in report.results if each.area == area]
        table.add_row(Text(area), *(_count(found, outcome) for outcome in outcomes))
    return table


def _count(found: list[Outcome], outcome: Outcome) -> str:
    return str(found.count(outcome) or "")


def _cases(report: Report) -> Table:
    table = Table(box=None, header_style="bold")
    table.add_column("outcome", no_wrap=True)
    table.add_column("case", no_wrap=True)
    table.add_column("what is right, and what was found", overflow="fold")
    for each in report.results:
        name = each.outcome.value
        words = Text(each.case.title)
        if each.reason:
            words.append(f"\n{each.reason}", STYLES[name])
        table.add_row(Text(name, STYLES[name]), Text(each.case.id, "cyan"), words)
    return table


def _headline(result: Result) -> Text:
    name = result.outcome.value
    sections = "; ".join(result.case.sections)
    return Text.assemble(
        (name, STYLES[name]), " ", (result.case.id, "cyan"), f"  {result.case.title}  ", (sections, "dim")
    )


def _summary(report: Report) -> Text:
    counts = [
        (f"{count} {outcome.value}", STYLES[outcome.value])
        for outcome, count in report.counts.items()
        if count
    ]
    parts: list[tuple[str, str] | str] = []
    for each in counts:
        parts += [each, ", "]
    return Text.assemble(*parts, f"{report.seconds:.1f} s")
