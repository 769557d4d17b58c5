"""What `euicc trace` does: a trace file shown, written in other formats, compared with a card."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from apdu import Trace, Transport
from euicc.traces import json_lines, text
from euicc.traces.comparison import Difference, changing, compare
from euicc.traces.interpreter import Entry, entries
from euicc.traces.page import page
from euicc.traces.pcap import pcap

if TYPE_CHECKING:
    from rich.console import Console


class WouldChangeCard(Exception):
    """The trace has commands that change a card; says how many, and the first of them."""


def show(
    file: Path,
    console: Console,
    *,
    brief: bool = False,
    raw: bool = False,
    unmasked: bool = False,
    es10_only: bool = False,
) -> tuple[Entry, ...]:
    """Prints a trace file in words; the entries shown.

    `brief`: one line for each command; `raw`: with the bytes. OSError, TraceFormatError.
    """
    shown = tuple(_wanted(entries(Trace.load(file), unmasked), es10_only))
    for line in text.coloured(shown, details=not brief, raw=raw):
        console.print(line, soft_wrap=True, highlight=False)
    return shown


def show_json(
    file: Path, write: Callable[[str], object], *, unmasked: bool = False, es10_only: bool = False
) -> None:
    """Gives a trace file to `write` as JSON, one object a line without its line end. OSError, TraceFormatError."""
    for line in json_lines.lines(_wanted(entries(Trace.load(file), unmasked), es10_only)):
        write(line)


def write_page(file: Path, target: Path, *, unmasked: bool = False) -> None:
    """Writes a trace file as one HTML page. OSError, TraceFormatError."""
    target.write_text(page(Trace.load(file), unmasked, title=file.name), encoding="utf-8")


def write_pcap(file: Path, target: Path, *, unmasked: bool = False) -> None:
    """Writes a trace file as GSMTAP in a pcap file. OSError, TraceFormatError."""
    target.write_bytes(pcap(Trace.load(file), unmasked))


def check(
    file: Path, transport: Transport, *, exact: bool = False, write: bool = False
) -> tuple[Difference, ...]:
    """Sends a trace file's commands to a card; where it answers otherwise.

    `write`: the card may be changed; without it WouldChangeCard when the trace has commands that do. OSError,
    TraceFormatError, TransportError.
    """
    trace = Trace.load(file)
    dangerous = changing(trace)
    if dangerous and not write:
        first = dangerous[0]
        raise WouldChangeCard(
            f"{len(dangerous)} commands may change the card, the first is {first.number} {first.words}"
        )
    return compare(trace, transport, exact=exact)


def _wanted(shown: Iterable[Entry], es10_only: bool) -> Iterable[Entry]:
    return (entry for entry in shown if entry.function or not es10_only)
