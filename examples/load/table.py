"""What a run has measured, as a table: a row for each function of each interface."""

from __future__ import annotations

from collections.abc import Iterator

from locust.stats import RequestStats, StatsEntry

ROW = "{:<8}{:<28}{:>8}{:>10}{:>11}{:>9}{:>10}"
HEADINGS = ("", "function", "calls", "failures", "median ms", "95 % ms", "calls/s")


def lines(stats: RequestStats) -> Iterator[str]:
    """The table, then each kind of failure with how often it occurred."""
    yield ROW.format(*HEADINGS).rstrip()
    for entry in sorted(stats.entries.values(), key=lambda each: (each.method or "", each.name)):
        yield _row(entry)
    for error in sorted(stats.errors.values(), key=lambda each: -each.occurrences):
        yield f"{error.occurrences} x {error.method} {error.name}: {error.error}"


def _row(entry: StatsEntry) -> str:
    return ROW.format(
        entry.method or "",
        entry.name,
        entry.num_requests,
        entry.num_failures,
        f"{entry.median_response_time:.0f}",
        f"{entry.get_response_time_percentile(0.95):.0f}",
        f"{entry.total_rps:.1f}",
    )
