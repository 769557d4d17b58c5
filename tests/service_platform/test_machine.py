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

from examples.service_platform.devices import Numbers
from examples.service_platform.life_cycle import Platform
from examples.service_platform.refusals import PlatformRefusal
from examples.service_platform.requests import Delivery, Details, Report
from examples.service_platform.roles import TEST_PARTIES
from examples.service_platform.states import Event
from tests.service_platform.world import World, paper

FLEET = st.integers(1, 3)
MOSTLY = st.sampled_from([True, True, False])
PARTY = dict(zip(("provider", "maker", "service", "operator"), TEST_PARTIES, strict=True))
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

    @property
    def platform(self) -> Platform:
        return self.world.platform

    def succeeds(self, request: Callable[[], object], wanted: bool) -> None:
        if wanted:
            request()
            return
        before = self.world.contents()
        with pytest.raises(PlatformRefusal) as refused:
            request()
        assert refused.value.http_status in (404, 409)
        assert self.world.contents() == before

    def event(self, who: str, number: int, event: str, wanted: bool, **details: str) -> bool:
        party, imei = PARTY[who], Numbers.of(number).imei
        self.succeeds(lambda: self.platform.carry_out(party, imei, Event(event), Details(**details)), wanted)
        return wanted

    def stage(self, number: int) -> str:
        return self.fleet[number].stage if number in self.fleet else "unknown"

    def is_free(self, vehicle: int) -> bool:
        return not [each for each in self.fleet.values() if each.vehicle == vehicle and each.stage != "gone"]

    @rule(number=FLEET)
    def deliver(self, number: int) -> None:
        each = Numbers.of(number)
        delivery = Delivery("vehicles", ((each.iccid, each.imsi),))
        self.succeeds(
            lambda: self.platform.deliver(PARTY["operator"], delivery), number not in self.delivered
        )
        self.delivered.add(number)

    @rule(number=FLEET)
    def announce(self, number: int) -> None:
        def request() -> None:
            imei = Numbers.of(number).imei
            self.credentials[number] = str(self.platform.announce(PARTY["maker"], imei)["credential"])
            self.fleet[number] = Model()

        self.succeeds(request, self.stage(number) in ("unknown", "announced"))

    @rule(number=FLEET, card=FLEET)
    def report(self, number: int, card: int) -> None:
        """With any card: which one is in a device is decided by the first report."""
        if number not in self.fleet:
            return
        model, taken = self.fleet[number], card in [each.card for each in self.fleet.values()]
        first = model.stage == "announced" and card in self.delivered and not taken
        again = model.stage not in ("announced", "gone") and model.card == card
        imei, credential, said = Numbers.of(number).imei, self.credentials[number], Report(**paper(card))
        self.succeeds(lambda: self.platform.report(credential, imei, said), first or again)
        if first:
            model.stage, model.card = "bound", card

    @initialize(far=st.sampled_from([(5, 5, 2), (5, 2, 2), (5, 5, 5), (2, 3, 4), (1, 0, 0)]))
    def begins_anywhere(self, far: tuple[int, int, int]) -> None:
        """Random requests alone seldom come far: two steps are a tested device, five an installed one."""
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

    @rule(number=FLEET, passed=MOSTLY)
    def device_test(self, number: int, passed: bool) -> None:
        event = "device_test_passed" if passed else "device_test_failed"
        if self.event("maker", number, event, self.stage(number) == "bound"):
            self.fleet[number].stage = "tested" if passed else "gone"

    @rule(number=FLEET, vehicle=FLEET)
    def mount(self, number: int, vehicle: int) -> None:
        wanted = self.stage(number) == "tested" and self.is_free(vehicle)
        if self.event("provider", number, "mount", wanted, equipment=Numbers.of(vehicle).equipment):
            self.fleet[number].stage, self.fleet[number].vehicle = "mounted", vehicle

    @rule(number=FLEET, passed=MOSTLY)
    def equipment_test(self, number: int, passed: bool) -> None:
        event = "equipment_test_passed" if passed else "equipment_test_failed"
        if self.event("provider", number, event, self.stage(number) == "mounted"):
            each = self.fleet[number]
            each.stage, each.vehicle = ("ready", each.vehicle) if passed else ("tested", None)

    @rule(number=FLEET)
    def install(self, number: int) -> None:
        wanted = self.stage(number) == "ready"
        if self.event("provider", number, "install", wanted, service_provider="telematics"):
            self.fleet[number].stage = "in service"

    @rule(
        number=FLEET,
        tries=st.lists(st.tuples(st.sampled_from(sorted(NAMES)), st.booleans()), min_size=2, max_size=6),
    )
    def suspend_and_resume(self, number: int, tries: list[tuple[str, bool]]) -> None:
        for who, resume in tries:
            mine = self.stage(number) == "in service" and who in self.fleet[number].suspended_by
            wanted = self.stage(number) == "in service" and mine is resume
            if self.event(who, number, "resume" if resume else "suspend", wanted):
                self.fleet[number].suspended_by ^= {who}
                self.the_platform_is_as_the_model()

    @rule(number=FLEET)
    def stop(self, number: int) -> None:
        if self.event("provider", number, "stop", self.stage(number) in ("tested", "ready", "in service")):
            self.fleet[number].stage = "gone"
            self.fleet[number].suspended_by = set()

    @rule(number=FLEET, by=FLEET, sensible=MOSTLY)
    def replace(self, number: int, by: int, sensible: bool) -> None:
        """By any device; mostly by one that may, if there is one."""
        if sensible:
            by = next((each for each in self.fleet if self.stage(each) == "tested"), by)
        wanted = self.stage(number) == "in service" and self.stage(by) == "tested"
        if self.event("provider", number, "replace", wanted, imei=Numbers.of(by).imei):
            old = self.fleet[number]
            self.fleet[by] = Model("in service", self.fleet[by].card, old.vehicle, old.suspended_by)
            old.stage, old.suspended_by = "gone", set()

    @rule()
    def restart(self) -> None:
        self.world.restart()

    @invariant()
    def the_platform_is_as_the_model(self) -> None:
        seen = {each["imei"]: each for each in self.platform.devices(PARTY["operator"], "")}
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
TestLives.settings = settings(max_examples=50, stateful_step_count=30, deadline=None, derandomize=True)
