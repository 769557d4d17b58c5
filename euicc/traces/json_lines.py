"""A trace for programs: one JSON object for each command."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from euicc.traces.interpreter import Entry
from euicc.traces.tree import Node


def lines(entries: Iterable[Entry]) -> Iterator[str]:
    """One line for each command, with the names of `row`."""
    return (json.dumps(row(entry), ensure_ascii=False) for entry in entries)


def row(entry: Entry) -> dict[str, Any]:
    """A command as plain values; request and response are {type: fields}, None where nothing was said.

    `status_word` is four hexadecimal digits, None for a reset; `outcome` is ok, warning or error.
    """
    return {
        "number": entry.number,
        "time": entry.time,
        "duration": round(entry.duration, 6),
        "channel": entry.channel,
        "application": entry.application,
        "command": entry.words,
        "function": entry.function or None,
        "status_word": None if entry.sw is None else f"{entry.sw:04X}",
        "status": entry.status or None,
        "outcome": entry.outcome,
        "undecoded": entry.undecoded or None,
        "request": _plain(entry.request),
        "response": _plain(entry.response),
        "exchanges": [
            {"command": each.command or None, "response": each.response} for each in entry.exchanges
        ],
    }


def _plain(tree: Node | None) -> dict[str, Any] | None:
    return None if tree is None else {tree.name: tree.plain()}
