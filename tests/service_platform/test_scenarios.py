"""The seven scenarios over the REST API, with emulated devices that attach before and after each step."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import pytest

from examples.service_platform.client import Refusal
from examples.service_platform.devices import EmulatedDevice, Numbers
from examples.service_platform.roles import Role
from examples.service_platform.states import SUSPENDERS
from tests.service_platform.world import PROVIDER, SERVICE_PROVIDER, World

ONE, TWO = Numbers.of(1), Numbers.of(2)
FULL, LIMITED = ("test", "service"), ("test",)


def bound(world: World, number: int = 1) -> EmulatedDevice:
    """A device that was tested by its maker."""
    world.deliver(number)
    device = world.emulated(number)
    world.report(device)
    world.maker.event(device.imei, "device_test_passed")
    return device


def installed(world: World, number: int = 1) -> EmulatedDevice:
    device = bound(world, number)
    world.provider.event(device.imei, "mount", equipment=Numbers.of(number).equipment)
    world.provider.event(device.imei, "equipment_test_passed")
    world.provider.event(device.imei, "install", service_provider=SERVICE_PROVIDER)
    return device


def reaches(world: World, device: EmulatedDevice) -> tuple[str, ...]:
    """The access points that are open to a device after a real authentication."""
    return device.attach(world.network).access_points


def test_1_pre_provisioning(world: World) -> None:
    device = world.emulated(1)
    assert world.attach(device) == "UNKNOWN"
    pairs = [{"iccid": each.iccid, "imsi": each.imsi} for each in (ONE, TWO)]
    body = {"equipment_provider": PROVIDER, "subscriptions": pairs}
    assert world.operator.post("/subscriptions", body) == {"subscriptions": 2}
    assert world.attach(device) == "BARRED"
    stock = world.operator.get("/subscriptions")["subscriptions"]
    assert stock == [{**pair, "network_state": "inactive", "imei": None} for pair in pairs]


def test_2_the_device_reports_its_binding_and_is_tested(world: World) -> None:
    world.deliver(1)
    device = world.emulated(1)
    assert world.maker.get(f"/devices/{ONE.imei}")["service_state"] == "pre_provisioned"
    assert world.attach(device) == "BARRED"
    assert world.report(device) == {"imei": ONE.imei, "service_state": "device_test"}
    identity = device.identity()
    assert (identity["iccid"], identity["imsi"]) == (ONE.iccid, ONE.imsi)
    seen = world.operator.get(f"/devices/{ONE.imei}")
    assert {name: seen[name] for name in identity} == identity
    assert reaches(world, device) == LIMITED
    world.maker.event(device.imei, "device_test_passed")
    assert world.attach(device) == "BARRED"


def test_2_a_device_that_fails_its_test_is_rejected(world: World) -> None:
    world.deliver(1)
    device = world.emulated(1)
    world.report(device)
    assert world.maker.event(device.imei, "device_test_failed")["service_state"] == "rejected"
    assert world.attach(device) == "UNKNOWN"


def test_2_the_card_works_in_its_device_only(world: World) -> None:
    world.deliver(1)
    device = world.emulated(1)
    world.report(device)
    thief = EmulatedDevice(TWO.imei, device.card)
    assert world.attach(thief) == "FOREIGN_DEVICE"
    assert world.attach(device) == "ADMITTED"


def test_3_the_equipment_is_tested_with_limited_network(world: World) -> None:
    device = bound(world)
    assert world.provider.event(device.imei, "mount", equipment=ONE.equipment)["equipment"] == ONE.equipment
    assert reaches(world, device) == LIMITED
    assert world.provider.event(device.imei, "equipment_test_passed")["service_state"] == "equipment_tested"
    assert world.attach(device) == "BARRED"


def test_3_what_fails_in_one_equipment_may_go_into_another(world: World) -> None:
    device = bound(world)
    world.provider.event(device.imei, "mount", equipment=ONE.equipment)
    seen = world.provider.event(device.imei, "equipment_test_failed")
    assert (seen["service_state"], seen["equipment"]) == ("device_tested", None)
    assert world.attach(device) == "BARRED"
    world.provider.event(device.imei, "mount", equipment=TWO.equipment)
    assert world.provider.get("/devices", equipment=ONE.equipment) == {"devices": []}
    assert reaches(world, device) == LIMITED


def test_4_installation(world: World) -> None:
    device = installed(world)
    seen = world.provider.get(f"/devices/{device.imei}")
    assert (seen["service_state"], seen["service_provider"]) == ("active", SERVICE_PROVIDER)
    assert reaches(world, device) == FULL
    assert world.maker.get(f"/devices/{device.imei}")["service_state"] == "delivered"


def test_5_the_equipment_provider_suspends_resumes_and_stops(world: World) -> None:
    device = installed(world)
    assert world.provider.event(device.imei, "suspend")["suspended_by"] == ["equipment_provider"]
    assert world.attach(device) == "BARRED"
    assert world.provider.event(device.imei, "resume")["service_state"] == "active"
    assert reaches(world, device) == FULL
    assert world.provider.event(device.imei, "stop")["service_state"] == "stopped"
    assert world.attach(device) == "UNKNOWN"
    with pytest.raises(Refusal, match="409"):
        world.provider.event(device.imei, "resume")
    assert world.attach(device) == "UNKNOWN"


@pytest.mark.parametrize("role", [Role.SERVICE_PROVIDER, Role.OPERATOR])
def test_6_service_provider_and_operator_suspend_and_resume(world: World, role: Role) -> None:
    device = installed(world)
    assert world.client(role).event(device.imei, "suspend")["suspended_by"] == [role]
    assert world.attach(device) == "BARRED"
    assert world.client(role).event(device.imei, "resume")["suspended_by"] == []
    assert reaches(world, device) == FULL


@pytest.mark.parametrize(("first", "second"), list(permutations(SUSPENDERS, 2)))
def test_6_two_suspensions_need_two_resumptions(world: World, first: Role, second: Role) -> None:
    device = installed(world)
    for role in (first, second):
        world.client(role).event(device.imei, "suspend")
        assert world.attach(device) == "BARRED"
    world.client(first).event(device.imei, "resume")
    assert world.attach(device) == "BARRED"
    assert world.provider.get(f"/devices/{device.imei}")["suspended_by"] == [second]
    world.client(second).event(device.imei, "resume")
    assert reaches(world, device) == FULL


def test_7_a_new_device_takes_over(world: World) -> None:
    old, new = installed(world, 1), bound(world, 2)
    assert (world.attach(old), world.attach(new)) == ("ADMITTED", "BARRED")
    seen = world.provider.event(old.imei, "replace", imei=new.imei)
    assert (seen["service_state"], seen["replaced_by"]) == ("replaced", new.imei)
    assert world.attach(old) == "UNKNOWN"
    assert reaches(world, new) == FULL
    there = world.provider.get("/devices", equipment=ONE.equipment)["devices"]
    assert [(each["imei"], each["service_state"]) for each in there] == [
        (old.imei, "replaced"),
        (new.imei, "active"),
    ]
    assert world.service.get(f"/devices/{new.imei}")["equipment"] == ONE.equipment


def test_7_a_suspension_survives_the_replacement(world: World) -> None:
    old, new = installed(world, 1), bound(world, 2)
    for client in (world.operator, world.service):
        client.event(old.imei, "suspend")
    world.provider.event(old.imei, "replace", imei=new.imei)
    assert (world.attach(old), world.attach(new)) == ("UNKNOWN", "BARRED")
    assert world.provider.get(f"/devices/{new.imei}")["suspended_by"] == ["operator", "service_provider"]
    world.operator.event(new.imei, "resume")
    assert world.attach(new) == "BARRED"
    world.service.event(new.imei, "resume")
    assert reaches(world, new) == FULL


def test_7_an_operator_suspends_its_own_subscriptions_only(world: World) -> None:
    old = installed(world, 1)
    for client in (world.operator, world.service):
        client.event(old.imei, "suspend")
    pairs = [{"iccid": TWO.iccid, "imsi": TWO.imsi}]
    other = world.client("TEST-TOKEN-other-network")
    other.post("/subscriptions", {"equipment_provider": PROVIDER, "subscriptions": pairs})
    new = world.emulated(2)
    world.report(new)
    world.maker.event(new.imei, "device_test_passed")
    world.provider.event(old.imei, "replace", imei=new.imei)
    assert world.provider.get(f"/devices/{new.imei}")["suspended_by"] == ["service_provider"]
    world.service.event(new.imei, "resume")
    assert reaches(world, new) == FULL
    told = [each["event"] for each in other.news()]
    assert told == ["begin_test", "end_test", "activate", "suspend_network", "resume_network"]
    assert world.operator.news()[-1]["event"] == "terminate"


def nothing(world: World) -> None:
    pass


def unreported(world: World) -> None:
    world.announce(2)


def in_its_test(world: World) -> None:
    world.deliver(2)
    world.report(world.emulated(2))


def in_another_equipment(world: World) -> None:
    world.provider.event(bound(world, 2).imei, "mount", equipment=TWO.equipment)


def of_another_provider(world: World) -> None:
    pairs = [{"iccid": TWO.iccid, "imsi": TWO.imsi}]
    world.operator.post("/subscriptions", {"equipment_provider": "tractors", "subscriptions": pairs})
    device = world.emulated(2)
    world.report(device)
    world.maker.event(device.imei, "device_test_passed")


@pytest.mark.parametrize(
    ("prepare", "new", "status", "state"),
    [
        (nothing, TWO.imei, 404, None),
        (unreported, TWO.imei, 404, None),
        (of_another_provider, TWO.imei, 404, None),
        (nothing, ONE.imei, 409, None),
        (in_its_test, TWO.imei, 409, "device_test"),
        (in_another_equipment, TWO.imei, 409, "equipment_test"),
    ],
)
def test_7_only_a_tested_free_device_of_ones_own_takes_over(
    world: World, prepare: Callable[[World], None], new: str, status: int, state: str | None
) -> None:
    old = installed(world, 1)
    prepare(world)
    before = world.contents()
    with pytest.raises(Refusal) as refused:
        world.provider.event(old.imei, "replace", imei=new)
    assert (refused.value.status, refused.value.body.get("state")) == (status, state)
    assert world.contents() == before
    assert world.attach(old) == "ADMITTED"
