from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from examples.fleet import options, table
from examples.fleet.fleet import Fleet


@pytest.fixture
def fleet() -> Fleet:
    return Fleet(options.parse("fleet", "", ["--vehicles", "12", "--share", "power=0.3"]))


def shown(fleet: Fleet, *, terminal: bool, quiet: bool = False) -> str:
    out = StringIO()
    with table.shown(fleet, Console(file=out, force_terminal=terminal, width=100), quiet) as update:
        update()
    return out.getvalue()


def cells(fleet: Fleet) -> dict[str, tuple[str, ...]]:
    """Rows of the table by their stages."""
    stage, *flows = (list(column.cells) for column in table.stages(fleet).columns)
    return {str(name): tuple(map(str, row)) for name, *row in zip(stage, *flows, strict=True)}


def test_a_terminal_sees_stages_clock_messages_and_faults(fleet: Fleet) -> None:
    said = shown(fleet, terminal=True)
    assert "12 vehicles, from operator B to operator A" in said
    assert "0:00:00 of their time; 0 short messages, 0 lost; 0 out of coverage, 0 without power" in said


def test_nobody_else_sees_anything(fleet: Fleet) -> None:
    assert shown(fleet, terminal=False) == shown(fleet, terminal=True, quiet=True) == ""


def test_every_vehicle_is_at_one_stage(fleet: Fleet) -> None:
    assert cells(fleet)["waiting"] == ("6", "6")
    seen = set()
    while fleet.unfinished:
        assert fleet.step()
        now = cells(fleet)
        assert sum(int(number or 0) for row in now.values() for number in row) == 12
        seen |= {stage for stage, row in now.items() if any(row)}
    assert set(now) == seen
    assert (now["on A"], now["on B"]) == (("6", "5"), ("", "1"))
