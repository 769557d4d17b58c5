"""Who is told of what: after every step of a life, each party's news against what is expected here."""

from __future__ import annotations

from typing import Any

import pytest

from examples.service_platform.client import Refusal
from examples.service_platform.devices import Numbers
from examples.service_platform.roles import PARTIES, Role
from examples.service_platform.states import ACTIVE, DEVICE_TESTED, SUSPENDERS, Event, ServiceState, Stage
from tests.service_platform.world import OTHERS, PROVIDER, World, paper

EQUIPMENT, MAKER, SERVICE, OPERATOR = PARTIES
ONE, TWO = Numbers.of(1), Numbers.of(2)

News = dict[Role, list[str]]


def news(world: World) -> News:
    """What is new for each role; roles without news are left out."""
    found = {role: [each["event"] for each in world.client(role).news()] for role in PARTIES}
    return {role: events for role, events in found.items() if events}


def test_each_step_of_a_life_is_told_to_those_who_must_know(world: World) -> None:
    world.deliver(1)
    assert news(world) == {EQUIPMENT: ["deliver"]}
    device = world.client(world.announce(1))
    assert news(world) == {}
    device.post(f"/devices/{ONE.imei}/report", paper(1))
    assert news(world) == {MAKER: ["report"], EQUIPMENT: ["report"], OPERATOR: ["begin_test"]}
    device.post(f"/devices/{ONE.imei}/report", paper(1))
    assert news(world) == {}
    steps: list[tuple[str, Role, News]] = [
        ("device_test_passed", MAKER, {EQUIPMENT: ["device_test_passed"], OPERATOR: ["end_test"]}),
        ("mount", EQUIPMENT, {OPERATOR: ["begin_test"]}),
        ("equipment_test_failed", EQUIPMENT, {OPERATOR: ["end_test"]}),
        ("mount", EQUIPMENT, {OPERATOR: ["begin_test"]}),
        ("equipment_test_passed", EQUIPMENT, {OPERATOR: ["end_test"]}),
        ("install", EQUIPMENT, {SERVICE: ["install"], OPERATOR: ["activate"]}),
        ("suspend", EQUIPMENT, {SERVICE: ["suspend"], OPERATOR: ["suspend_network"]}),
        ("suspend", OPERATOR, {EQUIPMENT: ["suspend"]}),
        ("suspend", SERVICE, {EQUIPMENT: ["suspend"]}),
        ("resume", EQUIPMENT, {}),
        ("resume", SERVICE, {EQUIPMENT: ["resume"]}),
        ("resume", OPERATOR, {EQUIPMENT: ["resume"], SERVICE: ["resume"]}),
        ("suspend", SERVICE, {EQUIPMENT: ["suspend"], OPERATOR: ["suspend_network"]}),
        ("resume", SERVICE, {EQUIPMENT: ["resume"], OPERATOR: ["resume_network"]}),
        ("stop", EQUIPMENT, {SERVICE: ["stop"], OPERATOR: ["terminate"]}),
    ]
    for event, role, told in steps:
        world.cause(1, Event(event), role)
        assert news(world) == told, event


def test_a_rejected_device(world: World) -> None:
    world.reach(1, ServiceState(Stage.DEVICE_TEST))
    news(world)
    world.maker.event(ONE.imei, "device_test_failed")
    assert news(world) == {EQUIPMENT: ["device_test_failed"], OPERATOR: ["terminate"]}


def test_a_replacement(world: World) -> None:
    world.reach(1, ServiceState(Stage.INSTALLED, frozenset((OPERATOR,))))
    world.reach(2, DEVICE_TESTED)
    news(world)
    world.provider.event(ONE.imei, "replace", imei=TWO.imei)
    assert news(world) == {
        SERVICE: ["replace", "take_over", "suspend"],
        OPERATOR: ["terminate", "activate", "suspend_network"],
    }


def test_a_stop_before_anybody_serves_it(world: World) -> None:
    world.reach(1, DEVICE_TESTED)
    news(world)
    world.provider.event(ONE.imei, "stop")
    assert news(world) == {OPERATOR: ["terminate"]}


