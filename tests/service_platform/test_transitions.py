"""Every state and every event, against what is expected of them here: what is not, is refused and changes nothing."""

from __future__ import annotations

import pytest

from examples.service_platform.client import Refusal
from examples.service_platform.devices import Numbers
from examples.service_platform.rights import shown_state
from examples.service_platform.roles import PARTIES, Role
from examples.service_platform.states import (
    NETWORK,
    SERVICE,
    STATES,
    Event,
    NetworkState,
    ServiceState,
    Stage,
    Transition,
    causes,
)
from tests.service_platform.world import NETWORK_OF_STAGE, World, details, paper

PROVIDER, MAKER, SERVICE_PROVIDER, OPERATOR = (
    Role.EQUIPMENT_PROVIDER,
    Role.DEVICE_MAKER,
    Role.SERVICE_PROVIDER,
    Role.OPERATOR,
)
# What parties may cause, and the stage that follows. Suspensions are looked at below.
ALLOWED = {
    (Stage.DEVICE_TEST, "device_test_passed", MAKER): "device_tested",
    (Stage.DEVICE_TEST, "device_test_failed", MAKER): "rejected",
    (Stage.DEVICE_TESTED, "mount", PROVIDER): "equipment_test",
    (Stage.DEVICE_TESTED, "stop", PROVIDER): "stopped",
    (Stage.EQUIPMENT_TEST, "equipment_test_passed", PROVIDER): "equipment_tested",
    (Stage.EQUIPMENT_TEST, "equipment_test_failed", PROVIDER): "device_tested",
    (Stage.EQUIPMENT_TESTED, "install", PROVIDER): "active",
    (Stage.EQUIPMENT_TESTED, "stop", PROVIDER): "stopped",
    (Stage.INSTALLED, "stop", PROVIDER): "stopped",
    (Stage.INSTALLED, "replace", PROVIDER): "replaced",
}
EVENTS = [event for event in Event if event not in (Event.ANNOUNCE, Event.REPORT, Event.TAKE_OVER)]
CALLS = [(event, role) for event in EVENTS for role in PARTIES if role in causes(event)]


def expected(state: ServiceState, event: Event, role: Role) -> tuple[str, set[Role]] | None:
    """The state by name and who suspends then; None where it is refused."""
    mine = role in state.suspended_by
    if state.stage is Stage.INSTALLED and event in (Event.SUSPEND, Event.RESUME):
        if mine is (event is Event.SUSPEND):
            return None
        suspended_by = set(state.suspended_by) ^ {role}
        return ("suspended" if suspended_by else "active"), suspended_by
    then = ALLOWED.get((state.stage, event.value, role))
    return None if then is None else (then, set())


@pytest.mark.parametrize("state", STATES, ids=str)
def test_what_is_not_allowed_is_refused_and_changes_nothing(world: World, state: ServiceState) -> None:
    imei = world.reach(1, state)
    situation, before = world.store.device(imei), world.contents()
    assert situation is not None
    refused = [(event, role) for event, role in CALLS if expected(state, event, role) is None]
    for event, role in refused:
        with pytest.raises(Refusal) as refusal:
            world.client(role).event(imei, event, **details(event, 1))
        if situation.party(role) is None:
            assert refusal.value.status == 404
            continue
        assert refusal.value.status == 409
        assert refusal.value.body["error"] == "invalid_transition"
        assert refusal.value.body["event"] == event
        assert refusal.value.body["state"] == shown_state(role, situation)
        assert event in refusal.value.body["message"]
    assert len(refused) >= len(CALLS) - 5
    assert world.contents() == before
    assert world.is_consistent()


@pytest.mark.parametrize(
    ("state", "event", "role"),
    [(state, event, role) for state in STATES for event, role in CALLS if expected(state, event, role)],
    ids=str,
)
def test_what_is_allowed_leads_where_it_should(
    world: World, state: ServiceState, event: Event, role: Role
) -> None:
    imei = world.reach(1, state)
    world.cause(1, event, role)
    found = world.store.device(imei)
    assert found is not None
    assert found.subscription is not None
    assert (found.device.state.name, set(found.device.state.suspended_by)) == expected(state, event, role)
    assert found.subscription.state == NETWORK_OF_STAGE[found.device.state.name]
    assert world.is_consistent()


@pytest.mark.parametrize("state", STATES, ids=str)
def test_announcing_again(world: World, state: ServiceState) -> None:
    imei = world.reach(1, state)
    if state.stage is Stage.PRE_PROVISIONED:
        old, new = world.announce(1), world.announce(1)
        with pytest.raises(Refusal, match="401"):
            world.client(old).post(f"/devices/{imei}/report", paper(1))
        assert world.client(new).post(f"/devices/{imei}/report", paper(1))["service_state"] == "device_test"
        return
    before = world.contents()
    with pytest.raises(Refusal, match="409 invalid_transition: announce"):
        world.announce(1)
    assert world.contents() == before


@pytest.mark.parametrize("stage", [Stage.STOPPED, Stage.REJECTED, Stage.REPLACED])
def test_a_device_that_is_done_reports_in_vain(world: World, stage: Stage) -> None:
    world.deliver(1)
    credential = world.announce(1)
    imei, device = Numbers.of(1).imei, world.client(credential)
    device.post(f"/devices/{imei}/report", paper(1))
    before_end = {
        Stage.REJECTED: [("device_test_failed", MAKER)],
        Stage.STOPPED: [("device_test_passed", MAKER), ("stop", PROVIDER)],
        Stage.REPLACED: [
            ("device_test_passed", MAKER),
            ("mount", PROVIDER),
            ("equipment_test_passed", PROVIDER),
            ("install", PROVIDER),
            ("replace", PROVIDER),
        ],
    }
    for event, role in before_end[stage]:
        world.cause(1, Event(event), role)
    before = world.contents()
    with pytest.raises(Refusal) as refused:
        device.post(f"/devices/{imei}/report", paper(1))
    assert refused.value.body["state"] == stage
    assert (refused.value.status, refused.value.body["event"]) == (409, "report")
    assert world.contents() == before


def test_nobody_has_a_device_take_over_by_itself(world: World) -> None:
    imei = world.reach(1, ServiceState(Stage.DEVICE_TESTED))
    with pytest.raises(Refusal, match="404"):
        world.provider.event(imei, "take_over")


def test_the_tables_are_tables() -> None:
    """One row for each state, event and role; final states have none; no network event lacks a row where it happens."""
    assert len({(row.state, row.event, row.by) for row in SERVICE}) == len(SERVICE)
    assert len({(row.state, row.event) for row in NETWORK}) == len(NETWORK)
    final = {Stage.STOPPED, Stage.REJECTED, Stage.REPLACED}
    assert not [row for row in SERVICE if row.state is not None and row.state.stage in final]
    assert not [row for row in NETWORK if row.state is NetworkState.TERMINATED]
    led_to = {row.to for row in SERVICE}
    assert led_to == set(STATES)


@pytest.mark.parametrize("row", [row for row in SERVICE if row.state is not None], ids=str)
def test_the_two_tables_fit_together(row: Transition) -> None:
    """Whatever a row asks of the subscription has a row, and ends in the state that goes with the stage."""
    assert row.state is not None
    before = NETWORK_OF_STAGE[row.state.name]
    if row.event is Event.REPORT and before is None:
        before = NetworkState.INACTIVE  # as it waits in stock
    steps = {(each.state, each.event): each.to for each in NETWORK}
    after = before if row.network is None else steps[NetworkState(str(before)), row.network]
    assert after == NETWORK_OF_STAGE[row.to.name]
