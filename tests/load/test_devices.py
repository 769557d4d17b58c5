"""The parts of `examples/load` by themselves: identities, profiles, what counts as a failure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from asn1.generated import sgp32
from euicc import Card
from euicc import eid as eids
from euicc.testing.eim import operations
from euicc.testing.lab import Lab
from euicc.testing.profile_builder import build
from examples.load.device import what_failed
from examples.load.identities import everybody, share
from examples.load.observed import Call, ObservedServers, refusal_of_eim, refusal_of_server
from examples.load.serve import package, subscription
from ipa.errors import ServerRefused, ServerUnreachable
from ipa.servers import esipa
from ipa.steps import Server


def test_no_two_devices_are_the_same() -> None:
    places = list(everybody(workers=3, devices=100))
    assert sorted(place.number for place in places) == list(range(100))
    numbers = {place.eid(batch) for place in places for batch in (0, 1, 9_999_999_999)}
    assert len(numbers) == 300
    assert all(map(eids.is_valid, numbers))


def test_a_worker_that_the_others_do_not_know_of_has_no_devices() -> None:
    assert list(share(worker=2, workers=2, devices=10)) == []


@pytest.mark.parametrize("number", [0, 1, 65_537, 99_999_999])
def test_a_personalised_package_is_the_one_that_would_be_built(number: int) -> None:
    assert package(number) == build(subscription(number)).package


class Answers:
    """A way to servers that has one answer."""

    def __init__(self, answer: Mapping[str, Any] | Exception) -> None:
        self._answer = answer

    def call(self, request: Server) -> Mapping[str, Any]:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


REFUSED = {
    "header": {
        "functionExecutionStatus": {
            "status": "Failed",
            "statusCodeData": {"subjectCode": "8.1", "reasonCode": "4.8", "message": "no room"},
        }
    }
}


def call(answer: Mapping[str, Any] | Exception) -> Call:
    calls: list[Call] = []
    observed = ObservedServers(Answers(answer), calls.append)
    request = Server("smdp.example.com", "authenticateClient", {})
    if isinstance(answer, Exception):
        with pytest.raises(type(answer)):
            observed.call(request)
    else:
        assert observed.call(request) == answer
    (one,) = calls
    return one


def test_calls_are_told_with_their_failures() -> None:
    refused, lost, nothing = call(REFUSED), call(ServerUnreachable("smdp.example.com", "gone")), call({})
    assert {(each.interface, each.function) for each in (refused, lost, nothing)} == {
        ("ES9+", "AuthenticateClient")
    }
    assert isinstance(refused.failure, ServerRefused)
    assert isinstance(lost.failure, ServerUnreachable)
    assert nothing.failure is None
    assert refused.length > 100
    assert refusal_of_server("handleNotification", {"header": {}}) is not None


def test_error_codes_of_an_eim() -> None:
    codes = sgp32.GetEimPackageResponse.EimPackageError
    for code, says in ((codes.EID_NOT_FOUND, "eid not found"), (codes.NO_EIM_PACKAGE_AVAILABLE, "")):
        answer = sgp32.GetEimPackageResponse(eim_package_error=code).encode()
        assert says in str(refusal_of_eim(esipa.GET_EIM_PACKAGE, answer) or "")
    refused = sgp32.AuthenticateClientResponseEsipa(authenticate_client_error_esipa=1).encode()
    assert "(1)" in str(refusal_of_eim(esipa.AUTHENTICATE_CLIENT, refused))
    assert "cannot be used" in str(refusal_of_eim(esipa.GET_EIM_PACKAGE, b"\xbf"))
    assert refusal_of_eim(esipa.HANDLE_NOTIFICATION, b"") is None


def polled(lab: Lab, card: Card) -> list[str]:
    return what_failed(lab.ipa(card).poll())


def test_what_the_card_refuses_is_a_failure_of_the_device() -> None:
    lab = Lab(seed=1)
    card = lab.card("sgp32", profiles=2, enabled=0)
    eid, (_, other) = card.identity.eid, (each.iccid for each in card.isdr.profiles.all())
    lab.eim.queue(eid, operations.enable(other))
    assert polled(lab, card) == []
    lab.eim.queue(eid, operations.enable(other))
    assert polled(lab, card) == ["the eUICC refuses operation 83 of the package: 02"]
    lab.eim.download(eid, "1$smdp.example.com$NOTORDERED")
    assert "8.2.6/3.8" in polled(lab, card)[0]
    lab.network.away.add(lab.eim.address)
    assert polled(lab, card) == [f"the server {lab.eim.address} cannot be reached: no network"]