@pytest.mark.parametrize("role", PARTIES)
def test_a_notification_says_what_its_reader_sees_and_no_more(world: World, role: Role) -> None:
    world.reach(1, ServiceState(Stage.INSTALLED, frozenset(SUSPENDERS)))
    told = [each for each in world.client(role).news() if each["event"] != "deliver"]
    seen = world.client(role).get(f"/devices/{ONE.imei}")
    assert told
    for each in told:
        assert set(each["body"]) == set(seen)
    everything = repr(told)
    hidden = {
        EQUIPMENT: (ONE.iccid, ONE.imsi, paper(1)["eid"]),
        MAKER: (ONE.imsi, ONE.equipment),
        SERVICE: (ONE.iccid, ONE.imsi, paper(1)["eid"], "operator", "equipment_provider"),
        OPERATOR: (ONE.equipment, "service_provider", "telematics"),
    }
    assert not [each for each in hidden[role] if each in everything]


def test_a_refused_request_is_told_to_nobody(world: World) -> None:
    world.reach(1, ACTIVE)
    news(world)
    with pytest.raises(Refusal, match="409"):
        world.provider.event(ONE.imei, "resume")
    assert news(world) == {}


def test_other_parties_are_told_nothing(world: World) -> None:
    world.reach(1, ACTIVE)
    for party in OTHERS:
        assert world.client(party).get("/notifications") == {"notifications": []}


def numbers(told: dict[str, Any]) -> list[int]:
    return [each["number"] for each in told["notifications"]]


def test_notifications_stay_until_they_are_acknowledged(world: World) -> None:
    world.reach(1, ACTIVE)
    operator = world.operator
    assert numbers(operator.get("/notifications")) == [1, 2, 3, 4, 5]
    assert numbers(operator.get("/notifications", after="3")) == [4, 5]
    operator.post("/notifications/acknowledge", {"through": 2})
    assert numbers(operator.get("/notifications")) == [3, 4, 5]
    operator.post("/notifications/acknowledge", {"through": 2})
    world.restart()
    assert numbers(world.operator.get("/notifications")) == [3, 4, 5]
    world.operator.post("/notifications/acknowledge", {"through": 5})
    world.operator.event(ONE.imei, "suspend")
    world.service.event(ONE.imei, "suspend")
    world.operator.event(ONE.imei, "resume")
    assert numbers(world.operator.get("/notifications")) == []
    world.service.event(ONE.imei, "resume")
    assert numbers(world.operator.get("/notifications")) == [6]


def test_what_was_not_told_is_not_acknowledged(world: World) -> None:
    world.deliver(1)
    for party, through in ((world.provider, 2), (world.service, 1)):
        with pytest.raises(Refusal, match="409 conflict"):
            party.post("/notifications/acknowledge", {"through": through})
    assert numbers(world.provider.get("/notifications")) == [1]


def test_at_most_a_hundred_at_once(world: World) -> None:
    for number in range(1, 106):
        world.deliver(number)
        world.announce(number)
    first = numbers(world.provider.get("/notifications"))
    assert first == list(range(1, 101))
    assert numbers(world.provider.get("/notifications", after="100")) == list(range(101, 106))
    for client, path, kind, member in (
        (world.maker, "/devices", "devices", "imei"),
        (world.operator, "/subscriptions", "subscriptions", "iccid"),
    ):
        found = [each[member] for each in client.get(path)[kind]]
        assert len(found) == 100
        found += [each[member] for each in client.get(path, after=found[-1])[kind]]
        assert found == sorted(getattr(Numbers.of(number), member) for number in range(1, 106))


def test_a_delivery_is_told_by_its_count(world: World) -> None:
    world.deliver(1, 2)
    (told,) = world.provider.get("/notifications")["notifications"]
    assert (told["event"], told["body"]) == ("deliver", {"subscriptions": 2})
    assert told["at"].endswith("+00:00")
    assert PROVIDER not in repr(told)
