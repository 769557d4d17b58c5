"""A card's way through ES9+: what the server signs, what it gives, and every reason for which it refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apdu import tlv
from asn1 import BitString
from asn1.generated import pe, rsp
from euicc import eid as eids
from euicc.crypto import curves, ecka
from euicc.crypto.certificates import Certificate, Role
from euicc.env import Env
from euicc.testing.pki import Pki
from euicc.testing.smdp import (
    BadRequest,
    Failure,
    Limits,
    OrderState,
    PackageError,
    SegmentSizes,
    SmDpPlus,
    UnknownFunction,
)
from tests.testing.smdp_card import Refusal, ScriptedCard, b64, unb64, verified

ADDRESS = "smdp.example.com"
EID = eids.DEFAULT
OTHER_EID = eids.with_check_digits("890490320010010000000000000002")
NOW = datetime(2026, 6, 1, tzinfo=UTC)
PKI = Pki.default()
BOTH = Pki.default(curves.ALL)
HEADER = pe.ProfileElement(
    header=pe.ProfileHeader(
        major_version=2,
        minor_version=3,
        profile_type="A profile for tests",
        iccid=bytes.fromhex("89000123456789012341"),
        euicc_mandatory_services=pe.ServicesList(),
        euicc_mandatory_gfste_list=(),
    )
).encode()
PACKAGE = HEADER + tlv.encode(0xAB, bytes(3000))
"""A header, and enough behind it for several segments: the server reads no further."""


def server(**options: Any) -> SmDpPlus:
    return SmDpPlus(options.pop("pki", PKI), ADDRESS, random=Env(1).random, now=lambda: NOW, **options)


def card(dp: SmDpPlus, pki: Pki = PKI, eid: bytes = EID, **fields: Any) -> ScriptedCard:
    return ScriptedCard(dp, pki.issue_euicc(eid), **fields)


def ordered(**options: Any) -> ScriptedCard:
    """A card, and a server with an order for it."""
    limits = {name: options.pop(name) for name in ("limits", "sizes", "rebinding") if name in options}
    dp = server(**limits)
    return card(dp, matching_id=dp.order(PACKAGE, **options).matching_id)


def flip(data: bytes) -> bytes:
    return data[:-1] + bytes((data[-1] ^ 1,))


def refused(run: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as caught:
        run()
    return str(caught.value)


# What goes right


@pytest.mark.parametrize("curve", curves.ALL, ids=lambda each: each.name)
def test_the_server_proves_itself_on_both_curves(curve: curves.Curve) -> None:
    pki = Pki.default((curve,))
    dp = server(pki=pki)
    device = card(dp, pki, matching_id=dp.order(PACKAGE).matching_id)
    answer = device.initiate()
    signed = rsp.ServerSigned1.decode(unb64(answer["serverSigned1"]))
    certificate = Certificate.parse(unb64(answer["serverCertificate"]))
    assert certificate.role is Role.DP_AUTH
    assert certificate.curve == curve
    assert signed.euicc_challenge == device.challenge
    assert signed.server_address == ADDRESS
    assert verified(certificate.public_key, unb64(answer["serverSignature1"]), signed.encoded)
    offer = device.authenticate()
    pb = Certificate.parse(unb64(offer["smdpCertificate"]))
    covered = unb64(offer["smdpSigned2"]) + tlv.encode(0x5F37, device.euicc_signature1)
    assert (pb.role, pb.subject_alt_oid) == (Role.DP_PB, certificate.subject_alt_oid)
    assert verified(pb.public_key, unb64(offer["smdpSignature2"]), covered)
    bound = device.unwrap(device.download())
    assert bound.profile == PACKAGE
    assert bound.metadata == unb64(offer["profileMetadata"])


def test_the_bound_package_is_laid_out_and_signed_as_the_standard_says() -> None:
    device = ordered()
    package = device.run()
    bound = device.unwrap(package)
    request = bound.initialise
    first, *_, last = tlv.parse(request.encoded).children()
    signed = b"".join(each.encoded for each in tlv.parse(request.encoded).children()[:-1])
    otpk = tlv.encode(0x5F49, _point(device))
    pb = Certificate.parse(unb64(device.offered["smdpCertificate"]))
    assert first.encoded == bytes.fromhex("820101")
    assert request.transaction_id == device.transaction_id
    assert request.control_ref_template.key_type + request.control_ref_template.key_len == bytes((0x88, 0x10))
    assert verified(pb.public_key, last.encoded, signed + otpk)
    assert [each.tag for each in tlv.parse(package).children()] == [0xBF23, 0xA0, 0xA1, 0xA3]
    assert rsp.ConfigureISDPRequest.decode(bound.configuration).dp_proprietary_data is not None
    assert max(bound.sizes[0xA3]) == 1020


def _point(device: ScriptedCard) -> bytes:
    assert device.otsk is not None
    return ecka.point(device.otsk.public_key())


def test_segments_of_1036_bytes_as_some_servers_send_them() -> None:
    device = ordered(sizes=SegmentSizes(profile=1008))
    bound = device.unwrap(device.run())
    assert max(bound.sizes[0xA3]) == 1036
    assert bound.profile == PACKAGE


def test_long_metadata_comes_in_several_segments() -> None:
    device = ordered(icon=bytes(1024), icon_type=rsp.IconType.PNG, sizes=SegmentSizes(metadata=500))
    bound = device.unwrap(device.run())
    assert len(bound.sizes[0xA1]) == 3
    assert rsp.StoreMetadataRequest.decode(bound.metadata).icon == bytes(1024)


def test_a_package_protected_in_advance_brings_its_keys() -> None:
    device = ordered(protected_in_advance=True)
    package = device.run()
    bound = device.unwrap(package)
    assert [each.tag for each in tlv.parse(package).children()] == [0xBF23, 0xA0, 0xA1, 0xA2, 0xA3]
    assert bound.keys
    assert bound.profile == PACKAGE


def test_a_second_card_gets_the_segments_protected_in_advance_under_other_session_keys() -> None:
    dp = server(eligibility=lambda order, info: None)
    order = dp.order(PACKAGE, protected_in_advance=True)
    device = card(dp, matching_id=order.matching_id)
    first = device.run()
    device.otsk = None
    second = device.run()
    assert tlv.find(first, 0xBF36, 0xA3) == tlv.find(second, 0xBF36, 0xA3)
    assert tlv.find(first, 0xBF36, 0xA2) != tlv.find(second, 0xBF36, 0xA2)


def test_metadata_from_the_package_and_from_the_operator() -> None:
    owner = rsp.OperatorId(mcc_mnc=bytes.fromhex("00F110"))
    device = ordered(
        service_provider_name="Operator",
        profile_class=rsp.ProfileClass.OPERATIONAL,
        policy_rules=(rsp.PprIds.PPR1,),
        owner=owner,
        notifications=[((0, 1), "notify.example.com")],
    )
    device.initiate()
    metadata = rsp.StoreMetadataRequest.decode(unb64(device.authenticate()["profileMetadata"]))
    assert metadata.iccid == bytes.fromhex("98001032547698103214")
    assert metadata.profile_name == "A profile for tests"
    assert metadata.service_provider_name == "Operator"
    assert metadata.profile_owner == owner
    assert metadata.profile_policy_rules == BitString.of(1)
    (configured,) = metadata.notification_configuration_info or ()
    assert set(configured.profile_management_operation) == {0, 1}
    assert configured.notification_address == "notify.example.com"


def test_by_default_the_server_itself_is_told_what_happens_later() -> None:
    (configured,) = server().order(PACKAGE).metadata.notification_configuration_info or ()
    assert set(configured.profile_management_operation) == {1, 2, 3}
    assert configured.notification_address == ADDRESS


def test_two_servers_with_one_seed_say_the_same() -> None:
    first, second = ordered(), ordered()
    assert first.initiate() == second.initiate()


def test_the_cards_order_of_preference_chooses_the_ci() -> None:
    preferred, other = (each.ski for each in BOTH.trusted)
    device = card(server(pki=BOTH), BOTH, verification=(other, preferred), signing=(other, preferred))
    answer = device.initiate()
    assert unb64(answer["euiccCiPKIdToBeUsed"]) == tlv.encode(0x04, other)
    assert Certificate.parse(unb64(answer["serverCertificate"])).aki == other


def test_lower_case_and_host_names_in_capitals_are_the_same() -> None:
    device = ordered()
    device.address = ADDRESS.upper()
    device.initiate()
    assert device.authenticate(transaction_id=device.transaction_id.hex())["transactionId"] == device.hex_id


# InitiateAuthentication


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"address": "other.example.com"}, "8.8.1/3.8"),
        ({"svn": bytes((1, 9, 9))}, "8.8.3/3.1"),
        ({"verification": (bytes(20),)}, "8.8.4/3.7"),
        ({"signing": (bytes(20),)}, "8.8.2/3.1"),
    ],
)
def test_refusals_of_initiate_authentication(fields: dict[str, Any], code: str) -> None:
    assert refused(card(server(), **fields).initiate) == code


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"euiccChallenge": 5},
        {"euiccChallenge": "not base64!"},
        {"euiccChallenge": b64(bytes(15)), "euiccInfo1": b64(b"\0"), "smdpAddress": ADDRESS},
        {"euiccChallenge": b64(bytes(16)), "euiccInfo1": b64(b"\x30\0"), "smdpAddress": ADDRESS},
    ],
)
def test_what_is_not_a_request_is_not_answered_with_a_status(request_: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        server().handle("initiateAuthentication", request_)


def test_functions_that_do_not_exist() -> None:
    with pytest.raises(UnknownFunction):
        server().handle("confirmOrder", {})


# AuthenticateClient: who the card is


def wrong_eum(**flaws: Any) -> dict[str, bytes]:
    eum = PKI.forge(Role.EUM, **flaws)
    return {
        "eum_certificate": eum.certificate,
        "euicc_certificate": PKI.forge(Role.EUICC, eum=eum).certificate,
    }


def wrong_euicc(**flaws: Any) -> dict[str, bytes]:
    return {"euicc_certificate": PKI.forge(Role.EUICC, **flaws).certificate}


def outside_the_range() -> dict[str, bytes]:
    eum = PKI.forge(Role.EUM)
    euicc = PKI.forge(Role.EUICC, eum=eum, eid=eids.with_check_digits("890400000000000000000000000000"))
    return {"eum_certificate": eum.certificate, "euicc_certificate": euicc.certificate}


@pytest.mark.parametrize(
    ("certificates", "code"),
    [
        (wrong_eum(other_ci=True), "8.11.1/3.9"),
        (wrong_eum(bad_signature=True), "8.1.2/6.1"),
        (wrong_eum(stranger=True), "8.1.2/6.1"),
        (wrong_eum(ca=False), "8.1.2/6.1"),
        (wrong_eum(policy=Role.DP_AUTH.value), "8.1.2/6.1"),
        (wrong_eum(critical_extension="2.999.99"), "8.1.2/6.1"),
        (wrong_eum(not_yet_valid=True), "8.1.2/6.1"),
        (wrong_eum(expired=True), "8.1.2/6.3"),
        ({"eum_certificate": bytes.fromhex("3000")}, "8.1.2/6.1"),
        (wrong_euicc(bad_signature=True), "8.1.3/6.1"),
        (wrong_euicc(stranger=True), "8.1.3/6.1"),
        (wrong_euicc(policy=Role.EUM.value), "8.1.3/6.1"),
        (wrong_euicc(expired=True), "8.1.3/6.3"),
        ({"euicc_certificate": bytes.fromhex("3000")}, "8.1.3/6.1"),
        (outside_the_range(), "8.1.4/6.1"),
    ],
)
def test_certificates_that_do_not_hold(certificates: dict[str, bytes], code: str) -> None:
    device = ordered()
    device.initiate()
    for name, certificate in certificates.items():
        setattr(device, name, certificate)
    assert refused(device.authenticate) == code


def test_a_card_of_another_ci_than_the_one_agreed_on() -> None:
    dp = server(pki=BOTH)
    device = card(dp, BOTH, matching_id=dp.order(PACKAGE).matching_id)
    device.initiate()
    brainpool = device.identity.credentials[1]
    device.euicc_certificate, device.eum_certificate = brainpool.euicc_certificate, brainpool.eum_certificate
    assert refused(device.authenticate) == "8.11.1/3.9"


def test_signature_challenge_and_transaction_are_the_sessions() -> None:
    device = ordered()
    device.initiate()
    assert refused(lambda: device.authenticate(alter=flip)) == "8.1/6.1"
    device.initiate()
    assert refused(lambda: device.authenticate(server_challenge=bytes(16))) == "8.1/6.1"
    device.initiate()
    assert refused(lambda: device.authenticate(transaction_id="00" * 16)) == "8.10.1/3.9"
    assert refused(lambda: device.authenticate(transaction_id="not hexadecimal")) == "8.10.1/3.9"


def test_the_signed_transaction_counts_too() -> None:
    device = ordered()
    device.initiate()
    response = device.authenticate_response(transaction_id=b"another")
    request = {"transactionId": device.hex_id, "authenticateServerResponse": b64(response)}
    assert refused(lambda: device.call("authenticateClient", **request)) == "8.10.1/3.9"


def test_an_error_of_the_card_ends_the_session() -> None:
    device = ordered()
    device.initiate()
    error = rsp.AuthenticateResponseError(transaction_id=device.transaction_id, authenticate_error_code=2)
    response = rsp.AuthenticateServerResponse(authenticate_response_error=error).encode()
    request = {"transactionId": device.hex_id, "authenticateServerResponse": b64(response)}
    assert refused(lambda: device.call("authenticateClient", **request)) == "8.1/6.1"
    assert refused(device.authenticate) == "8.10.1/3.9"


def test_a_session_is_authenticated_once() -> None:
    device = ordered()
    device.initiate()
    device.authenticate()
    assert refused(device.authenticate) == "8.10.1/3.9"


# AuthenticateClient: the order


@pytest.mark.parametrize(
    ("options", "fields", "code"),
    [
        ({}, {"matching_id": "UNKNOWN"}, "8.2.6/3.8"),
        ({}, {"matching_id": None}, "8.2.6/3.8"),
        ({"eid": OTHER_EID}, {}, "8.1.1/3.8"),
        ({"released": False}, {}, "8.2/1.2"),
        ({}, {"info2": {"profile_version": bytes((2, 1, 0))}}, "8.2.5/4.3"),
        ({}, {"info2": {"profile_version": bytes((3, 4, 0))}}, "8.2.5/4.3"),
        ({"profile_class": rsp.ProfileClass.TEST}, {}, "8.2.5/4.3"),
        ({"policy_rules": (1,)}, {"info2": {"forbidden_profile_policy_rules": BitString.of(1)}}, "8.2.5/4.3"),
        ({}, {"info2": {"ext_card_resource": bytes.fromhex("8202 0100")}}, "8.1/4.8"),
    ],
)
def test_orders_that_are_not_for_this_card(
    options: dict[str, Any], fields: dict[str, Any], code: str
) -> None:
    device = ordered(**options)
    for name, value in fields.items():
        setattr(device, name, value)
    device.initiate()
    assert refused(device.authenticate) == code


def test_eligibility_is_the_tests_to_choose() -> None:
    dp = server(eligibility=lambda order, info: None)
    order = dp.order(PACKAGE, profile_class=rsp.ProfileClass.TEST)
    device = card(dp, matching_id=order.matching_id, info2={"profile_version": bytes((1, 0, 0))})
    device.initiate()
    assert device.authenticate()


def test_the_default_server_knows_the_card_by_its_eid() -> None:
    dp = server()
    dp.order(PACKAGE, matching_id="", eid=OTHER_EID)
    mine = dp.order(PACKAGE, matching_id="", eid=EID, profile_name="mine")
    device = card(dp)
    device.initiate()
    offered = rsp.StoreMetadataRequest.decode(unb64(device.authenticate()["profileMetadata"]))
    assert offered == mine.metadata


def test_an_order_becomes_available_when_it_is_released() -> None:
    device = ordered(released=False)
    (order,) = device.server.orders
    device.server.release(order.iccid)
    assert device.unwrap(device.run()).profile == PACKAGE


def test_the_order_belongs_to_the_first_card_that_took_it() -> None:
    device = ordered()
    device.run()
    other = card(device.server, eid=OTHER_EID, matching_id=device.matching_id)
    other.initiate()
    assert refused(other.authenticate) == "8.1.1/3.8"


def test_of_two_cards_in_a_race_one_gets_the_profile() -> None:
    device = ordered()
    other = card(device.server, eid=OTHER_EID, matching_id=device.matching_id)
    for each in (device, other):
        each.initiate()
        each.authenticate()
    device.download()
    assert refused(other.download) == "8.1.1/3.8"


# The operator's side


def test_orders_that_cannot_be() -> None:
    dp = server()
    with pytest.raises(Failure, match=r"8\.1\.1/2\.2"):
        dp.order(PACKAGE, matching_id="")
    dp.order(PACKAGE, matching_id="ONE")
    with pytest.raises(Failure, match=r"8\.2\.6/3\.3"):
        dp.order(PACKAGE, matching_id="ONE")
    with pytest.raises(Failure, match=r"8\.2\.1/3\.9"):
        dp.release(bytes(10))
    with pytest.raises(PackageError):
        dp.order(b"not a package")
    assert dp.order(b"not a package", iccid=bytes(10)).iccid == bytes(10)


def test_activation_codes() -> None:
    dp = server()
    assert dp.activation_code(dp.order(PACKAGE, matching_id="M")) == f"1${ADDRESS}$M"
    coded = dp.order(PACKAGE, matching_id="C", confirmation_code="1234")
    assert dp.activation_code(coded) == f"1${ADDRESS}$C$$1"
    assert dp.activation_code(dp.order(PACKAGE, matching_id="", eid=EID)) == f"1${ADDRESS}$"


# GetBoundProfilePackage


def test_the_confirmation_code() -> None:
    device = ordered(confirmation_code="1234", limits=Limits(wrong_codes=2))
    (order,) = device.server.orders
    device.initiate()
    device.authenticate()
    assert device.smdp_signed2.cc_required_flag
    assert refused(device.download) == "8.2.7/2.2"
    assert refused(lambda: device.run("wrong")) == "8.2.7/3.8"
    assert device.unwrap(device.run("1234")).profile == PACKAGE
    assert refused(lambda: device.run("wrong")) == "8.2.7/3.8"
    assert refused(lambda: device.run("wrong")) == "8.2.7/6.4"
    assert order.state is OrderState.ERROR
    assert refused(lambda: device.run("1234")) == "8.2.6/3.8"


def test_a_code_that_nobody_asked_for_is_ignored() -> None:
    device = ordered()
    assert device.run("1234")
    assert not device.smdp_signed2.cc_required_flag


def test_the_cards_signature_covers_the_offer() -> None:
    device = ordered()
    device.initiate()
    device.authenticate()
    assert refused(lambda: device.download(alter=flip)) == "8.1/6.1"
    assert refused(device.download) == "8.10.1/3.9"
    device.initiate()
    device.authenticate()
    assert refused(lambda: device.download(transaction_id=b"another")) == "8.10.1/3.9"
    device.initiate()
    device.authenticate()
    assert refused(lambda: device.download(euicc_otpk=b"\x04" + bytes(64))) == "8.1/6.1"


def test_a_card_that_could_not_prepare() -> None:
    device = ordered()
    device.initiate()
    device.authenticate()
    error = rsp.PrepareDownloadResponseError(transaction_id=device.transaction_id, download_error_code=2)
    response = rsp.PrepareDownloadResponse(download_response_error=error).encode()
    request = {"transactionId": device.hex_id, "prepareDownloadResponse": b64(response)}
    assert refused(lambda: device.call("getBoundProfilePackage", **request)) == "8.1/6.1"


def test_the_package_is_not_for_those_who_did_not_authenticate() -> None:
    device = ordered()
    device.initiate()
    device.offered = {"smdpCertificate": device.initiated["serverCertificate"], "smdpSignature2": b64(b"")}
    assert refused(device.download) == "8.10.1/3.9"


def test_orders_expire() -> None:
    device = ordered(expires=NOW + timedelta(seconds=1))
    assert device.run()
    device = ordered(expires=NOW)
    assert refused(device.run) == "8.8.5/4.10"


def test_downloads_are_counted() -> None:
    device = ordered(limits=Limits(downloads=2))
    device.run()
    device.run()
    assert refused(device.run) == "8.8.5/6.4"
    assert device.server.orders[0].state is OrderState.ERROR


# Retries


def test_a_retry_sends_the_same_segments_behind_a_fresh_bf23() -> None:
    device = ordered()
    first = device.run()
    second = device.run()
    assert device.smdp_signed2.bpp_euicc_otpk == _point(device)
    one, *same = tlv.parse(first).children()
    another, *again = tlv.parse(second).children()
    assert same == again
    assert one != another
    assert device.unwrap(second).initialise.transaction_id == device.transaction_id


def test_a_card_that_forgot_its_key_gets_a_new_binding() -> None:
    device = ordered()
    first = device.run()
    device.otsk = None
    second = device.run()
    assert tlv.find(first, 0xBF36, 0xA3) != tlv.find(second, 0xBF36, 0xA3)
    assert device.unwrap(second).profile == PACKAGE


def test_a_server_may_refuse_a_new_binding() -> None:
    device = ordered(rebinding=False)
    device.run()
    device.run()
    device.otsk = None
    assert refused(device.run) == "8.2/3.7"


# HandleNotification


def test_success_ends_the_order() -> None:
    device = ordered()
    device.run()
    (order,) = device.server.orders
    device.notify(device.installation_result())
    device.notify(device.installation_result())
    assert order.state is OrderState.INSTALLED
    assert order.result is not None
    assert len(device.server.notifications) == 1
    assert refused(device.run) == "8.2.6/3.8"


@pytest.mark.parametrize("reason", [10, 11])
def test_temporary_errors_leave_the_order_open(reason: int) -> None:
    device = ordered()
    device.run()
    device.notify(device.installation_result(reason))
    assert device.server.orders[0].state is OrderState.RELEASED
    assert device.run()


@pytest.mark.parametrize("reason", [1, 2, 9, 12, 13, 15, 127])
def test_permanent_errors_end_it(reason: int) -> None:
    device = ordered()
    device.run()
    device.notify(device.installation_result(reason))
    assert device.server.orders[0].state is OrderState.ERROR
    assert refused(device.run) == "8.2.6/3.8"


@pytest.mark.parametrize(
    "changes", [{"transaction_id": b"unknown"}, {"smdp_oid": "2.999.1"}], ids=["transaction", "oid"]
)
def test_results_of_other_sessions_and_servers_count_for_nothing(changes: dict[str, Any]) -> None:
    device = ordered()
    device.run()
    device.notify(device.installation_result(**changes))
    assert device.server.orders[0].state is OrderState.DOWNLOADED


def test_results_that_no_card_signed_count_for_nothing() -> None:
    device = ordered()
    device.run()
    device.notify(flip(device.installation_result()))
    assert device.server.orders[0].state is OrderState.DOWNLOADED
    assert device.server.notifications == ()


def test_a_result_before_the_download_counts_for_nothing() -> None:
    device = ordered()
    device.initiate()
    device.authenticate()
    device.notify(device.installation_result())
    assert device.server.orders[0].state is OrderState.RELEASED


def test_later_notifications_are_kept_once_each_if_they_are_genuine() -> None:
    device = ordered()
    device.initiate()
    enabled = device.other_notification(1, 7)
    for pending in (enabled, enabled, device.other_notification(3, 8, alter=flip)):
        device.notify(pending)
    (kept,) = device.server.notifications
    assert (kept.eid, kept.metadata.seq_number) == (EID, 7)
    assert 1 in kept.metadata.profile_management_operation


def test_notifications_of_strangers_are_not_kept() -> None:
    device = ordered()
    device.initiate()
    stranger = card(server(pki=Pki.create(b"stranger")), Pki.create(b"stranger"))
    stranger.initiate()
    device.notify(stranger.other_notification(1, 7))
    assert device.server.notifications == ()


def test_a_notification_that_is_none() -> None:
    with pytest.raises(BadRequest):
        server().handle("handleNotification", {"pendingNotification": b64(b"\x04\0")})


# CancelSession

KEPT = {1: OrderState.RELEASED, 2: OrderState.RELEASED, 127: OrderState.RELEASED}
ENDED = dict.fromkeys((0, 3, 4, 5), OrderState.ERROR)


@pytest.mark.parametrize(("reason", "state"), [*KEPT.items(), *ENDED.items()])
def test_what_a_cancelled_session_does_to_the_order(reason: int, state: OrderState) -> None:
    device = ordered()
    device.initiate()
    device.authenticate()
    assert list(device.cancel(reason)) == ["header"]
    assert device.server.orders[0].state is state
    assert refused(lambda: device.cancel(reason)) == "8.10.1/3.9"
    assert refused(device.download) == "8.10.1/3.9"


def test_cancelling_after_the_download_keeps_the_order_downloaded() -> None:
    device = ordered()
    device.run()
    device.cancel(127)
    assert device.server.orders[0].state is OrderState.DOWNLOADED


def test_a_session_that_failed_can_still_be_cancelled() -> None:
    device = ordered(confirmation_code="1234")
    assert refused(lambda: device.run("wrong")) == "8.2.7/3.8"
    device.cancel(0)
    assert device.server.orders[0].state is OrderState.ERROR


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"alter": flip}, "8.1/6.1"),
        ({"smdp_oid": "2.999.1"}, "8.8/3.10"),
        ({"transaction_id": b"another"}, "8.10.1/3.9"),
    ],
)
def test_a_cancellation_must_be_this_sessions(changes: dict[str, Any], code: str) -> None:
    device = ordered()
    device.initiate()
    device.authenticate()
    assert refused(lambda: device.cancel(0, **changes)) == code
    assert device.server.orders[0].state is OrderState.RELEASED


def test_nobody_cancels_for_a_card_that_is_not_known_yet() -> None:
    device = ordered()
    device.initiate()
    assert refused(lambda: device.cancel(0)) == "8.1/6.1"


def test_a_card_that_did_not_cancel() -> None:
    device = ordered()
    device.initiate()
    answer = rsp.CancelSessionResponse(cancel_session_response_error=5).encode()
    request = {"transactionId": device.hex_id, "cancelSessionResponse": b64(answer)}
    assert refused(lambda: device.call("cancelSession", **request)) == "8.1/6.1"
