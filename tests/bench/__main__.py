"""`make bench`: times on this machine, and their ratios to floors measured in the same run."""

from __future__ import annotations

from tests.bench.row import BYTES, SECONDS, Row
from tests.bench.rows import rows

UNITS = {SECONDS: ((1.0, "s"), (1e-3, "ms"), (1e-6, "us")), BYTES: ((1e6, "MB"), (1e3, "kB"))}


def readable(value: float, of: str = SECONDS) -> str:
    """Seconds or bytes with a unit that suits them."""
    size, unit = next(((size, unit) for size, unit in UNITS[of] if value >= size), UNITS[of][-1])
    return f"{value / size:8.2f} {unit}"


def line(row: Row) -> str:
    """One row of the table."""
    limit = "" if row.limit is None else f"  (limit {row.limit:g})"
    floor = f"{readable(row.floor, row.unit)} {row.floor_name}"
    return f"{row.name:64} {readable(row.seconds, row.unit)}   {row.ratio:8.2f} x {floor}{limit}"


def main() -> None:
    """Print every row as it is measured; exit code 1 when one is over its limit."""
    over = []
    for row in rows():
        print(line(row), flush=True)
        if row.limit is not None and row.ratio > row.limit:
            over.append(row.name)
    if over:
        raise SystemExit(f"over the limit: {', '.join(over)}")


if __name__ == "__main__":
    main()
