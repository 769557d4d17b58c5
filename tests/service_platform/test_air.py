"""Attaching over HTTP, for devices of other processes: the same outcomes, and patience that ends."""

from __future__ import annotations

from typing import Any

import pytest

from euicc.testing.network import Admission, Challenge
from examples.service_platform import air
from examples.service_platform.devices import EmulatedDevice, Numbers
from examples.service_platform.operator_side import Access
from examples.service_platform.states import ACTIVE
from tests.service_platform.test_scenarios import bound, installed
from tests.service_platform.world import World

ONE, TWO = Numbers.of(1), Numbers.of(2)


def call(world: World, path: str, body: object, status: int = 200) -> dict[str, Any]:
    answer = world.http.post(f"/air/{path}", json=body)
    assert answer.status_code == status
    found: dict[str, Any] = answer.json()
    return found


def begun(world: World) -> dict[str, Any]:
    return call(world, "attach", {"imsi": ONE.imsi, "imei": ONE.imei})


def response(device: EmulatedDevice, said: dict[str, Any]) -> str:
    challenge = Challenge(bytes.fromhex(said["rand"]), bytes.fromhex(said["autn"]), b"", b"", b"")
    found = device.answer(challenge)
    assert found is not None
    return found.hex()


def test_the_same_outcomes_as_in_process(world: World) -> None:
    device = world.emulated(1)
    assert device.attach_over(world.http) == device.attach(world.network)
    world.deliver(1)
    assert device.attach_over(world.http) == device.attach(world.network)
    world.report(device)
    assert device.attach_over(world.http).access_points == ("test",)
    device.imei = TWO.imei
    assert device.attach_over(world.http).admission.name == "FOREIGN_DEVICE"


def test_a_resynchronisation_is_one_more_challenge(world: World) -> None:
    device = installed(world)
    assert world.attach(device) == "ADMITTED"
    world.restart()
    assert device.attach_over(world.http).access_points == ("test", "service")


def test_a_device_that_says_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(air, "PATIENCE", 0.02)
    world.reach(1, ACTIVE)
    attempt = air.Attempt.begin(world.network, ONE.imsi, ONE.imei)
    assert isinstance(attempt.told.get(timeout=10), Challenge)
    assert attempt.told.get(timeout=10) == Access(Admission.WRONG_RESPONSE)


def test_answers_that_are_wrong(world: World) -> None:
    installed(world)
    for wrong, admission in (
        ("db08" + "00" * 8, "WRONG_RESPONSE"),
        ("", "WRONG_RESPONSE"),
        (None, "NETWORK_REFUSED"),
    ):
        said = begun(world)
        answer = {"attempt": said["attempt"], "response": wrong}
        assert call(world, "answer", answer) == {"admission": admission, "access_points": []}
        assert call(world, "answer", answer, 404)["error"] == "unknown"


@pytest.mark.parametrize(("event", "admission"), [("suspend", "BARRED"), ("stop", "UNKNOWN")])
def test_what_counts_is_the_state_in_the_end(world: World, event: str, admission: str) -> None:
    device = installed(world)
    said = begun(world)
    world.provider.event(device.imei, event)
    answer = {"attempt": said["attempt"], "response": response(device, said)}
    assert call(world, "answer", answer) == {"admission": admission, "access_points": []}


def test_a_subscription_that_ends_between_two_challenges(world: World) -> None:
    device = bound(world)
    world.provider.event(device.imei, "mount", equipment=ONE.equipment)
    assert world.attach(device) == "ADMITTED"
    world.restart()
    said = begun(world)
    world.provider.event(device.imei, "equipment_test_passed")
    world.provider.event(device.imei, "stop")
    answer = {"attempt": said["attempt"], "response": response(device, said)}
    assert call(world, "answer", answer)["admission"] == "UNKNOWN"


def test_the_oldest_attempts_are_forgotten(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(air, "MOST_ATTEMPTS", 2)
    monkeypatch.setattr(air, "PATIENCE", 0.5)
    world.reach(1, ACTIVE)
    first, *_ = [begun(world) for _ in range(3)]
    call(world, "answer", {"attempt": first["attempt"], "response": ""}, 404)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("attach", {"imsi": ONE.imsi}),
        ("attach", {"imsi": ONE.imsi, "imei": "1"}),
        ("answer", {"attempt": "x"}),
        ("answer", {"attempt": "x", "response": "xy"}),
        ("answer", {"attempt": "x", "response": 1}),
        ("answer", {"attempt": 1, "response": ""}),
        ("answer", []),
    ],
)
def test_what_is_malformed(world: World, path: str, body: object) -> None:
    assert call(world, path, body, 400)["error"] == "malformed"
