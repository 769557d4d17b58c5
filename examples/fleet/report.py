"""What is told at the end: where every vehicle is, and why."""

from __future__ import annotations

import resource
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from time import process_time

from examples.fleet.fates import FLOWS, Kind
from examples.fleet.fleet import Fleet
from examples.fleet.journal import Record

LISTED_MAX = 20
FATES = {
    Kind.NOTHING: "nothing happened to",
    Kind.OUT_OF_COVERAGE: "out of coverage for a while",
    Kind.POWER_LOSS: "lost their power in the middle",
    Kind.NO_NETWORK: "no network of operator A",
}


def lines(fleet: Fleet) -> Iterator[str]:
    """The report."""
    for flow in FLOWS[fleet.options.flow]:
        numbers = [number for number in range(fleet.options.vehicles) if fleet.fate(number).flow is flow]
        yield f"{flow.value:9}{len(numbers)} vehicles: {_outcomes(fleet, numbers)}"
    for kind, told in FATES.items():
        numbers = [number for number in range(fleet.options.vehicles) if fleet.fate(number).kind is kind]
        if numbers:
            yield f"{len(numbers):6} {told}: {_outcomes(fleet, numbers)}"
    numbers = [number for number in range(fleet.options.vehicles) if fleet.fate(number).https]
    if numbers:
        yield f"{len(numbers):6} reached by HTTPS: {_outcomes(fleet, numbers)}"
    yield from _listed(fleet)
    yield _effort(fleet)
    yield (
        "every vehicle is accounted for, EIS and card agree"
        if accounted(fleet)
        else "NOT every vehicle is as it should be"
    )


def accounted(fleet: Fleet) -> bool:
    """Whether every vehicle is on A, or on B with a reason, and EIS, card and network agree."""
    return all(_is_right(fleet, fleet.records.get(number)) for number in range(fleet.options.vehicles))


def _is_right(fleet: Fleet, record: Record | None) -> bool:
    if record is None or record.network is None or record.wrong is not None:
        return False
    return record.network == fleet.target or record.reason is not None


def _outcomes(fleet: Fleet, numbers: list[int]) -> str:
    outcomes = Counter(_outcome(fleet.records.get(number)) for number in numbers)
    return ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))


def _outcome(record: Record | None) -> str:
    if record is None or record.network is None:
        return "UNACCOUNTED FOR"
    reason = f" ({record.reason})" if record.reason else ""
    return f"on {record.network}{reason}" + (" WITH DISAGREEMENT" if record.wrong else "")


def _listed(fleet: Fleet) -> Iterator[str]:
    """Those that are not as they should be."""
    wrong = [
        (number, record.wrong or "still on its way")
        for number, record in sorted(fleet.records.items())
        if not _is_right(fleet, record)
    ]
    for number, what in wrong[:LISTED_MAX]:
        yield f"{fleet.vin(number)}: {what}"
    if len(wrong) > LISTED_MAX:
        yield f"and {len(wrong) - LISTED_MAX} more"


def _effort(fleet: Fleet) -> str:
    """What this process did."""
    sms, seconds = fleet.world.sms, process_time()
    each = f", {seconds / fleet.ended * 1000:.0f} ms a vehicle" if fleet.ended else ""
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    return (
        f"{timedelta(seconds=int(fleet.world.now))} of their time, {sms.count} short messages ({sms.lost} lost); "
        f"{seconds:.1f} s of processor time{each}, {memory} MiB"
    )
