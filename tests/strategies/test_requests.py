"""Requests fit the card that was looked at, and are those of the functions asked for."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pytest
from hypothesis import given, settings

from apdu import aid, open_channel
from asn1 import Message
from asn1.generated import rsp, sgp32
from euicc.testing.strategies import SGP22, SGP32, CardView, any_request, requests, seeded, view_of
from tests.sgp32.iot import add_initial_eim, arranged, tell

TRANSACTION = bytes.fromhex("0102030405060708")
VIEW = CardView(
    eid=bytes(15) + b"\x01",
    iccids=(b"\x98" + bytes(9),),
    aids=(aid.isd_p(0x10),),
    transaction_id=TRANSACTION,
    seq_numbers=(3, 4),
    eim_ids=("eim1",),
)


def drawn(kind: type[Message], count: int = 200) -> list[Any]:
    return [*islice(seeded(any_request(VIEW, (kind,)), seed=9), count)]


def test_the_view_of_a_card_is_what_it_tells() -> None:
    card = arranged()
    tell(card, add_initial_eim())
    channel = open_channel(card)
    channel.select(aid.ISD_R)
    view = view_of(channel)
    assert view.eid == card.identity.eid
    assert [iccid.hex()[-2:] for iccid in view.iccids] == ["01", "02", "03"]
    assert view.aids == tuple(map(aid.isd_p, (0x10, 0x11, 0x12)))
    assert view.eim_ids == ("eim1",)
    assert view_of(open_channel(card)) == CardView()  # nothing is selected there


@pytest.mark.parametrize("function", SGP32, ids=lambda kind: f"{kind.__module__[-5:]}.{kind.__name__}")
def test_every_request_is_a_valid_message(function: type[Message]) -> None:
    for request in drawn(function, 100):
        assert function.decode(request.encode()) == request


def test_profiles_exist_or_not() -> None:
    identifiers = [request.profile_identifier for request in drawn(rsp.EnableProfileRequest)]
    iccids = {each.iccid for each in identifiers if each.iccid}
    aids = {each.isdp_aid for each in identifiers if each.isdp_aid}
    assert iccids == {*VIEW.iccids, VIEW.another_iccid}
    assert aids == {*VIEW.aids, VIEW.another_aid}


def test_sessions_are_the_open_one_or_not() -> None:
    ids = [request.transaction_id for request in drawn(rsp.CancelSessionRequest)]
    assert ids.count(TRANSACTION) > 30
    assert ids.count(TRANSACTION[:-1] + b"\x09") > 10
    assert len({*ids}) > 10


def test_numbers_and_eims_exist_or_not() -> None:
    numbers = {request.seq_number for request in drawn(rsp.NotificationSentRequest)}
    assert numbers > {3, 4, 5}
    packages = drawn(sgp32.EuiccPackageRequest)
    assert {package.euicc_package_signed.eim_id for package in packages} == {"eim1", "another-eim"}
    assert VIEW.eid in {package.euicc_package_signed.eid_value for package in packages}


@settings(max_examples=60, deadline=None)
@given(requests(VIEW, SGP32))
def test_hypothesis_draws_requests(request: Message) -> None:
    assert isinstance(request, SGP32)
    assert request.encode()


def test_the_functions_of_sgp22_are_all_known_to_a_card() -> None:
    card = arranged()
    for function in SGP22:
        if function not in (rsp.LpaeActivationRequest, rsp.LoadCRLRequest):  # options that this card has not
            tag = function.TAG.to_bytes(2, "big")
            assert tell(card, drawn(function, 1)[0].encode()).startswith(tag)
