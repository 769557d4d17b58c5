"""The device says itself what it is made of; whoever contradicts what is known is refused."""

from __future__ import annotations

import pytest

from examples.service_platform.client import Refusal
from examples.service_platform.devices import EmulatedDevice, Numbers, make_card
from examples.service_platform.refusals import NotRecognised
from examples.service_platform.requests import Report
from examples.service_platform.states import ACTIVE, DEVICE_TESTED, PRE_PROVISIONED
from tests.service_platform.world import World, paper

ONE, TWO = Numbers.of(1), Numbers.of(2)


def refused(world: World, credential: str, imei: str, body: dict[str, str]) -> Refusal:
    before = world.contents()
    with pytest.raises(Refusal, match="409 conflict") as found:
        world.client(credential).post(f"/devices/{imei}/report", body)
    assert world.contents() == before
    assert world.is_consistent()
    return found.value


def test_what_nobody_delivered(world: World) -> None:
    refused(world, world.announce(1), ONE.imei, paper(1))


def test_an_imsi_that_belongs_to_another_iccid(world: World) -> None:
    world.deliver(1, 2)
    refused(world, world.announce(1), ONE.imei, {**paper(1), "imsi": TWO.imsi})


@pytest.mark.parametrize("member", ["eid", "iccid"])
def test_what_is_in_another_device(world: World, member: str) -> None:
    world.reach(1, DEVICE_TESTED)
    world.deliver(2)
    taken = {**paper(2), "eid": paper(1)["eid"]} if member == "eid" else {**paper(1), "eid": paper(2)["eid"]}
    assert refused(world, world.announce(2), TWO.imei, taken).body["member"] == member


def test_a_copied_card_and_its_original(world: World) -> None:
    """The copy answers the network as the original does, and has its numbers: the platform and the pairing stop it."""
    world.deliver(1)
    original = world.emulated(1)
    world.report(original)
    copy = EmulatedDevice(TWO.imei, make_card(2, ONE.imsi, ONE.iccid), world.announce(2))
    before = world.contents()
    with pytest.raises(Refusal, match="409 conflict"):
        world.report(copy)
    assert world.contents() == before
    assert world.attach(copy) == "FOREIGN_DEVICE"
    assert world.attach(original) == "ADMITTED"


@pytest.mark.parametrize("member", ["eid", "iccid", "imsi"])
def test_a_bound_device_that_reports_something_else(world: World, member: str) -> None:
    """Whose card was changed, say."""
    world.deliver(1, 2)
    credential = world.announce(1)
    world.client(credential).post(f"/devices/{ONE.imei}/report", paper(1))
    found = refused(world, credential, ONE.imei, {**paper(1), member: paper(2)[member]})
    assert found.body["member"] == member


def test_a_bound_device_that_reports_the_same_again(world: World) -> None:
    world.deliver(1)
    device = world.emulated(1)
    world.report(device)
    world.maker.event(device.imei, "device_test_passed")
    before = world.contents()
    assert world.report(device) == {"imei": ONE.imei, "service_state": "device_tested"}
    assert world.contents() == before


def test_one_device_in_an_equipment(world: World) -> None:
    for number in (1, 2):
        world.reach(number, DEVICE_TESTED)
    world.provider.event(ONE.imei, "mount", equipment=ONE.equipment)
    before = world.contents()
    with pytest.raises(Refusal, match="409 conflict") as found:
        world.provider.event(TWO.imei, "mount", equipment=ONE.equipment)
    assert found.value.body["member"] == "equipment"
    assert world.contents() == before


def test_an_equipment_whose_device_was_stopped_gets_another(world: World) -> None:
    world.reach(1, ACTIVE)
    world.reach(2, DEVICE_TESTED)
    world.provider.event(ONE.imei, "stop")
    world.provider.event(TWO.imei, "mount", equipment=ONE.equipment)
    found = world.provider.get("/devices", equipment=ONE.equipment)["devices"]
    assert [each["service_state"] for each in found] == ["stopped", "equipment_test"]
    assert world.is_consistent()


def test_only_the_last_credential_counts(world: World) -> None:
    world.reach(1, PRE_PROVISIONED)
    old, new = world.announce(1), world.announce(1)
    with pytest.raises(Refusal, match="401"):
        world.client(old).post(f"/devices/{ONE.imei}/report", paper(1))
    with pytest.raises(NotRecognised):  # as when it is replaced between being looked at and being used
        world.platform.report(old, ONE.imei, Report(**paper(1)))
    assert world.client(new).post(f"/devices/{ONE.imei}/report", paper(1))["service_state"] == "device_test"
