"""The screen: tables for people, a bar while a download takes its time, and questions."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table
from rich.text import Text

from ipa import presentation, steps
from ipa.driver import User
from ipa.presentation import Row
from ipa.steps import Decision

# Unicode categories of what is no character to show: controls, halves of surrogates, ends of lines.
CONTROLS = {"Cc", "Cs", "Zl", "Zp"}
# Columns that somebody will copy.
UNBROKEN = ("iccid", "state", "number")


class ConsoleUser(User):
    """The person at the keyboard, with a progress bar; agrees to everything unless asked for."""

    def __init__(self, bar: Progress, ask: bool) -> None:
        self._bar = bar
        self._ask = ask
        self._task = bar.add_task("starting", total=None)

    def consent(self, question: steps.Consent) -> Decision:
        """Shows the profile and asks."""
        if not self._ask:
            return Decision.ACCEPT
        with self._pause() as console:
            console.print(row_table(presentation.metadata_row(question.metadata)))
            for rule in question.rules:
                console.print(f"The operator demands: {presentation.RULES[rule]}.")
            try:
                agreed = typer.confirm("Install this profile?", err=True)
            except typer.Abort:
                return Decision.NO_ANSWER
        return Decision.ACCEPT if agreed else Decision.REJECT

    def confirmation_code(self, question: steps.ConfirmationCode) -> str | Decision:
        """Asks for the code."""
        if not self._ask:
            return Decision.NO_ANSWER
        with self._pause():
            try:
                code: str = typer.prompt("Confirmation code", hide_input=True, err=True)
            except typer.Abort:
                return Decision.NO_ANSWER
        return code

    def progress(self, news: steps.Progress) -> None:
        """Moves the bar."""
        self._bar.update(
            self._task, description=news.stage.value, completed=news.done, total=news.total or None
        )

    @contextmanager
    def _pause(self) -> Iterator[Console]:
        """The screen without the bar, for a question."""
        self._bar.stop()
        yield self._bar.console
        self._bar.start()


@contextmanager
def console_user(ask: bool) -> Iterator[ConsoleUser]:
    """The person at the keyboard while something takes its time; without `ask`, nobody is asked."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        yield ConsoleUser(bar, ask)


def row_table(row: Row) -> Table:
    """One answer: names and values."""
    table = Table(show_header=False, box=None)
    for name, value in row.items():
        table.add_row(name.replace("_", " "), cell(value))
    return table


def rows_table(rows: list[Row]) -> Table | str:
    """A table of those columns that say something; the AID is for programs."""
    if not rows:
        return "none"
    shown = [name for name in rows[0] if name != "aid" and any(_text(row[name]) for row in rows)]
    table = Table()
    for name in shown:
        table.add_column(name.replace("_", " "), overflow="fold", no_wrap=name in UNBROKEN)
    for row in rows:
        table.add_row(*(cell(row[name]) for name in shown))
    return table


def cell(value: object) -> Text:
    """A value in a table. Names come from servers: they are neither markup nor commands to the terminal."""
    return Text(printable(_text(value)))


def printable(text: str) -> str:
    """The text with U+FFFD for what would move the cursor, colour the screen, or worse."""
    return "".join("\ufffd" if unicodedata.category(each) in CONTROLS else each for each in text)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
