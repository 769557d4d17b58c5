"""What is seen while it runs: how many vehicles are at which stage, the clock of their world, messages and faults."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from examples.fleet.campaign import Stage
from examples.fleet.fates import FLOWS
from examples.fleet.fleet import Fleet

REFRESH_SECONDS = 0.5


@contextmanager
def shown(fleet: Fleet, console: Console, quiet: bool) -> Iterator[Callable[[], None]]:
    """What to call after every step; on a terminal the table follows, anywhere else nothing is shown."""
    if quiet or not console.is_terminal:
        yield lambda: None
        return
    last = monotonic()
    with Live(_view(fleet), console=console, auto_refresh=False, transient=True) as live:

        def update() -> None:
            nonlocal last
            if monotonic() - last >= REFRESH_SECONDS:
                last = monotonic()
                live.update(_view(fleet), refresh=True)

        yield update


def _view(fleet: Fleet) -> Group:
    title = f"{fleet.options.vehicles} vehicles, from operator B to operator A"
    return Group(Text(title), stages(fleet), Text(status(fleet)))


def stages(fleet: Fleet) -> Table:
    """A row for each stage, a column for each flow."""
    flows = FLOWS[fleet.options.flow]
    counts = Counter(
        (fleet.stage(number), fleet.fate(number).flow) for number in range(fleet.options.vehicles)
    )
    table = Table()
    table.add_column("stage")
    for flow in flows:
        table.add_column(flow.value, justify="right")
    for stage in Stage:
        table.add_row(stage.value, *(str(counts[stage, flow] or "") for flow in flows))
    return table


def status(fleet: Fleet) -> str:
    """Clock, messages and faults, in one line."""
    sms = fleet.world.sms
    away = sum(not drive.vehicle.covered for drive in fleet.drives.values())
    off = sum(not drive.vehicle.powered for drive in fleet.drives.values())
    back = sum(record.attempts for record in fleet.records.values())
    return (
        f"{timedelta(seconds=int(fleet.world.now))} of their time; {sms.count} short messages, {sms.lost} lost; "
        f"{away} out of coverage, {off} without power; {back} roll-backs"
    )
