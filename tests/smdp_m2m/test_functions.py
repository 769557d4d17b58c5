"""What an SM-DP does besides downloads: messages, connectivity parameters, tokens, orders."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apdu import Command, instruction, tlv
from apdu import aid as aids
from asn1.generated import pe
from euicc.m2m import connectivity
from euicc.testing.m2m import es3
from euicc.testing.m2m.es2 import DownloadProfile, PassedOn, UpdateConnectivityParameters
from euicc.testing.m2m.es3 import (
    EnableProfile,
    GetEis,
    ProfileNotification,
    ProfileState,
    Response,
    SendData,
    SendDataResponse,
    UpdatePolicyRules,
)
from euicc.testing.m2m.messages import Answer, Call
from euicc.testing.profile_builder import Subscription, build
from euicc.testing.smdp_m2m import Manner, Order, OrderBook, OrderError, OrderState
from euicc.testing.smdp_m2m.failure import Failure
from euicc.testing.smdp_m2m.installation import judged
from euicc.testing.smdp_m2m.scp03t import largest_plaintext
from tests.smdp_m2m.stand_in import EID, ICCID, OPERATOR, PACKAGE, SMSR, StandIn, World, lost

ASKED = DownloadProfile(EID, SMSR, ICCID)
SMS = bytes.fromhex("A003810155")


def installed(manner: Manner | None = None) -> World:
    world = World(manner or Manner())
    assert world.run(ASKED).status.ok
    return world


def update(parameters: bytes = SMS) -> UpdateConnectivityParameters:
    return UpdateConnectivityParameters(EID, SMSR, ICCID, parameters)


def test_functions_of_es3_are_passed_on() -> None:
    world = installed()
    request = EnableProfile(EID, ICCID)
    assert world.run(PassedOn(SMSR, request)).euicc_response == b"\x90\x00"
    assert world.smsr.asked[-1] == request
    assert world.run(PassedOn(SMSR, GetEis(EID))).eis.profiles[0].iccid == ICCID


def test_what_it_does_not_offer_is_refused() -> None:
    world = World()
    response = world.run(UpdatePolicyRules(EID, ICCID, es3.PolicyRule.NONE))
    assert not response.status.ok


def test_answers_count_from_the_one_who_was_asked_and_once() -> None:
    world = World()
    world.smdp.submit(OPERATOR, ASKED, "mine")
    (message,) = world.smdp.messages()
    assert isinstance(message.content, Call)
    response = world.smsr.handle(message.content.request)
    answer = Answer(message.content.reference, response)
    world.smdp.receive("2.999.666", answer)
    assert world.smdp.messages() == [message]
    world.smdp.receive(SMSR, Answer("another", response))
    assert world.smdp.messages() == [message]
    for _ in range(2):
        world.smdp.receive(SMSR, answer)
        assert len(world.smdp.messages()) == 2
    world.smdp.acknowledge(message)
    world.smdp.acknowledge(message)
    assert len(world.smdp.messages()) == 1


def test_one_thing_at_a_time_is_done_with_a_card() -> None:
    world = World()
    requests = (ASKED, replace(ASKED, enable=True), PassedOn(SMSR, GetEis(EID)))
    references = [world.smdp.submit(OPERATOR, request) for request in requests]
    answered = []
    while messages := world.smdp.messages():
        assert len([each for each in messages if each.recipient == SMSR]) <= 1
        for message in messages:
            world.smdp.acknowledge(message)
            content = message.content
            if isinstance(content, Call):
                response = world.smsr.handle(content.request)
                world.smdp.receive(SMSR, Answer(content.reference, response))
            elif isinstance(content, Answer):
                assert content.response.status.ok
                answered.append(content.reference)
    assert answered == references
    assert world.smsr.names()[-3:] == ["ProfileDownloadCompleted", "EnableProfile", "GetEis"]


def test_operators_may_send_their_calls_as_messages() -> None:
    world = World()
    world.smdp.receive(OPERATOR, Call("mine", DownloadProfile(EID, SMSR, "89")))
    (message,) = world.smdp.messages()
    assert (message.recipient, message.content.reference) == (OPERATOR, "mine")  # type: ignore[union-attr]


def test_notifications_are_noted() -> None:
    world = World()
    told = ProfileNotification(EID, ICCID, ProfileState.ENABLED)
    world.smdp.receive(SMSR, told)
    assert world.smdp.notifications == [(SMSR, told)]


def test_connectivity_parameters_are_updated() -> None:
    world = installed()
    assert world.run(update()).status.ok
    assert connectivity.parameters(world.isdr, world.order.isd_p) == SMS
    assert world.smsr.names()[-2:] == ["SendData", "UpdateConnectivityParameters"]


def test_connectivity_parameters_that_the_card_refuses() -> None:
    world = installed()
    response = world.run(update(b"\xa3\x00"))
    assert response.euicc_response.hex() == "23026a80"
    assert not response.status.ok
    assert connectivity.parameters(world.isdr, world.order.isd_p) == b""


def test_connectivity_parameters_of_a_profile_of_somebody_else() -> None:
    world = World()
    assert world.run(update()).status.message == "this SM-DP has no keys in the ISD-P"


def test_an_update_is_tried_again_when_its_first_answer_is_lost() -> None:
    world = installed()
    world.smsr.faults[world.smsr.sent + 1] = lost
    assert world.run(update()).status.ok


def test_an_update_by_a_card_that_does_not_know_the_keys() -> None:
    def change(request: SendData, response: SendDataResponse) -> SendDataResponse:
        answer = bytearray(response.data)
        answer[-10] ^= 1  # of the card cryptogram; behind it stand the counter and the status word
        return SendDataResponse(data=bytes(answer))

    world = installed()
    world.smsr.faults[world.smsr.sent + 1] = change
    assert world.run(update()).status.message == "the eUICC did not prove that it knows the keys"
    assert connectivity.parameters(world.isdr, world.order.isd_p) == b""


def test_an_update_with_a_changed_r_mac() -> None:
    world = installed()
    right = StandIn._connectivity

    def wrong(request: es3.UpdateConnectivityParameters) -> Response:
        response = right(world.smsr, request)
        data = bytearray(response.euicc_response)
        data[-3] ^= 1
        return replace(response, euicc_response=bytes(data))

    world.smsr.handle = lambda request: (  # type: ignore[method-assign]
        wrong(request)
        if isinstance(request, es3.UpdateConnectivityParameters)
        else StandIn.handle(world.smsr, request)
    )
    assert world.run(update()).status.message == "the eUICC did not prove that it knows the keys"


def test_a_token_deletes_the_profile_once() -> None:
    world = installed(Manner(token_keys=True))
    token = world.smdp.deletion_token(EID, ICCID, b"\x89\x04", b"\x01", b"operator")
    reference = (
        tlv.encode(0x42, token.issuer)
        + tlv.encode(0x45, token.image)
        + tlv.encode(0x5F20, token.application_provider)
        + tlv.encode(0x93, token.identifier)
    )
    data = tlv.encode(0x4F, world.order.isd_p) + tlv.encode(0xB6, reference) + tlv.encode(0x9E, token.value)
    wrong = data[:-1] + bytes((data[-1] ^ 1,))
    for given, sw in ((wrong, "6982"), (data, "9000"), (data, "6a88")):
        command = Command(0x80, instruction.DELETE, 0x00, 0x40, given)
        (answer,) = world.smsr.air.elements(aids.ISD_R, es3.apdus(command.encode()))
        assert answer.value[-2:].hex() == sw
    assert world.isdr.isd_ps.by_aid(world.order.isd_p) is None


def test_each_token_is_another_one() -> None:
    world = installed(Manner(token_keys=True))
    tokens = {world.smdp.deletion_token(EID, ICCID, b"\x01", b"\x01", b"\x01").value for _ in range(3)}
    assert len(tokens) == 3


def test_no_token_without_a_key_for_it() -> None:
    with pytest.raises(KeyError):
        installed().smdp.deletion_token(EID, ICCID, b"\x01", b"\x01", b"\x01")
    with pytest.raises(KeyError):
        World(Manner(token_keys=True)).smdp.deletion_token(EID, ICCID, b"\x01", b"\x01", b"\x01")


def test_orders() -> None:
    book = OrderBook()
    first, second = (
        book.add(Order(build(Subscription(iccid=iccid)).package, profile_type="vehicle"))
        for iccid in ("8900101234567890123", "8900101234567890131")
    )
    assert first.iccid == "8900101234567890123"
    with pytest.raises(ValueError, match="8900101234567890123"):
        book.add(Order(first.package))
    one, two, three = (bytes((byte,)) * 16 for byte in (1, 2, 3))
    assert book.take(one, "", "vehicle") is first
    assert book.take(two, "", "vehicle") is second
    assert book.take(one, "", "vehicle") is first
    with pytest.raises(OrderError):
        book.take(three, "", "vehicle")
    with pytest.raises(OrderError):
        book.take(two, first.iccid, "")
    with pytest.raises(OrderError):
        book.take(one, first.iccid, "boat")
    book.release(first)
    assert first.state is OrderState.AVAILABLE
    assert book.take(three, first.iccid, "vehicle") is first
    assert book.find(second.iccid) is second


@pytest.mark.parametrize("package", [b"", b"\xa0\x05\x80", b"\xaa\x00", PACKAGE[3:]])
def test_an_order_needs_a_package(package: bytes) -> None:
    with pytest.raises(OrderError):
        Order(package)


def statuses(*values: int, aborted: bool | None = None) -> bytes:
    return pe.EUICCResponse(
        pe_status=tuple(pe.PEStatus(status=value) for value in values), profile_installation_aborted=aborted
    ).encode()


def test_euicc_responses() -> None:
    for good in (statuses(0), statuses(1, 0)):
        assert judged(good) == good
    for bad in (statuses(1), statuses(0, 3), statuses(0, aborted=True), statuses(), b"\x30", b""):
        with pytest.raises(Failure):
            judged(bad)


def test_blocks_that_carry_nothing() -> None:
    with pytest.raises(ValueError, match="carries nothing"):
        largest_plaintext(20)


def test_nothing_secret_shows() -> None:
    world = installed(Manner(token_keys=True))
    keys = world.smdp._desk.keys[EID, ICCID]
    assert keys.token is not None
    shown = repr((keys, world.order, world.smdp.identity, world.smdp._desk))
    assert keys.token.hex() not in shown
    assert repr(keys.scp03.enc) not in shown
    assert repr(keys.token) not in shown
