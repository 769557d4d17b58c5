"""A card's way to a session on ES9+: what the server signs, what it offers, and every reason for which it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from apdu import tlv
from asn1 import BitString
from asn1.generated import rsp
from euicc import eid as eids
from euicc.crypto import curves
from euicc.crypto.certificates import Certificate, Role
from euicc.testing.pki import Pki
from euicc.testing.smdp import BadRequest, Failure, PackageError, SegmentSizes, UnknownFunction
from tests.testing.ordered import (
    ADDRESS,
    BOTH,
    EID,
    OTHER_EID,
    PACKAGE,
    PKI,
    card,
    flip,
    ordered,
    point,
    refused,
    server,
)
from tests.testing.smdp_card import b64, unb64, verified

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
    otpk = tlv.encode(0x5F49, point(device))
    pb = Certificate.parse(unb64(device.offered["smdpCertificate"]))
    assert first.encoded == bytes.fromhex("820101")
    assert request.transaction_id == device.transaction_id
    assert request.control_ref_template.key_type + request.control_ref_template.key_len == bytes((0x88, 0x10))
    assert verified(pb.public_key, last.encoded, signed + otpk)
    assert [each.tag for each in tlv.parse(package).children()] == [0xBF23, 0xA0, 0xA1, 0xA3]
    assert rsp.ConfigureISDPRequest.decode(bound.configuration).dp_proprietary_data is not None
    assert max(bound.sizes[0xA3]) == 1020


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
