"""One vehicle on its way from operator B to operator A: what befalls it, and the steps of its change."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from typing import Any

from euicc.testing.m2m.es3 import Response
from euicc.testing.m2m.messages import Call
from examples.fleet.campaign import Ask, Change, Wait
from examples.fleet.fates import Fate, Kind
from examples.fleet.journal import Record
from examples.fleet.vehicle import Vehicle
from examples.fleet.world import World


@dataclass
class Drive:
    """A vehicle in traffic. journey: all that is done with it, in steps."""

    number: int
    fate: Fate
    vehicle: Vehicle
    change: Change
    world: World
    keep: Callable[[Record], None]

    def befall(self, absent: str) -> None:
        """What is still to come of its fate. absent: digits of the network that is not there."""
        began = self.change.record.began
        if self.fate.kind is Kind.NO_NETWORK:
            self.vehicle.absent = {absent}
        if self.fate.kind is Kind.POWER_LOSS and not self.change.record.power_lost:
            self.vehicle.lose_power_at(self.fate.write)
        if self.fate.kind is Kind.OUT_OF_COVERAGE and began + self.fate.returns > self.world.now:
            self.world.at(max(self.world.now, began + self.fate.leaves), lambda: self._move(False))
            self.world.at(began + self.fate.returns, lambda: self._move(True))

    def run(self, journey: Generator[Ask | Wait, Any, None], value: Response | None = None) -> None:
        """Go on to the next step."""
        self._note()
        try:
            step = journey.send(value)
        except StopIteration:
            return
        if isinstance(step, Ask):
            call = Call(self._reference(step), step.request)
            self.world.call(step.server, step.requester, call, lambda response: self.run(journey, response))
        else:
            self.world.at(self.world.now + step.seconds, lambda: self.run(journey))

    def _reference(self, ask: Ask) -> str:
        """Whoever asks for the same again, in this process or another one, asks under the same name."""
        return f"{self.vehicle.vin} {type(ask.request).__name__} {self.change.record.attempts}"

    def _move(self, covered: bool) -> None:
        if self.world.vehicles.get(self.vehicle.vin) is not self.vehicle:
            return
        self.vehicle.move(covered)
        self.world.settle(self.vehicle)
        if not covered and not self.change.record.left_coverage:
            self._keep(replace(self.change.record, left_coverage=True))

    def _note(self) -> None:
        if self.vehicle.power_losses and not self.change.record.power_lost:
            self._keep(replace(self.change.record, power_lost=True))

    def _keep(self, record: Record) -> None:
        self.change.record = record
        self.keep(record)
