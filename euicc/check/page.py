"""A report as one HTML page that needs nothing else: what failed with its decoded trace, then every case by area."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby

from euicc.check.outcome import Outcome, Report, Result
from euicc.check.page_style import SCRIPT, STYLE
from euicc.traces.interpreter import entries
from euicc.traces.page import entry_details
from euicc.traces.page_parts import STYLE as TRACE_STYLE

CLASSES = {
    Outcome.PASSED: "passed",
    Outcome.FAILED: "failed",
    Outcome.ERROR: "wrong",
    Outcome.NOT_APPLICABLE: "inapplicable",
    Outcome.SKIPPED: "skipped",
}
MARKS = {
    Outcome.PASSED: "✓",
    Outcome.FAILED: "✗",
    Outcome.ERROR: "!",
    Outcome.NOT_APPLICABLE: "–",
    Outcome.SKIPPED: "⏸",
}


def page(report: Report, title: str = "euicc check", unmasked: bool = False) -> str:
    """The whole page. Secrets in the traces are masked unless asked."""
    return "".join(_document(report, title, unmasked))


def _document(report: Report, title: str, unmasked: bool) -> Iterator[str]:
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f"<title>{escape(title)}: {escape(report.summary())}</title>\n"
    yield f"<style>{TRACE_STYLE}{STYLE}</style>\n</head>\n<body>\n"
    yield f"<header>\n<h1>{escape(title)}</h1>\n"
    yield from _counts(report)
    yield '<div class="tools"><input id="filter" type="search" placeholder="Filter: words, section, outcome…" '
    yield 'aria-label="Filter" autocomplete="off"><output id="count"></output></div>\n</header>\n<main>\n'
    yield from _card(report)
    yield from _troubles(report.troubles, unmasked)
    for words in report.left:
        yield f'<p class="left">The card could not be brought back to how it was, {escape(words)}</p>\n'
    yield '<h2 class="part">All cases</h2>\n'
    for area, found in groupby(report.results, key=lambda each: each.area):
        yield from _area(area, tuple(found))
    yield f"</main>\n<script>{SCRIPT}</script>\n</body>\n</html>\n"


def _counts(report: Report) -> Iterator[str]:
    yield '<p class="counts">'
    for outcome, count in report.counts.items():
        if count:
            yield f'<span class="badge {CLASSES[outcome]}">{count} {outcome.value}</span> '
    yield f'<span class="when">{len(report.results)} cases in {report.seconds:.1f} s, '
    yield f"{escape(report.started.strftime('%Y-%m-%d %H:%M:%S %Z'))}</span></p>\n"


def _card(report: Report) -> Iterator[str]:
    yield '<dl class="card">'
    for name, value in report.card:
        yield f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"
    yield "</dl>\n"


def _troubles(troubles: tuple[Result, ...], unmasked: bool) -> Iterator[str]:
    if not troubles:
        yield '<p class="fine">No case failed.</p>\n'
        return
    yield '<h2 class="part">What failed</h2>\n'
    for number, result in enumerate(troubles, start=1):
        yield from _trouble(result, number, unmasked)


def _trouble(result: Result, number: int, unmasked: bool) -> Iterator[str]:
    yield f'<details class="case {CLASSES[result.outcome]}" open>\n'
    yield f"<summary>{_badge(result)}{_names(result)}</summary>\n"
    yield f'<div class="found"><p class="reason">{escape(result.reason)}</p>\n'
    shown = entries(result.trace, unmasked)
    for entry in shown:
        yield from entry_details(entry, f"c{number}e")
    if not shown:
        yield '<p class="when">Nothing was exchanged with the card.</p>'
    yield "</div>\n</details>\n"


def _area(area: str, results: tuple[Result, ...]) -> Iterator[str]:
    yield f'<details class="area"><summary><span class="id">{escape(area)}</span>{_tally(results)}</summary>\n<ul>\n'
    for result in results:
        yield f'<li class="row {CLASSES[result.outcome]}">{_badge(result)}{_names(result)}'
        if result.reason:
            yield f'<span class="reason">{escape(result.reason)}</span>'
        yield "</li>\n"
    yield "</ul>\n</details>\n"


def _tally(results: Iterable[Result]) -> str:
    found = [each.outcome for each in results]
    tallies = ((outcome, found.count(outcome)) for outcome in Outcome)
    return "".join(
        f'<span class="badge {CLASSES[outcome]}">{count} {outcome.value}</span>'
        for outcome, count in tallies
        if count
    )


def _badge(result: Result) -> str:
    name = result.outcome.value
    return (
        f'<span class="badge {CLASSES[result.outcome]}" title="{name}">{MARKS[result.outcome]} {name}</span>'
    )


def _names(result: Result) -> str:
    sections = ", ".join(result.case.sections)
    return (
        f'<span class="title">{escape(result.case.title)}</span>'
        f'<span class="id">{escape(result.case.id)}</span><span class="sections">{escape(sections)}</span>'
    )
