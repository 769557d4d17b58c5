"""`ipa check`: how an IPA or LPA keeps to SGP.22 and SGP.32, faced as its card, its SM-DP+ and its eIM.

Who faces it is another package: it is found under the entry point group `GROUP`, as cards are (ipa.transports).
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any, Protocol

import typer
from rich.console import Console
from rich.text import Text

from ipa.command_line import UsageError
from ipa.console import printable
from ipa.errors import IpaError
from ipa.presentation import Row

GROUP = "ipa.checks"
EXIT_FAILED = 1
SECONDS = 120.0
STYLES = {"passed": "green", "failed": "bold red", "error": "bold yellow", "not applicable": "dim"}
PASSED, INAPPLICABLE = "passed", "not applicable"
TABLE = "commands"


class Checked(Protocol):
    """A report."""

    @property
    def conforms(self) -> bool:
        """Whether no case failed."""
        ...

    def summary(self) -> str:
        """The counts in one line."""
        ...

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        ...

    def junit(self) -> str:
        """As XML for build servers."""
        ...

    def html(self) -> str:
        """As a page."""
        ...


class Checks(Protocol):
    """What an entry point of the group leads to."""

    @property
    def catalogue(self) -> Callable[[Sequence[str]], list[Row]]:
        """The cases that fit these patterns; ValueError for none."""
        ...

    @property
    def run(self) -> Callable[..., Checked]:
        """Checks a program, given template, own commands by action, door, vpcd, reader, timeout, stop_after,
        patterns and done.

        ValueError for what cannot be used.
        """
        ...


def _of(action: str) -> Any:
    return typer.Option(f"--{action}", metavar="CMD", help=f"The program's command to {action}; '' for none.")


def register(app: typer.Typer) -> None:
    """Adds the command to a program."""
    app.command()(check)


def check(
    ctx: typer.Context,
    command: Annotated[
        str,
        typer.Option(
            metavar="CMD", help="The program's command, with placeholders: {action}, {argument}, ..."
        ),
    ] = "",
    download: Annotated[str | None, _of("download")] = None,
    enable: Annotated[str | None, _of("enable")] = None,
    disable: Annotated[str | None, _of("disable")] = None,
    delete: Annotated[str | None, _of("delete")] = None,
    notifications: Annotated[str | None, _of("notifications")] = None,
    poll: Annotated[str | None, _of("poll")] = None,
    commands: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=f"TOML or JSON with a table {TABLE}, one for each action."),
    ] = None,
    door: Annotated[
        str, typer.Option(metavar="DOOR", help="How it reaches its card: vpcd, tcp or modem.")
    ] = "vpcd",
    vpcd: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="Where the driver of the virtual reader listens.")
    ] = "127.0.0.1:35963",
    reader: Annotated[
        str, typer.Option("--reader-name", metavar="NAME", help="What the virtual reader is called.")
    ] = "Virtual PCD",
    timeout: Annotated[float, typer.Option(metavar="SECONDS", help="How long one run may take.")] = SECONDS,
    stop_after: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS", help="It does not end by itself: stop it then, and look at what it did."
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="PATTERN", help="Only cases whose name or section fits: 'tls/*', 'H4'."),
    ] = None,
    listing: Annotated[bool, typer.Option("--list", help="Show the cases, and check nothing.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Show what passed, too.")] = False,
    junit: Annotated[
        Path | None, typer.Option(metavar="OUT", help="Write what build servers read (XML of JUnit).")
    ] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="OUT", help="Write one page with the trace of each failed case.")
    ] = None,
) -> None:
    """Check an IPA or LPA; exit code 1 when a case failed.

    The program gets a card, an SM-DP+ and an eIM; what they hear of it is judged. Its commands have placeholders:
    {activation_code} {confirmation_code} {iccid} {eid} {smdp} {eim} {tcp} {reader} {modem} {ca} {state}, and what
    stands in brackets is left out where a placeholder in it has no value. --command is for every action if it has
    {action} in it ({argument} is the activation code or the ICCID), for downloads if it has {activation_code}, else for
    polling.
    """
    found, patterns = checks(), only or []
    if listing:
        ctx.obj.show(_used(lambda: found.catalogue(patterns)))
        return
    given = {
        "download": download,
        "enable": enable,
        "disable": disable,
        "delete": delete,
        "notifications": notifications,
        "poll": poll,
    }
    own = {
        **(read_commands(commands) if commands else {}),
        **{k: v for k, v in given.items() if v is not None},
    }
    if junit is not None and junit == html:
        raise UsageError("--junit and --html name one file")
    with ExitStack() as opened:
        # What cannot be written is found out before a program is checked for minutes.
        files = {
            path: opened.enter_context(path.open("w", encoding="utf-8"))
            for path in (junit, html)
            if path is not None
        }
        report = _used(
            lambda: found.run(
                command,
                own,
                door=door,
                vpcd=vpcd,
                reader=reader,
                timeout=timeout,
                stop_after=stop_after,
                patterns=patterns,
                done=_line(every, ctx.obj.as_json),
            )
        )
        for path, written in ((junit, report.junit), (html, report.html)):
            if path is not None:
                files[path].write(written())
    print(json.dumps(report.to_json(), indent=2) if ctx.obj.as_json else report.summary())
    if not report.conforms:
        raise typer.Exit(EXIT_FAILED)


def checks() -> Checks:
    """What the first entry point of the group leads to; IpaError when no package offers one."""
    for each in entry_points(group=GROUP):
        try:
            loaded: Checks = each.load()
        except ImportError as error:
            raise IpaError(f"the checks cannot be loaded: {error}; pip install 'euicc[http]'") from error
        return loaded
    raise IpaError("no installed package offers checks: pip install 'euicc[http]'")


def read_commands(file: Path) -> dict[str, str]:
    """The commands in a file, by action; UsageError when it is not of the form, OSError."""
    text = file.read_text(encoding="utf-8")
    try:
        content: Mapping[str, Any] = (
            json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
        )
    except ValueError as error:
        raise UsageError(f"{file}: {error}") from None
    listed = content.get(TABLE)
    if not isinstance(listed, dict) or not all(isinstance(each, str) for each in listed.values()):
        raise UsageError(f"{file}: it has no table {TABLE} with a command for each action")
    return dict(listed)


def _used(call: Callable[[], Any]) -> Any:
    """What the call gives; its ValueError is a wrong use of the command."""
    try:
        return call()
    except ValueError as error:
        raise UsageError(str(error)) from error


def _line(every: bool, as_json: bool) -> Callable[[Row], None]:
    """Shows a case when it is done: those that failed, or all of them."""
    console = Console()

    def show(row: Row) -> None:
        outcome = row["outcome"]
        if as_json or (outcome in (PASSED, INAPPLICABLE) and not every):
            return
        line = Text.assemble(
            (f"{outcome:15}", STYLES.get(outcome, "")), (f"{row['case']:34}", "cyan"), row["title"]
        )
        console.print(line, soft_wrap=True)
        if row["reason"]:
            console.print(Text(f"  {printable(row['reason'])}"), soft_wrap=True)

    return show
