"""A trace as one HTML page that needs nothing else: entries to open, a filter, light and dark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from apdu import Trace
from euicc.traces.interpreter import OK, WARNING, Entry, entries
from euicc.traces.page_parts import SCRIPT, STYLE
from euicc.traces.tree import ERROR, Node


def page(trace: Trace, unmasked: bool = False, title: str = "APDU trace") -> str:
    """The whole page. Secrets are masked unless asked."""
    shown = entries(trace, unmasked)
    return "".join(_document(shown, trace, title))


def _document(shown: tuple[Entry, ...], trace: Trace, title: str) -> Iterator[str]:
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
    yield f"<header>\n<h1>{escape(title)}</h1>\n<p>{escape(_summary(shown, trace))}</p>\n"
    yield '<div class="tools"><input id="filter" type="search" placeholder="Filter: words, hex, status, name…" '
    yield 'aria-label="Filter" autocomplete="off">'
    yield '<label><input type="checkbox" id="es10"> ES10 only</label>'
    yield '<label><input type="checkbox" id="trouble"> errors only</label>'
    yield '<button id="open">Open all</button><button id="close">Close all</button>'
    yield '<output id="count"></output></div>\n</header>\n<main>\n'
    for entry in shown:
        yield from entry_details(entry)
    yield f"</main>\n<script>{SCRIPT}</script>\n</body>\n</html>\n"


def _summary(shown: tuple[Entry, ...], trace: Trace) -> str:
    begun = trace.recorded.strftime("%Y-%m-%d %H:%M:%S %Z") if trace.recorded else ""
    failed = sum(entry.outcome == ERROR for entry in shown)
    took = sum(entry.duration for entry in shown)
    parts = [
        f"{len(shown)} commands in {len(trace.exchanges)} exchanges",
        f"{failed} with an error" if failed else "no errors",
        f"{took:.3f} s in the card",
        f"over {trace.transport}" if trace.transport else "",
        f"recorded {begun}" if begun else "",
        f"{trace.dropped} earlier exchanges dropped" if trace.dropped else "",
    ]
    return " · ".join(part for part in parts if part)


_MARKS = {OK: "", WARNING: "!", ERROR: "✗"}


def entry_details(entry: Entry, name: str = "e") -> Iterator[str]:
    """One command, to be opened; its id is `name` with the entry's number."""
    kind = " es10" if entry.function else ""
    fault = " undecoded" if entry.undecoded else ""
    yield f'<details class="{entry.outcome}{kind}{fault}" id="{name}{entry.number}">\n<summary>'
    yield f'<span class="number">{entry.number}</span><span class="time">{entry.time:.3f}</span>'
    yield f'<span class="took">{entry.duration * 1000:.1f} ms</span><span class="channel">{entry.channel}</span>'
    yield f'<span class="application">{escape(entry.application)}</span>'
    yield f'<span class="words">{escape(entry.words)}</span>'
    yield f'<span class="status">{_MARKS[entry.outcome]} {escape(_brief_status(entry))}</span></summary>\n'
    yield '<div class="inside">'
    yield from _said("sent", entry.request)
    yield from _said("answered", entry.response)
    yield f'<p class="full">{escape(entry.status)}</p>' if entry.status else ""
    yield from _raw(entry)
    yield "</div>\n</details>\n"


def _brief_status(entry: Entry) -> str:
    if entry.outcome == ERROR and entry.sw == 0x9000:
        return "9000 with an error"
    return entry.status if entry.outcome != OK else entry.status[:4]


def _said(label: str, tree: Node | None) -> Iterator[str]:
    if tree is not None:
        yield f'<section><h2>{label}</h2><ul class="tree">'
        yield from _node(tree)
        yield "</ul></section>"


def _node(node: Node) -> Iterator[str]:
    trouble = f' class="{node.trouble}"' if node.trouble else ""
    yield f'<li{trouble}><span class="name">{escape(node.name)}</span>'
    yield f' <span class="value">{escape(node.text)}</span>' if node.text else ""
    if node.children:
        yield "<ul>"
        for child in node.children:
            yield from _node(child)
        yield "</ul>"
    yield "</li>"


def _raw(entry: Entry) -> Iterator[str]:
    yield '<section><h2>bytes</h2><pre class="bytes">'
    yield escape("\n".join(_lines(entry)))
    yield "</pre></section>"


def _lines(entry: Entry) -> Iterable[str]:
    for each in entry.exchanges:
        if each.command:
            yield f"> {each.command}"
        yield f"< {each.response}"
