"""What the codec refuses, and what it keeps although it does not know it."""

from __future__ import annotations

import time

import pytest

from asn1 import Asn1Error, BitString
from asn1.generated import pe, pkix, rsp, sgp32

REFUSED = {
    "nothing": "",
    "a tag only": "bf2d",
    "a tag and half a length": "bf2d82",
    "no contents": "bf2d05",
    "bytes behind the message": "bf2d02a00000",
    "another message": "bf2b02a000",
    "an indefinite length": "bf2d80a0000000",
    "an indefinite length inside": "bf2d04a0800000",
    "a length of five octets": "bf2d850000000002a000",
    "an element past its parent": "bf2d06a004e304900461",
    "an unknown alternative": "bf2d02a200",
    "no alternative": "bf2d00",
    "two alternatives": "bf2d05a000810101",
    "a wrong element in a list": "bf2d04a0023000",
    "an enormous tag": "bf2d06a004ffffffffff",
    "a mandatory element missing": "bf2d0ca00ae308b6063004 81026162",
    "an element twice": "bf2d0aa008e3069001619001 62",
    "elements out of order": "bf2d0aa008e306910161900162",
    "a constructed string": "bf2d09a007e305b003040161",
    "a string too long": "bf2d48a046e344 9042" + "61" * 66,
    "octets too short": "bf2d07a005e3035a0100",
    "invalid UTF-8": "bf2d07a005e303 9001ff",
    "an empty integer": "bf2d07a005e3 03 9f7000",
    "200 unused bits": "bf2d08a006e304 9902c800",
    "a bit string without its first octet": "bf2d06a004e302 9900",
    "an OBJECT IDENTIFIER cut off": "bf2d0aa008e306 b804 800288b7",
    "an empty OBJECT IDENTIFIER": "bf2d08a006e304 b802 8000",
    "an arc with a leading zero": "bf2d0aa008e306 b804 80028001",
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused(what: str) -> None:
    with pytest.raises(Asn1Error):
        rsp.ProfileInfoListResponse.decode(bytes.fromhex(REFUSED[what]))


def test_bf2d04a0023000_is_refused_at_once() -> None:
    # Seven bytes on which asn1tools' DER decoder never comes back: a list with an element of the wrong tag.
    began = time.perf_counter()
    with pytest.raises(Asn1Error, match="unexpected tag 30"):
        rsp.ProfileInfoListResponse.decode(bytes.fromhex("bf2d04a0023000"))
    assert time.perf_counter() - began < 0.5


@pytest.mark.parametrize("length", range(len(bytes.fromhex("bf3111a00c5a0a000000000000000000008101ff"))))
def test_every_truncation_is_refused(length: int) -> None:
    with pytest.raises(Asn1Error):
        rsp.EnableProfileRequest.decode(bytes.fromhex("bf3111a00c5a0a000000000000000000008101ff")[:length])


def test_a_boolean_has_one_octet() -> None:
    for data in ("bf58028000", "bf580480020001"):
        with pytest.raises(Asn1Error, match="BOOLEAN"):
            sgp32.ProfileRollbackRequest.decode(bytes.fromhex(data))


def test_a_null_is_empty() -> None:
    with pytest.raises(Asn1Error, match="NULL"):
        sgp32.ConfigureImmediateProfileEnablingRequest.decode(bytes.fromhex("bf5903800101"))


def test_numbers_outside_their_range() -> None:
    with pytest.raises(Asn1Error, match="INTEGER"):
        pe.UInt8.decode(bytes.fromhex("02020100"))
    with pytest.raises(Asn1Error, match="INTEGER"):
        pe.UInt8.encode(-1)


def test_arcs_too_long_for_any_registry_are_refused_quickly() -> None:
    with pytest.raises(Asn1Error, match="too long"):
        pkix.CertPolicyId.decode(bytes.fromhex("06830100002a") + b"\xff" * 65534 + b"\x7f")


def test_long_integers_are_linear_work() -> None:
    began = time.perf_counter()
    rsp.PartialCrlNumber.decode(bytes.fromhex("0283100000") + b"\x7f" * 0x100000)
    assert time.perf_counter() - began < 0.5


# -- extensions ------------------------------------------------------------------------------------------------------


def test_unknown_elements_are_kept_wherever_they_stand() -> None:
    data = bytes.fromhex("e30f 9f700101 bf76020400 900178 85017f")
    info = rsp.ProfileInfo.decode(data)
    assert info.profile_state == 1
    assert info.profile_nickname == "x"
    assert info.extensions == (bytes.fromhex("bf76020400"), bytes.fromhex("85017f"))
    assert info.encode() == data
    changed = info.replace(profile_nickname="y")
    assert changed.extensions == info.extensions
    assert changed.encode() == bytes.fromhex("e30f 9f700101 900179 bf76020400 85017f")


def test_modules_without_extensibility_take_no_unknown_elements() -> None:
    with pytest.raises(Asn1Error, match="not expected"):
        pkix.Extension.decode(bytes.fromhex("300a 0603551d0e 0401aa 0500"))


def test_components_with_one_tag_are_told_apart_by_their_order() -> None:
    certificate, other = bytes.fromhex("3003020101"), bytes.fromhex("3003020102")
    metadata = rsp.NotificationMetadata(
        seq_number=1, profile_management_operation=BitString.of(0), notification_address=""
    )
    signed = rsp.OtherSignedNotification(
        tbs_other_notification=metadata,
        euicc_notification_signature=bytes(64),
        euicc_certificate=certificate,
        eum_certificate=other,
    )
    decoded = rsp.OtherSignedNotification.decode(signed.encode())
    assert (decoded.euicc_certificate, decoded.eum_certificate) == (certificate, other)
    body = signed.encode()[2:] + certificate
    with pytest.raises(Asn1Error, match="not expected"):
        rsp.OtherSignedNotification.decode(bytes((0x30, len(body))) + body)


def test_an_open_type_may_have_the_tag_of_its_neighbour() -> None:
    data = bytes.fromhex("3013 06072a8648ce3d0201 06082a8648ce3d030107")
    algorithm = pkix.AlgorithmIdentifier.decode(data)
    assert algorithm.algorithm == "1.2.840.10045.2.1"
    assert algorithm.parameters == bytes.fromhex("06082a8648ce3d030107")
    assert algorithm.replace().encode() == data


# -- foreign types ---------------------------------------------------------------------------------------------------


def test_a_certificate_keeps_its_own_tag_under_an_implicit_one() -> None:
    eum, euicc = bytes.fromhex("3003020101"), bytes.fromhex("308103020102")
    certs = sgp32.GetCertsResponse.Certs(eum_certificate=eum, euicc_certificate=euicc)
    response = sgp32.GetCertsResponse(certs=certs)
    data = bytes.fromhex("bf560d a00b a503020101 a68103020102")
    assert response.encode() == data
    decoded = sgp32.GetCertsResponse.decode(data)
    assert decoded.certs is not None
    assert (decoded.certs.eum_certificate, decoded.certs.euicc_certificate) == (eum, euicc)


@pytest.mark.parametrize("wrong", [b"", b"\x30", b"\x30\x01", b"\x31\x00", b"\x30\x00\x00"])
def test_what_is_given_for_a_certificate_must_be_one_sequence(wrong: bytes) -> None:
    with pytest.raises(Asn1Error):
        rsp.LoadCRLRequest(crl=wrong).encode()


# -- values that do not fit ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "message",
    [
        rsp.GetEuiccChallengeResponse(euicc_challenge=bytes(15)),
        rsp.GetEuiccChallengeResponse(euicc_challenge=bytearray(16)),  # type: ignore[arg-type]
        rsp.SetDefaultDpAddressRequest(default_dp_address=b"a"),  # type: ignore[arg-type]
        rsp.SetDefaultDpAddressRequest(default_dp_address="\ud800"),
        rsp.NotificationSentRequest(seq_number=True),
        rsp.NotificationSentRequest(seq_number="1"),  # type: ignore[arg-type]
        sgp32.ProfileRollbackRequest(refresh_flag=1),  # type: ignore[arg-type]
        sgp32.EuiccMemoryResetRequest(reset_options=5),  # type: ignore[arg-type]
        rsp.DpProprietaryData(dp_oid="1"),
        rsp.DpProprietaryData(dp_oid="1.40"),
        rsp.DpProprietaryData(dp_oid="3.1"),
        rsp.DpProprietaryData(dp_oid="2.-1"),
        rsp.GetRatResponse(rat="x"),  # type: ignore[arg-type]
        rsp.GetRatResponse(rat=(b"x",)),  # type: ignore[arg-type]
        rsp.HandleNotification(pending_notification=rsp.GetRatRequest()),  # type: ignore[arg-type]
        sgp32.ConfigureImmediateProfileEnablingRequest(immediate_enable_flag=False),
    ],
    ids=repr,
)
def test_values_that_do_not_fit_are_refused(message: rsp.GetRatResponse) -> None:
    with pytest.raises(Asn1Error):
        message.encode()
