"""Whatever is sent to whatever call: there is an answer in JSON, and it never says that the platform is broken."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from examples.service_platform.api import CALLS
from examples.service_platform.devices import Numbers
from examples.service_platform.roles import TEST_PARTIES
from examples.service_platform.states import ACTIVE
from tests.service_platform.world import World, paper

ONE = Numbers.of(1)
MEMBERS = st.sampled_from(
    ["imei", "eid", "iccid", "imsi", "equipment", "service_provider", "subscriptions", "through"]
)
KNOWN = st.sampled_from(
    [ONE.imei, ONE.iccid, ONE.imsi, ONE.equipment, "vehicles", "telematics", "", "0", "\ud800"]
)
VALUES = st.recursive(
    KNOWN | st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(MEMBERS | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=8,
)
PATHS = [(call.method, call.path.format(imei=ONE.imei)) for call in CALLS] + [
    ("POST", "/air/attach"),
    ("POST", "/air/answer"),
]


@pytest.fixture(scope="module")
def busy() -> Iterator[World]:
    """A platform that stays: what happens to it is not looked at here."""
    with tempfile.TemporaryDirectory() as directory:
        world = World(Path(directory) / "platform.db")
        world.reach(1, ACTIVE)
        yield world
        world.close()


@given(call=st.sampled_from(PATHS), body=VALUES, token=st.sampled_from([each.token for each in TEST_PARTIES]))
@example(call=("POST", "/devices"), body={"\ud800": 1}, token="TEST-TOKEN-modems")
@example(call=("POST", "/devices"), body={"imei": "\ud800"}, token="TEST-TOKEN-modems")
@settings(max_examples=80, deadline=None)
def test_any_body(busy: World, call: tuple[str, str], body: object, token: str) -> None:
    method, path = call
    content = json.dumps(body)
    answer = busy.http.request(method, path, content=content, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code < 500
    assert isinstance(answer.json(), dict)
    assert answer.is_success or {"error", "message"} <= set(answer.json())


@given(
    name=st.sampled_from(["imei", "eid", "iccid", "imsi", "equipment", "after", "x"]) | st.text(max_size=5),
    value=st.text(max_size=20) | st.sampled_from([ONE.imei, *paper(1).values()]),
    path=st.sampled_from(["/devices", "/subscriptions", "/notifications", f"/devices/{ONE.imei}"]),
)
@settings(max_examples=40, deadline=None)
def test_any_query(busy: World, name: str, value: str, path: str) -> None:
    headers = {"Authorization": "Bearer TEST-TOKEN-network"}
    answer = busy.http.get(path, params={name: value}, headers=headers)
    assert answer.status_code in (200, 400, 403, 404)


@given(token=st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=30))
@settings(max_examples=30, deadline=None)
def test_any_token(busy: World, token: str) -> None:
    answer = busy.http.get("/devices", headers=[(b"Authorization", b"Bearer " + token.encode("latin-1"))])
    assert answer.status_code == 401
