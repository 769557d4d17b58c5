"""Who may call what, see what and look up by what: every role and call against what is expected of them here."""

from __future__ import annotations

import httpx
import pytest

from examples.service_platform.client import Refusal
from examples.service_platform.devices import Numbers
from examples.service_platform.roles import PARTIES, TEST_PARTIES, Directory, Party, Role, party_for_tests
from examples.service_platform.states import ACTIVE, DEVICE_TESTED, PRE_PROVISIONED, Event
from tests.service_platform.world import OTHERS, SERVICE_PROVIDER, World, paper

ONE = Numbers.of(1)
PROVIDER, MAKER, SERVICE, OPERATOR, DEVICE = (
    Role.EQUIPMENT_PROVIDER,
    Role.DEVICE_MAKER,
    Role.SERVICE_PROVIDER,
    Role.OPERATOR,
    Role.DEVICE,
)
EVERY_PARTY = set(PARTIES)
MAY = {
    ("POST", "/subscriptions"): {OPERATOR},
    ("GET", "/subscriptions"): {OPERATOR},
    ("POST", "/devices"): {MAKER},
    ("GET", "/devices"): EVERY_PARTY,
    ("GET", f"/devices/{ONE.imei}"): EVERY_PARTY,
    ("POST", f"/devices/{ONE.imei}/report"): {DEVICE},
    ("POST", f"/devices/{ONE.imei}/device_test_passed"): {MAKER},
    ("POST", f"/devices/{ONE.imei}/device_test_failed"): {MAKER},
    ("POST", f"/devices/{ONE.imei}/mount"): {PROVIDER},
    ("POST", f"/devices/{ONE.imei}/equipment_test_passed"): {PROVIDER},
    ("POST", f"/devices/{ONE.imei}/equipment_test_failed"): {PROVIDER},
    ("POST", f"/devices/{ONE.imei}/install"): {PROVIDER},
    ("POST", f"/devices/{ONE.imei}/suspend"): {PROVIDER, SERVICE, OPERATOR},
    ("POST", f"/devices/{ONE.imei}/resume"): {PROVIDER, SERVICE, OPERATOR},
    ("POST", f"/devices/{ONE.imei}/stop"): {PROVIDER},
    ("POST", f"/devices/{ONE.imei}/replace"): {PROVIDER},
    ("GET", "/notifications"): EVERY_PARTY,
    ("POST", "/notifications/acknowledge"): EVERY_PARTY,
}
SEES = {
    PROVIDER: {"equipment", "imei", "service_state", "suspended_by", "service_provider", "replaced_by"},
    MAKER: {"imei", "eid", "iccid", "service_state"},
    SERVICE: {"equipment", "imei", "service_state", "suspended_by", "replaced_by"},
    OPERATOR: {"imei", "eid", "iccid", "imsi", "network_state", "suspended_by"},
}


def status(world: World, method: str, path: str, token: str | None, body: object = None) -> int:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return world.http.request(method, path, headers=headers, json=body).status_code


@pytest.mark.parametrize(("method", "path"), MAY)
def test_each_call_is_for_its_roles_only(world: World, method: str, path: str) -> None:
    world.reach(1, ACTIVE)
    tokens = {party.role: party.token for party in TEST_PARTIES} | {DEVICE: world.announce(2)}
    before = world.contents()
    refused = {role for role, token in tokens.items() if status(world, method, path, token, []) == 403}
    assert refused == set(tokens) - MAY[method, path]
    assert status(world, method, path, "TEST-TOKEN-nobody", []) == 401
    assert status(world, method, path, None, []) == 401
    assert world.contents() == before


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer ", "Basic TEST-TOKEN-vehicles", "TEST-TOKEN-vehicles"]
)
def test_what_is_no_token_is_not_recognised(world: World, authorization: str) -> None:
    answer = world.http.get("/devices", headers={"Authorization": authorization})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["error"] == "not_recognised"


def test_nothing_else_is_served(world: World) -> None:
    for method, path, wanted in (
        ("GET", "/", 404),
        ("PUT", "/devices", 405),
        ("POST", f"/devices/{ONE.imei}/announce", 404),
        ("POST", f"/devices/{ONE.imei}/take_over", 404),
    ):
        answer = world.http.request(method, path)
        assert (answer.status_code, answer.json()["error"]) == (wanted, "not_served")
    assert (
        world.http.head("/devices", headers={"Authorization": "Bearer TEST-TOKEN-vehicles"}).status_code
        == 200
    )


@pytest.mark.parametrize("role", PARTIES)
def test_each_role_sees_its_members_and_no_others(world: World, role: Role) -> None:
    imei = world.reach(1, ACTIVE)
    assert set(world.client(role).get(f"/devices/{imei}")) == SEES[role]


