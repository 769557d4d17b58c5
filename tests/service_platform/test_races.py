"""Requests that race: exactly as many succeed as may, and the two machines never disagree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx
import pytest

from examples.service_platform.client import Client, Refusal
from examples.service_platform.devices import Numbers
from examples.service_platform.roles import Role
from examples.service_platform.server import serving
from examples.service_platform.states import ACTIVE, DEVICE_TESTED, NetworkState, ServiceState, Stage
from tests.service_platform.world import World, paper

ONE, TWO, THREE = Numbers.of(1), Numbers.of(2), Numbers.of(3)

Request = Callable[[], object]


def outcomes(requests: Sequence[Request]) -> list[int]:
    """All at once: 200, or the status of the refusal."""
    barrier = Barrier(len(requests))

    def run(request: Request) -> int:
        barrier.wait()
        try:
            request()
        except Refusal as refusal:
            return refusal.status
        return 200

    with ThreadPoolExecutor(len(requests)) as threads:
        return list(threads.map(run, requests))


def test_two_devices_for_one_equipment(world: World) -> None:
    for number in (1, 2, 3):
        world.reach(number, DEVICE_TESTED)
    with serving(world.platform) as url, httpx.Client(base_url=url) as http:
        provider = Client(http, "TEST-TOKEN-vehicles")
        mounted = outcomes(
            [
                lambda imei=each.imei: provider.event(imei, "mount", equipment=ONE.equipment)  # type: ignore[misc]
                for each in (ONE, TWO, THREE)
            ]
        )
    assert sorted(mounted) == [200, 409, 409]
    assert len(world.provider.get("/devices", equipment=ONE.equipment)["devices"]) == 1
    assert world.is_consistent()


def test_two_devices_that_report_one_card(world: World) -> None:
    world.deliver(1)
    credentials = {number: world.announce(number) for number in (1, 2)}
    with serving(world.platform) as url, httpx.Client(base_url=url) as http:
        first, second = (Client(http, each) for each in credentials.values())
        reported = outcomes(
            [
                lambda: first.post(f"/devices/{ONE.imei}/report", paper(1)),
                lambda: second.post(f"/devices/{TWO.imei}/report", paper(1)),
            ]
        )
    assert sorted(reported) == [200, 409]
    assert len(world.operator.get("/devices", iccid=ONE.iccid)["devices"]) == 1
    assert world.is_consistent()


def test_one_successor_for_two_devices(world: World) -> None:
    for number in (1, 2):
        world.reach(number, ACTIVE)
    world.reach(3, DEVICE_TESTED)
    with serving(world.platform) as url, httpx.Client(base_url=url) as http:
        provider = Client(http, "TEST-TOKEN-vehicles")
        replaced = outcomes(
            [
                lambda: provider.event(ONE.imei, "replace", imei=THREE.imei),
                lambda: provider.event(TWO.imei, "replace", imei=THREE.imei),
            ]
        )
    assert sorted(replaced) == [200, 409]
    states = [each["service_state"] for each in world.provider.get("/devices")["devices"]]
    assert sorted(states) == ["active", "active", "replaced"]
    assert world.is_consistent()


def test_everybody_at_once(world: World) -> None:
    """Suspending, resuming, stopping and replacing one device, and reading all the while."""
    world.reach(1, ACTIVE)
    world.reach(2, DEVICE_TESTED)
    with serving(world.platform) as url, httpx.Client(base_url=url) as http:
        parties = [Client(http, f"TEST-TOKEN-{name}") for name in ("vehicles", "telematics", "network")]

        def to_and_fro(client: Client) -> None:
            for _ in range(6):
                client.event(ONE.imei, "suspend")
                client.get("/devices", imei=ONE.imei)
                client.event(ONE.imei, "resume")

        assert outcomes([lambda each=each: to_and_fro(each) for each in parties]) == [200, 200, 200]  # type: ignore[misc]
        assert world.provider.get(f"/devices/{ONE.imei}")["service_state"] == "active"
        assert world.is_consistent()
        last = outcomes(
            [
                lambda: parties[0].event(ONE.imei, "stop"),
                lambda: parties[0].event(ONE.imei, "replace", imei=TWO.imei),
                lambda: parties[1].event(ONE.imei, "suspend"),
                lambda: parties[2].event(ONE.imei, "suspend"),
            ]
        )
    assert sorted(last[:2]) == [200, 409]
    assert world.provider.get(f"/devices/{ONE.imei}")["service_state"] in ("stopped", "replaced")
    assert world.is_consistent()


def test_a_device_that_takes_over_a_suspension_is_never_in_service(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.reach(1, ServiceState(Stage.INSTALLED, frozenset({Role.OPERATOR})))
    world.reach(2, DEVICE_TESTED)
    told: list[tuple[str, NetworkState]] = []
    monkeypatch.setattr(world.network, "follow", lambda imsi, state, imei: told.append((imsi, state)))
    world.provider.event(ONE.imei, "replace", imei=TWO.imei)
    assert told == [(ONE.imsi, NetworkState.TERMINATED), (TWO.imsi, NetworkState.SUSPENDED)]
