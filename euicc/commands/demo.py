"""`euicc demo`: the main job, end to end, in one process."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from euicc.commands.program import Curve, PkiDirectory, TraceTo, app, built_pki, different, need_http

if TYPE_CHECKING:
    from euicc.testing.demo import Outcome, Step


class Shown(StrEnum):
    """Which demonstration: a device with an IPA and eIMs, or one with an LPA and a user."""

    SGP32 = "sgp32"
    SGP22 = "sgp22"


@app.command()
def demo(
    profile: Annotated[
        Path | None, typer.Option(metavar="FILE.der", help="A profile package. Default: a test profile.")
    ] = None,
    variant: Annotated[
        Shown, typer.Option(help="Managed by eIMs (SGP.32), or by a user (SGP.22).")
    ] = Shown.SGP32,
    pki: PkiDirectory = None,
    curve: Curve = None,
    trace: TraceTo = None,
) -> None:
    """Watch a factory-new eUICC download profiles over HTTPS, enable them, and answer as that SIM.

    With SGP.32 an eIM is associated and triggers the downloads; its signed packages switch between two operators,
    once with a rollback; in the end the device escapes to another eIM.
    """
    need_http()
    from euicc.testing.demo import consumer, iot

    if trace is not None:
        different(trace, profile)
    package = None if profile is None else profile.read_bytes()
    console = Console()
    run = iot.run if variant is Shown.SGP32 else consumer.run
    outcome = run(package, built_pki(pki, curve), lambda step: _show_step(console, step))
    _show_outcome(console, outcome)
    if trace is not None:
        outcome.trace.save(trace)
        console.print(f"The APDUs are in {trace}.", markup=False)


def _show_step(console: Console, step: Step) -> None:
    line = f"{step.title:34}{step.seconds * 1000:8.1f} ms  {step.detail}"
    console.print(line, highlight=False, markup=False, soft_wrap=True)


def _show_outcome(console: Console, outcome: Outcome) -> None:
    from ipa.console import cell

    found = outcome.subscription
    rows = {
        "EID": outcome.eid,
        "Activation code": outcome.activation_code,
        "ICCID": found.iccid,
        "IMSI": found.imsi,
        "Service provider": found.service_provider or "none",
        **({"Managed by": outcome.eim} if outcome.eim else {}),
        "APDUs": str(len(outcome.trace.exchanges)),
        "Time": f"{sum(step.seconds for step in outcome.steps):.2f} s",
    }
    table = Table(show_header=False, title="The card, as its terminal sees it")
    for name, value in rows.items():
        table.add_row(name, cell(value))
    console.print(table)
