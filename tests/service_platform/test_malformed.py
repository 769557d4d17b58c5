"""What is malformed: 400, the member that is wrong by its name, and nothing is changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples.service_platform import identifiers
from examples.service_platform.api import LARGEST_BODY
from examples.service_platform.client import Refusal
from examples.service_platform.devices import Numbers
from examples.service_platform.requests import LARGEST_DELIVERY
from examples.service_platform.states import DEVICE_TESTED, EQUIPMENT_TESTED
from tests.service_platform.world import World, paper

ONE, TWO = Numbers.of(1), Numbers.of(2)
PAIR = {"iccid": TWO.iccid, "imsi": TWO.imsi}
WRONG_IMEI = (
    "",
    "35209900000001",
    "3520990000000140",
    "352099000000015",
    "35209900000001a",
    "３52099000000014",
)
WRONG_ICCID = (
    "",
    "8900101000000000018",
    "99001010000000000013",
    "890010100000000000108",
    "8900101000000001F",
)
WRONG_IMSI = ("", "0010100000001", "0010100000000001", "00101000000000x")
WRONG_EID = ("", "89049032001001000000000000000121", "8904903200100100000000000000012", "x" * 32)
WRONG_VIN = ("", "TESTVEHCLE000001", "TESTVEHICLE000001", "testvehcle0000001", "TESTVEHCLE00000012")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'"imei"',
        b"null",
        b"\xff\xfe{}",
        b"[" * 100_000,
        b'{"imei": 35}',
        b'{"imei": null}',
        b"{}",
        b"",
        b'{"imei": "352099000000022", "eid": ""}',
    ],
)
def test_a_body_that_is_none(world: World, body: bytes) -> None:
    before = world.contents()
    headers = {"Authorization": "Bearer TEST-TOKEN-modems"}
    answer = world.http.post("/devices", content=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"] == "malformed"
    assert world.contents() == before


def test_a_body_that_is_too_large(world: World) -> None:
    headers = {"Authorization": "Bearer TEST-TOKEN-modems"}
    answer = world.http.post("/devices", content=b" " * (LARGEST_BODY + 1), headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")


def refused(world: World, role: str, path: str, body: object) -> Refusal:
    before = world.contents()
    with pytest.raises(Refusal) as found:
        world.client(f"TEST-TOKEN-{role}").post(path, body)
    assert world.contents() == before
    assert (found.value.status, found.value.body["error"]) == (400, "malformed")
    assert str(found.value.body["member"]) in found.value.body["message"]
    return found.value


@pytest.mark.parametrize("imei", WRONG_IMEI)
def test_an_imei(world: World, imei: str) -> None:
    assert refused(world, "modems", "/devices", {"imei": imei}).body["member"] == "imei"


@pytest.mark.parametrize(
    ("member", "value"),
    [
        *(("iccid", each) for each in WRONG_ICCID),
        *(("imsi", each) for each in WRONG_IMSI),
        ("iccid", 8900101),
        ("imsi", None),
    ],
)
def test_a_delivered_pair(world: World, member: str, value: object) -> None:
    good = {"iccid": ONE.iccid, "imsi": ONE.imsi}
    body = {"equipment_provider": "vehicles", "subscriptions": [good, {**PAIR, member: value}]}
    assert refused(world, "network", "/subscriptions", body).body["member"] == f"subscriptions[1].{member}"
    assert world.operator.get("/subscriptions") == {"subscriptions": []}


@pytest.mark.parametrize(
    ("body", "member"),
    [
        ({"equipment_provider": "vehicles"}, "subscriptions"),
        ({"equipment_provider": "vehicles", "subscriptions": []}, "subscriptions"),
        (
            {"equipment_provider": "vehicles", "subscriptions": [PAIR] * (LARGEST_DELIVERY + 1)},
            "subscriptions",
        ),
        ({"equipment_provider": "vehicles", "subscriptions": {"0": PAIR}}, "subscriptions"),
        ({"equipment_provider": "vehicles", "subscriptions": [PAIR, PAIR]}, "subscriptions"),
        ({"equipment_provider": "vehicles", "subscriptions": ["89"]}, "subscriptions[0]"),
        ({"equipment_provider": "vehicles", "subscriptions": [{**PAIR, "k": "00"}]}, "subscriptions[0].k"),
        ({"subscriptions": [PAIR]}, "equipment_provider"),
        ({"equipment_provider": "modems", "subscriptions": [PAIR]}, "equipment_provider"),
        ({"equipment_provider": "nobody", "subscriptions": [PAIR]}, "equipment_provider"),
        ({"equipment_provider": "Vehicles!", "subscriptions": [PAIR]}, "equipment_provider"),
        ({"equipment_provider": "vehicles", "subscriptions": [PAIR], "more": 1}, "more"),
    ],
)
def test_a_delivery(world: World, body: object, member: str) -> None:
    assert refused(world, "network", "/subscriptions", body).body["member"] == member


@pytest.mark.parametrize("known", ["iccid", "imsi"])
def test_what_was_delivered_before(world: World, known: str) -> None:
    world.deliver(1)
    other, pair = (
        {"iccid": Numbers.of(3).iccid, "imsi": Numbers.of(3).imsi},
        {**PAIR, known: getattr(ONE, known)},
    )
    before = world.contents()
    body = {"equipment_provider": "vehicles", "subscriptions": [other, pair]}
    with pytest.raises(Refusal, match="409 conflict"):
        world.operator.post("/subscriptions", body)
    assert world.contents() == before
    assert world.is_consistent()


@pytest.mark.parametrize(
    ("member", "value"),
    [
        *(("eid", each) for each in WRONG_EID),
        ("iccid", WRONG_ICCID[1]),
        ("imsi", WRONG_IMSI[1]),
        ("eid", 89),
        ("imei", ONE.imei),
    ],
)
def test_a_report(world: World, member: str, value: object) -> None:
    world.deliver(1)
    device, before = world.client(world.announce(1)), world.contents()
    with pytest.raises(Refusal, match="400 malformed") as found:
        device.post(f"/devices/{ONE.imei}/report", {**paper(1), member: value})
    assert found.value.body["member"] == member
    assert world.contents() == before


@pytest.mark.parametrize("equipment", [*WRONG_VIN, 17])
def test_an_equipment_id(world: World, equipment: object) -> None:
    imei = world.reach(1, DEVICE_TESTED)
    assert (
        refused(world, "vehicles", f"/devices/{imei}/mount", {"equipment": equipment}).body["member"]
        == "equipment"
    )


@pytest.mark.parametrize("name", ["", "network", "nobody", "A", 1])
def test_a_service_provider(world: World, name: object) -> None:
    imei = world.reach(1, EQUIPMENT_TESTED)
    found = refused(world, "vehicles", f"/devices/{imei}/install", {"service_provider": name})
    assert found.body["member"] == "service_provider"


@pytest.mark.parametrize("body", [{"reason": "theft"}, {"imei": ONE.imei}])
def test_an_event_that_takes_nothing(world: World, body: object) -> None:
    imei = world.reach(1, DEVICE_TESTED)
    assert "nothing" in str(refused(world, "vehicles", f"/devices/{imei}/stop", body))


@pytest.mark.parametrize("through", [0, -1, True, "1", 1.5, None, 1 << 63])
def test_an_acknowledgement(world: World, through: object) -> None:
    world.deliver(1)
    found = refused(world, "vehicles", "/notifications/acknowledge", {"through": through})
    assert found.body["member"] == "through"


@pytest.mark.parametrize(
    "path",
    [
        f"/devices/{WRONG_IMEI[3]}",
        "/devices/1",
        "/devices?imei=1",
        "/devices?equipment=1",
        "/devices?colour=red",
        f"/devices?after=1&imei={ONE.imei}",
        f"/devices?imei={ONE.imei}&equipment={ONE.equipment}",
        f"/devices?imei={ONE.imei}&imei={ONE.imei}",
        "/notifications?after=-1",
        "/notifications?after=x",
        "/notifications?after=9999999999999999999",
        "/notifications?since=1",
    ],
)
def test_an_address(world: World, path: str) -> None:
    answer = world.http.get(path, headers={"Authorization": "Bearer TEST-TOKEN-vehicles"})
    assert (answer.status_code, answer.json()["error"]) == (400, "malformed")


@given(st.text(alphabet="0123456789", min_size=14, max_size=14))
def test_each_wrong_digit_of_an_imei_is_found(digits: str) -> None:
    good = identifiers.with_luhn_digit(digits)
    assert identifiers.imei(good) == good
    for place in range(len(good)):
        wrong = good[:place] + str((int(good[place]) + 1) % 10) + good[place + 1 :]
        with pytest.raises(ValueError):
            identifiers.imei(wrong)


def test_check_digits_that_are_known() -> None:
    # TS 23.003 annex B works the first one out; the second is the example that is printed everywhere.
    assert identifiers.with_luhn_digit("26053179311383") == "260531793113837"
    assert identifiers.imei("490154203237518") == "490154203237518"
