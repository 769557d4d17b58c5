"""An SM-DS as a card and its device see it: who is authenticated, which events they are told."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest

from euicc.env import Env
from euicc.testing import http
from euicc.testing.pki import Pki
from euicc.testing.smdp.status import BadRequest, UnknownFunction
from euicc.testing.smds import SmDs
from tests.testing.ordered import EID, NOW, OTHER_EID, PKI, flip, refused
from tests.testing.smdp_card import ScriptedCard
from tests.testing.test_http import trusting

ADDRESS = "smds.example.com"
SMDP = "smdp.example.com"


def smds(pki: Pki = PKI, address: str = ADDRESS) -> SmDs:
    return SmDs(pki, address, random=Env(3).random, now=lambda: NOW)


def card(server: Any, pki: Pki = PKI, eid: bytes = EID, **fields: Any) -> ScriptedCard:
    return ScriptedCard(server, pki.issue_euicc(eid), **fields)


def discover(device: ScriptedCard, **changes: Any) -> list[dict[str, str]]:
    device.initiate()
    response = device.authenticate_response(**changes)
    answer = device.call(
        "authenticateClient",
        transactionId=device.hex_id,
        authenticateServerResponse=base64.b64encode(response).decode(),
    )
    assert answer["transactionId"] == device.hex_id
    entries: list[dict[str, str]] = answer["eventEntries"]
    return entries


def test_events_of_this_card_in_the_order_they_came() -> None:
    server = smds()
    server.register(EID, SMDP, "EVENT-1")
    server.register(OTHER_EID, SMDP, "EVENT-2")
    server.register(EID, "other.example.com", "EVENT-3")
    assert discover(card(server)) == [
        {"eventId": "EVENT-1", "rspServerAddress": SMDP},
        {"eventId": "EVENT-3", "rspServerAddress": "other.example.com"},
    ]


def test_none() -> None:
    assert discover(card(smds())) == []


def test_the_event_that_the_card_names() -> None:
    server = smds()
    server.register(EID, SMDP, "EVENT-1")
    event = server.register(EID, SMDP)
    assert discover(card(server, matching_id=event.event_id)) == [event.json]


def test_a_deleted_event_is_unknown() -> None:
    server = smds()
    event = server.register(EID, SMDP)
    server.delete(event)
    assert server.events == ()
    assert refused(lambda: discover(card(server, matching_id=event.event_id))) == "8.9.5/3.9"


def test_another_cards_event_is_unknown() -> None:
    server = smds()
    event = server.register(OTHER_EID, SMDP)
    assert refused(lambda: discover(card(server, matching_id=event.event_id))) == "8.9.5/3.9"


def test_what_an_SM_DP_refuses_with_8_8_is_8_9_here() -> None:
    server = smds()
    assert refused(card(server, address="elsewhere.example.com").initiate) == "8.9.1/3.8"
    assert refused(card(server, svn=bytes((1, 9, 9))).initiate) == "8.9.3/3.1"
    assert refused(card(server, signing=(bytes(20),)).initiate) == "8.9.2/3.1"
    assert refused(card(server, verification=(bytes(20),)).initiate) == "8.9.4/3.7"


def test_a_wrong_signature() -> None:
    assert refused(lambda: discover(card(smds()), alter=flip)) == "8.1/6.1"


def test_the_server_proves_itself_as_an_SM_DS() -> None:
    device = card(smds())
    answer = device.initiate()
    assert base64.b64decode(answer["serverCertificate"]) == next(iter(PKI.ds_auth.values())).certificate


def test_what_is_no_function_or_no_request() -> None:
    server = smds()
    with pytest.raises(UnknownFunction):
        server.handle("getBoundProfilePackage", {})
    with pytest.raises(BadRequest):
        server.handle("authenticateClient", {"transactionId": "00"})
    with pytest.raises(BadRequest):
        server.handle("initiateAuthentication", {})


@pytest.mark.parametrize("interface", ["es9plus", "es11"])
@pytest.mark.parametrize("field", ["smdpAddress", "smdsAddress"])
def test_over_https(interface: str, field: str) -> None:
    server = smds(address="")
    server.register(EID, SMDP, "EVENT-1")
    with (
        http.serve(server, tls=PKI.issue_tls("127.0.0.1")) as address,
        httpx.Client(verify=trusting(PKI), trust_env=False) as client,
    ):

        class Remote:
            def __init__(self) -> None:
                self.address = address

            def handle(self, function: str, request: dict[str, Any]) -> dict[str, Any]:
                if "smdpAddress" in request:
                    request = {**request, field: request.pop("smdpAddress")}
                url = f"https://{address}/gsma/rsp2/{interface}/{function}"
                answer: dict[str, Any] = client.post(url, json=request).json()
                return answer

        assert discover(card(Remote())) == [{"eventId": "EVENT-1", "rspServerAddress": SMDP}]
