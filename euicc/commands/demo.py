"""`euicc demo`: the main job, end to end, in one process."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from euicc.commands.program import (
    Curve,
    CurveName,
    PkiDirectory,
    TraceTo,
    app,
    built_pki,
    curve_of,
    different,
    need_http,
)
from ipa.command_line import UsageError

if TYPE_CHECKING:
    from euicc.testing.demo import Outcome, Step


class Shown(StrEnum):
    """Which demonstration: a device with an IPA and eIMs, one with an LPA and a user, or a vehicle with neither."""

    SGP32 = "sgp32"
    SGP22 = "sgp22"
    SGP02 = "sgp02"


@app.command()
def demo(
    profile: Annotated[
        Path | None, typer.Option(metavar="FILE.der", help="A profile package. Default: a test profile.")
    ] = None,
    variant: Annotated[
        Shown, typer.Option(help="Managed by eIMs (SGP.32), by a user (SGP.22), or by an SM-SR (SGP.02).")
    ] = Shown.SGP32,
    pki: PkiDirectory = None,
    curve: Curve = None,
    trace: TraceTo = None,
) -> None:
    """Watch a factory-new eUICC download profiles, enable them, and answer as that SIM.

    With SGP.32 an eIM is associated and triggers the downloads; its signed packages switch between two operators,
    once with a rollback; in the end the device escapes to another eIM. With SGP.02 an SM-SR changes a vehicle's
    operator by short messages, and hands it over to another SM-SR.
    """
    console = Console()
    if trace is not None:
        different(trace, profile)
    outcome = RUNS[variant](profile, pki, curve, lambda step: _show_step(console, step))
    _show_outcome(console, outcome)
    if trace is not None:
        outcome.trace.save(trace)
        console.print(f"The APDUs are in {trace}.", markup=False)


Report = Callable[["Step"], None]


def _over_https(
    profile: Path | None, pki: Path | None, curve: CurveName | None, report: Report, eims: bool
) -> Outcome:
    need_http()
    from euicc.testing.demo import consumer, iot

    package = None if profile is None else profile.read_bytes()
    run = iot.run if eims else consumer.run
    return run(package, built_pki(pki, curve), report)


def _over_the_air(profile: Path | None, pki: Path | None, curve: CurveName | None, report: Report) -> Outcome:
    from euicc.testing.demo import m2m

    if profile is not None or pki is not None:
        raise UsageError(
            "the demonstration of SGP.02 has profiles and certificates of its own: no --profile, no --pki"
        )
    return m2m.run(curve_of(curve), report)


RUNS: dict[Shown, Callable[..., Outcome]] = {
    Shown.SGP32: partial(_over_https, eims=True),
    Shown.SGP22: partial(_over_https, eims=False),
    Shown.SGP02: _over_the_air,
}
"""What each demonstration runs."""


def _show_step(console: Console, step: Step) -> None:
    line = f"{step.title:42}{step.seconds * 1000:8.1f} ms  {step.detail}"
    console.print(line, highlight=False, markup=False, soft_wrap=True)


def _show_outcome(console: Console, outcome: Outcome) -> None:
    from ipa.console import cell

    found = outcome.subscription
    rows = {
        "EID": outcome.eid,
        **({"Activation code": outcome.activation_code} if outcome.activation_code else {}),
        "ICCID": found.iccid,
        "IMSI": found.imsi,
        "Service provider": found.service_provider or "none",
        **({"Managed by": outcome.managed_by} if outcome.managed_by else {}),
        "APDUs": str(len(outcome.trace.exchanges)),
        "Time": f"{sum(step.seconds for step in outcome.steps):.2f} s",
    }
    table = Table(show_header=False, title="The card, as its terminal sees it")
    for name, value in rows.items():
        table.add_row(name, cell(value))
    console.print(table)
