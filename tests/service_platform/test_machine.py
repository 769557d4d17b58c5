"""Lives of devices, drawn by hypothesis, against a model that knows nothing of the platform's tables."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from examples.service_platform.client import Refusal
from examples.service_platform.devices import Numbers
from tests.service_platform.world import World, paper

FLEET = st.integers(1, 3)
TOKENS = {"provider": "vehicles", "service": "telematics", "operator": "network"}
NAMES = {"provider": "equipment_provider", "service": "service_provider", "operator": "operator"}
NETWORK = {
    "bound": "test",
    "tested": "inactive",
    "mounted": "test",
    "ready": "inactive",
    "gone": "terminated",
}


@dataclass
class Model:
    """A device as a reader of the seven scenarios would describe it. card, vehicle: numbers of what belongs to it."""

    stage: str = "announced"
    card: int | None = None
    vehicle: int | None = None
    suspended_by: set[str] = field(default_factory=set)

    @property
    def network(self) -> str | None:
        if self.stage == "in service":
            return "suspended" if self.suspended_by else "active"
        return NETWORK.get(self.stage)


class Lives(RuleBasedStateMachine):
    """Any request at any time: it succeeds when the model says so, and otherwise changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp())
        self.world = World(self.directory / "platform.db")
        self.delivered: set[int] = set()
        self.fleet: dict[int, Model] = {}
        self.credentials: dict[int, str] = {}

    def teardown(self) -> None:
        self.world.close()
        shutil.rmtree(self.directory)

    def succeeds(self, token: str, path: str, body: object, wanted: bool) -> None:
        before, client = self.world.contents(), self.world.client(token)
        if wanted:
            client.post(path, body)
            return
        with pytest.raises(Refusal) as refused:
            client.post(path, body)
        assert refused.value.status in (404, 409)
        assert self.world.contents() == before

    def event(self, who: str, number: int, event: str, wanted: bool, **details: str) -> bool:
        self.succeeds(f"TEST-TOKEN-{who}", f"/devices/{Numbers.of(number).imei}/{event}", details, wanted)
        return wanted

    def stage(self, number: int) -> str:
        return self.fleet[number].stage if number in self.fleet else "unknown"

    def is_free(self, vehicle: int) -> bool:
        return not [each for each in self.fleet.values() if each.vehicle == vehicle and each.stage != "gone"]

    @rule(number=FLEET)
    def deliver(self, number: int) -> None:
        each = Numbers.of(number)
        body = {"equipment_provider": "vehicles", "subscriptions": [{"iccid": each.iccid, "imsi": each.imsi}]}
        self.succeeds("TEST-TOKEN-network", "/subscriptions", body, number not in self.delivered)
        self.delivered.add(number)

    @rule(number=FLEET)
    def announce(self, number: int) -> None:
        if self.stage(number) in ("unknown", "announced"):
            self.credentials[number] = self.world.announce(number)
            self.fleet[number] = Model()
        else:
            self.succeeds("TEST-TOKEN-modems", "/devices", {"imei": Numbers.of(number).imei}, False)

    @rule(number=FLEET, card=FLEET)
    def report(self, number: int, card: int) -> None:
        """With any card: which one is in a device is decided by the first report."""
        if number not in self.fleet:
            return
        model, taken = self.fleet[number], card in [each.card for each in self.fleet.values()]
        first = model.stage == "announced" and card in self.delivered and not taken
        again = model.stage not in ("announced", "gone") and model.card == card
        path = f"/devices/{Numbers.of(number).imei}/report"
        self.succeeds(self.credentials[number], path, paper(card), first or again)
        if first:
            model.stage, model.card = "bound", card

    @initialize(far=st.lists(st.integers(0, 6), min_size=3, max_size=3))
    def begins_anywhere(self, far: list[int]) -> None:
        """Random requests alone seldom come far."""
        for number, steps in enumerate(far, 1):
            for _ in range(steps):
                self.goes_on(number)

    @rule(number=FLEET)
    def goes_on(self, number: int) -> None:
        """The usual next step."""
        steps: dict[str, Callable[[], None]] = {
            "announced": lambda: self.report(number, number),
            "bound": lambda: self.device_test(number, True),
            "tested": lambda: self.mount(number, number),
            "mounted": lambda: self.equipment_test(number, True),
            "ready": lambda: self.install(number),
        }
        if number not in self.delivered:
            self.deliver(number)
        if number not in self.fleet:
            self.announce(number)
        steps.get(self.stage(number), lambda: None)()

    @rule(number=FLEET, passed=st.booleans())
    def device_test(self, number: int, passed: bool) -> None:
        event = "device_test_passed" if passed else "device_test_failed"
        if self.event("modems", number, event, self.stage(number) == "bound"):
            self.fleet[number].stage = "tested" if passed else "gone"

    @rule(number=FLEET, vehicle=FLEET)
    def mount(self, number: int, vehicle: int) -> None:
        wanted = self.stage(number) == "tested" and self.is_free(vehicle)
        if self.event("vehicles", number, "mount", wanted, equipment=Numbers.of(vehicle).equipment):
            self.fleet[number].stage, self.fleet[number].vehicle = "mounted", vehicle

    @rule(number=FLEET, passed=st.booleans())
    def equipment_test(self, number: int, passed: bool) -> None:
        event = "equipment_test_passed" if passed else "equipment_test_failed"
        if self.event("vehicles", number, event, self.stage(number) == "mounted"):
            each = self.fleet[number]
            each.stage, each.vehicle = ("ready", each.vehicle) if passed else ("tested", None)

    @rule(number=FLEET)
    def install(self, number: int) -> None:
        wanted = self.stage(number) == "ready"
        if self.event("vehicles", number, "install", wanted, service_provider="telematics"):
            self.fleet[number].stage = "in service"

    @rule(number=FLEET, who=st.sampled_from(sorted(TOKENS)), resume=st.booleans())
    def suspend_or_resume(self, number: int, who: str, resume: bool) -> None:
        mine = self.stage(number) == "in service" and who in self.fleet[number].suspended_by
        wanted = self.stage(number) == "in service" and mine is resume
        if self.event(TOKENS[who], number, "resume" if resume else "suspend", wanted):
            self.fleet[number].suspended_by ^= {who}

    @rule(number=FLEET)
    def stop(self, number: int) -> None:
        if self.event("vehicles", number, "stop", self.stage(number) in ("tested", "ready", "in service")):
            self.fleet[number].stage = "gone"
            self.fleet[number].suspended_by = set()

    @rule(number=FLEET, by=FLEET)
    def replace(self, number: int, by: int) -> None:
        wanted = self.stage(number) == "in service" and self.stage(by) == "tested"
        if self.event("vehicles", number, "replace", wanted, imei=Numbers.of(by).imei):
            old = self.fleet[number]
            self.fleet[by] = Model("in service", self.fleet[by].card, old.vehicle, old.suspended_by)
            old.stage, old.suspended_by = "gone", set()

    @rule()
    def restart(self) -> None:
        self.world.restart()

    @invariant()
    def the_platform_is_as_the_model(self) -> None:
        seen = {each["imei"]: each for each in self.world.operator.get("/devices")["devices"]}
        for number, model in self.fleet.items():
            imei = Numbers.of(number).imei
            assert (seen[imei]["network_state"] if imei in seen else None) == model.network
            found = self.world.store.device(imei)
            assert found is not None
            assert {NAMES[each] for each in model.suspended_by} == found.device.state.suspended_by
            if model.stage not in ("gone", "announced", "bound"):
                vehicle = Numbers.of(model.vehicle).equipment if model.vehicle else None
                assert found.device.equipment == vehicle
        assert self.world.is_consistent()


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=20, stateful_step_count=20, deadline=None, derandomize=True)