@pytest.mark.parametrize("role", PARTIES)
@pytest.mark.parametrize("member", ["equipment", "imei", "eid", "iccid", "imsi"])
def test_each_role_looks_up_by_what_it_sees(world: World, role: Role, member: str) -> None:
    imei = world.reach(1, ACTIVE)
    world.reach(2, ACTIVE)
    value = {"equipment": ONE.equipment, "imei": imei, **paper(1)}[member]
    client = world.client(role)
    if member not in SEES[role]:
        with pytest.raises(Refusal, match="403"):
            client.get("/devices", **{member: value})
        return
    (found,) = client.get("/devices", **{member: value})["devices"]
    assert found["imei"] == imei
    assert found[member] == value


@pytest.mark.parametrize("other", OTHERS, ids=lambda party: party.name)
def test_a_device_of_others_is_as_unknown_as_none(world: World, other: Party) -> None:
    imei, client = world.reach(1, ACTIVE), world.client(other)
    assert client.get("/devices") == {"devices": []}
    assert client.get("/devices", imei=imei) == {"devices": []}
    told = []
    for asked in (imei, Numbers.of(2).imei):
        with pytest.raises(Refusal) as refused:
            client.get(f"/devices/{asked}")
        assert refused.value.status == 404
        told.append(str(refused.value).replace(asked, "..."))
    assert told[0] == told[1]
    assert client.get("/notifications") == {"notifications": []}
    if other.role is not MAKER:
        with pytest.raises(Refusal, match="404"):
            client.event(imei, "stop" if other.role is PROVIDER else "suspend")
    if other.role is OPERATOR:
        assert client.get("/subscriptions") == {"subscriptions": []}


def test_another_maker_does_not_get_a_credential(world: World) -> None:
    imei = world.reach(1, PRE_PROVISIONED)
    before = world.contents()
    with pytest.raises(Refusal, match="409 conflict"):
        world.client(OTHERS[1]).post("/devices", {"imei": imei})
    assert world.contents() == before


def test_causes_of_others_are_for_the_equipment_provider(world: World) -> None:
    imei = world.reach(1, ACTIVE)
    world.provider.event(imei, "suspend")
    assert world.service.get(f"/devices/{imei}")["suspended_by"] == []
    assert world.service.get(f"/devices/{imei}")["service_state"] == "suspended"
    assert world.operator.get(f"/devices/{imei}")["suspended_by"] == []
    assert world.operator.get(f"/devices/{imei}")["network_state"] == "suspended"
    assert world.provider.get(f"/devices/{imei}")["suspended_by"] == ["equipment_provider"]


def test_the_named_service_provider_serves_and_no_other(world: World) -> None:
    imei = world.reach(1, DEVICE_TESTED)
    world.cause(1, Event.MOUNT, PROVIDER)
    world.cause(1, Event.EQUIPMENT_TEST_PASSED, PROVIDER)
    with pytest.raises(Refusal, match="404"):
        world.service.get(f"/devices/{imei}")
    world.provider.event(imei, "install", service_provider=SERVICE_PROVIDER)
    assert world.service.get(f"/devices/{imei}")["service_state"] == "active"
    with pytest.raises(Refusal, match="404"):
        world.client(OTHERS[2]).event(imei, "suspend")


def test_a_credential_is_for_its_own_device(world: World) -> None:
    world.deliver(1)
    world.announce(1)
    other = world.client(world.announce(2))
    with pytest.raises(Refusal, match="403"):
        other.post(f"/devices/{ONE.imei}/report", paper(1))


def test_tokens_do_not_show(world: World) -> None:
    assert "TEST-TOKEN" not in repr(TEST_PARTIES)
    credential = world.announce(1)
    found = world.store.device(ONE.imei)
    assert credential not in world.contents() + repr(found)


@pytest.mark.parametrize(
    "parties",
    [
        (party_for_tests("a", OPERATOR), party_for_tests("a", MAKER)),
        (Party("a", OPERATOR, "one"), Party("b", OPERATOR, "one")),
        (party_for_tests("a", DEVICE),),
    ],
)
def test_parties_are_told_apart(parties: tuple[Party, ...]) -> None:
    with pytest.raises(ValueError):
        Directory(parties)


def test_a_client_of_http_gets_json_whatever_happens(world: World) -> None:
    answer: httpx.Response = world.http.post("/devices", content=b"{", headers={"Authorization": "Bearer x"})
    assert answer.json() == {"error": "not_recognised", "message": "nobody has this token"}
