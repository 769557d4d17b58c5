"""A trace as text: one line for each command, what was said below it; plain, or in the colours of a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from euicc.traces.interpreter import OK, WARNING, Entry
from euicc.traces.tree import ERROR, Node

if TYPE_CHECKING:
    from rich.text import Text

Piece = tuple[str, str]
"""A text and its style for rich, "" for none."""

_OUTCOME_STYLES = {OK: "green", WARNING: "yellow", ERROR: "bold red"}
_FAINT, _STRONG, _NAME = "dim", "bold", "cyan"
_INDENT = " " * 4


def lines(entries: Iterable[Entry], details: bool = True, raw: bool = False) -> Iterator[str]:
    """Plain lines. `details`: what was said; `raw`: the exchanges in hexadecimal."""
    for pieces in styled(entries, details, raw):
        yield "".join(text for text, _ in pieces).rstrip()


def coloured(entries: Iterable[Entry], details: bool = True, raw: bool = False) -> Iterator[Text]:
    """The same lines for a rich Console."""
    from rich.text import Text

    for pieces in styled(entries, details, raw):
        yield Text.assemble(*pieces, overflow="fold")


def styled(entries: Iterable[Entry], details: bool, raw: bool) -> Iterator[list[Piece]]:
    """The lines as pieces with styles."""
    for entry in entries:
        yield _headline(entry)
        if details:
            yield from _tree(entry.request, "→")
            yield from _tree(entry.response, "←")
        if raw:
            yield from _raw(entry)


def _headline(entry: Entry) -> list[Piece]:
    where = f"[{entry.channel}] " if entry.channel else ""
    return [
        (f"{entry.number:5} {entry.time:10.3f} {entry.duration * 1000:8.1f} ms  ", _FAINT),
        (f"{where}{entry.application:8} ", _NAME),
        (entry.words, _STRONG),
        (f"  {entry.status}", _OUTCOME_STYLES[entry.outcome]),
    ]


def _tree(tree: Node | None, arrow: str) -> Iterator[list[Piece]]:
    if tree is None:
        return
    for depth, node in tree.lines():
        name = f"{'  ' * depth}{node.name}"
        value = (f"  {node.text}", _OUTCOME_STYLES[ERROR] if node.trouble else "")
        yield [(f"{_INDENT}  {arrow if not depth else ' '} ", _FAINT), (name, _NAME), value]


def _raw(entry: Entry) -> Iterator[list[Piece]]:
    for shown in entry.exchanges:
        if shown.command:
            yield [(f"{_INDENT}  > {shown.command}", _FAINT)]
        yield [(f"{_INDENT}  < {shown.response}", _FAINT)]
