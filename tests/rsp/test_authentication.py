"""ES10b.GetEUICCChallenge, AuthenticateServer and CancelSession: every result code, each from its own cause."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from apdu import StatusError, tlv
from asn1.generated import rsp
from euicc.crypto import curves, ecdsa
from euicc.crypto.certificates import Certificate, KeyUsage, Role
from euicc.crypto.curves import Curve
from tests.rsp.device import Device, device, pki
from tests.rsp.server import SERVER_CHALLENGE, TRANSACTION_ID, Server

Code = rsp.AuthenticateErrorCode
Request = Callable[[Device], bytes]


def forged(role: Role = Role.DP_AUTH, **flaws: Any) -> Request:
    """A request whose certificate has these flaws, signed with that certificate's key."""

    def request(side: Device) -> bytes:
        certificate = pki().forge(role, **flaws)
        return side.server.authenticate_server(side.challenge(), certificate=certificate)

    return request


def on_another_curve(side: Device) -> bytes:
    certificate = pki().forge(Role.DP_AUTH, subject_curve=ec.SECP384R1())
    return side.server.authenticate_server(
        side.challenge(), certificate=certificate, signature=lambda data: bytes(64)
    )


def with_certificate(der: bytes) -> Request:
    def request(side: Device) -> bytes:
        sent = rsp.AuthenticateServerRequest.decode(side.server.authenticate_server(side.challenge()))
        return sent.replace(server_certificate=der).encode()

    return request


def without_challenge(side: Device) -> bytes:
    return side.server.authenticate_server(bytes(16))


def used_challenge(side: Device) -> bytes:
    challenge = side.challenge()
    side.authenticate(side.server.authenticate_server(challenge))
    return side.server.authenticate_server(challenge)


def challenge_before_reset(side: Device) -> bytes:
    challenge = side.challenge()
    side.restart()
    return side.server.authenticate_server(challenge)


def other_challenge(side: Device) -> bytes:
    side.challenge()
    return side.server.authenticate_server(bytes(16))


def earlier_challenge(side: Device) -> bytes:
    first = side.challenge()
    side.challenge()
    return side.server.authenticate_server(first)


def wrong_signature(side: Device) -> bytes:
    return side.server.authenticate_server(side.challenge(), signature=side.server.dp_pb.sign)


def short_signature(side: Device) -> bytes:
    return side.server.authenticate_server(side.challenge(), signature=lambda data: b"\x01" * 63)


def unknown_signing_ci(side: Device) -> bytes:
    return side.server.authenticate_server(side.challenge(), ci_ski=bytes(20))


REFUSALS: dict[str, tuple[Request, int]] = {
    "no challenge outstanding": (without_challenge, Code.NO_SESSION_CONTEXT),
    "the challenge was used": (used_challenge, Code.NO_SESSION_CONTEXT),
    "a reset since the challenge": (challenge_before_reset, Code.NO_SESSION_CONTEXT),
    "another CI issued the certificate": (forged(other_ci=True), Code.CI_PK_UNKNOWN),
    "no key identifier of the issuer": (with_certificate(pki().ci_certificates[0]), Code.CI_PK_UNKNOWN),
    "a curve the card does not know": (on_another_curve, Code.UNSUPPORTED_CURVE),
    "not a certificate": (with_certificate(b"\x30\x03\x02\x01\x00"), Code.INVALID_CERTIFICATE),
    "the CI's signature is wrong": (forged(bad_signature=True), Code.INVALID_CERTIFICATE),
    "an SM-DS, the CI's signature is wrong": (
        forged(role=Role.DS_AUTH, bad_signature=True),
        Code.INVALID_CERTIFICATE,
    ),
    "signed by another key": (forged(stranger=True), Code.INVALID_CERTIFICATE),
    "signed with another algorithm": (forged(sha384=True), Code.INVALID_CERTIFICATE),
    "an unknown critical extension": (
        forged(critical_extension="2.999.99"),
        Code.INVALID_CERTIFICATE,
    ),
    "no digitalSignature": (forged(key_usage=KeyUsage.KEY_CERT_SIGN), Code.INVALID_CERTIFICATE),
    "a CA": (forged(ca=True), Code.INVALID_CERTIFICATE),
    "a DPpb certificate": (forged(role=Role.DP_PB), Code.INVALID_OID),
    "a TLS certificate": (forged(policy=Role.DP_TLS.value), Code.INVALID_OID),
    "no policy": (forged(policy=None), Code.INVALID_OID),
    "no OID of the server": (forged(oid=None), Code.INVALID_OID),
    "signed by another server's key": (wrong_signature, Code.INVALID_SIGNATURE),
    "a signature of 63 bytes": (short_signature, Code.INVALID_SIGNATURE),
    "another challenge": (other_challenge, Code.EUICC_CHALLENGE_MISMATCH),
    "the challenge before the last": (earlier_challenge, Code.EUICC_CHALLENGE_MISMATCH),
    "the card cannot sign under that CI": (unknown_signing_ci, Code.CI_PK_UNKNOWN),
}

UNPROVOKED = {
    Code.UNDEFINED_ERROR: "every check of AuthenticateServer has a code of its own",
}


@pytest.mark.parametrize("cause", REFUSALS)
def test_authenticate_server_refuses(cause: str) -> None:
    request, code = REFUSALS[cause]
    side = device()
    answer = side.authenticate(request(side)).authenticate_response_error
    assert answer is not None
    assert (answer.transaction_id, answer.authenticate_error_code) == (TRANSACTION_ID, code)


def test_every_code_of_authenticate_server_is_provoked_or_explained() -> None:
    codes = {value for name, value in vars(Code).items() if name.isupper()}
    assert codes == {code for _, code in REFUSALS.values()} | set(UNPROVOKED)


def test_the_error_is_the_alternative_a1_with_the_servers_transaction_id() -> None:
    side = device()
    answer = side.send(side.server.authenticate_server(bytes(16)))
    assert answer == tlv.encode(0xBF38, tlv.encode(0xA1, tlv.encode(0x80, TRANSACTION_ID), b"\x02\x01\x04"))


@pytest.mark.parametrize("curve", curves.ALL, ids=lambda curve: curve.name)
def test_the_card_answers_with_what_the_server_can_verify(curve: Curve) -> None:
    side = device(curve)
    challenge = side.challenge()
    answer = side.authenticate(side.server.authenticate_server(challenge)).authenticate_response_ok
    assert answer is not None
    signed = answer.euicc_signed1
    certificate = Certificate.parse(answer.euicc_certificate)
    assert ecdsa.verify(certificate.public_key, answer.euicc_signature1, signed.encoded)
    assert (signed.transaction_id, signed.server_challenge) == (TRANSACTION_ID, SERVER_CHALLENGE)
    assert signed.server_address == side.server.address
    assert signed.euicc_info2.encoded == side.send(b"\xbf\x22\x00")
    common = signed.ctx_params1.ctx_params_for_common_authentication
    assert common is not None
    assert common.matching_id == side.server.matching_id


def test_a_certificate_that_is_refused_leaves_the_challenge_outstanding() -> None:
    side = device()
    challenge = side.challenge()
    bad = pki().forge(Role.DP_AUTH, bad_signature=True)
    refused = side.authenticate(side.server.authenticate_server(challenge, certificate=bad))
    assert refused.authenticate_response_error is not None
    assert side.authenticate(side.server.authenticate_server(challenge)).authenticate_response_ok


def test_an_sm_ds_authenticates() -> None:
    side = device()
    certificate = pki().ds_auth[side.server.ci_ski]
    request = side.server.authenticate_server(side.challenge(), certificate=certificate)
    assert side.authenticate(request).authenticate_response_ok


def test_expired_certificates_are_no_concern_of_a_card_without_a_clock() -> None:
    side = device()
    certificate = pki().forge(Role.DP_AUTH, expired=True)
    request = side.server.authenticate_server(side.challenge(), certificate=certificate)
    assert side.authenticate(request).authenticate_response_ok


def test_challenges_are_never_the_same() -> None:
    side = device()
    unseeded = Device(type(side.card).manufacture(), Server(pki()))
    drawn = [side.challenge() for _ in range(5)] + [unseeded.challenge() for _ in range(5)]
    assert len(set(drawn)) == len(drawn)


def test_what_is_verified_is_what_was_received() -> None:
    """A serverSigned1 with an element that the card does not know, and a signature over exactly those bytes."""
    side = device()
    plain = rsp.AuthenticateServerRequest.decode(side.server.authenticate_server(side.challenge()))
    signed = plain.server_signed1.encode()
    extended = tlv.encode(0x30, tlv.parse(signed).value, b"\x85\x01\x07")
    resigned = plain.replace(server_signature1=side.server.dp_auth.sign(extended)).encode()
    request = tlv.encode(0xBF38, tlv.parse(resigned).value.replace(signed, extended))
    assert side.authenticate(request).authenticate_response_ok


@pytest.mark.parametrize("identifier", [b"", b"\x04\x00"], ids=["absent", "empty"])
def test_a_server_may_leave_the_signing_ci_to_the_card(identifier: bytes) -> None:
    side = device()
    asked = tlv.parse(side.server.authenticate_server(side.challenge())).children()
    request = tlv.encode(0xBF38, *(identifier if each.tag == 0x04 else each.encoded for each in asked))
    ok = side.authenticate(request).authenticate_response_ok
    assert ok is not None
    assert ok.euicc_certificate == side.card.identity.credentials[0].euicc_certificate


@pytest.mark.parametrize(
    "request_",
    [b"\xbf\x38\x00", b"\xbf\x38\x02\x30\x00", b"\xbf\x38\x03\x30\x05\x80"],
    ids=["empty", "no fields", "cut"],
)
def test_what_cannot_be_decoded_is_refused_with_6a80(request_: bytes) -> None:
    side = device()
    with pytest.raises(StatusError) as refusal:
        side.send(request_)
    assert refusal.value.sw == 0x6A80


# --- CancelSession


def cancel(transaction_id: bytes, reason: int) -> bytes:
    return rsp.CancelSessionRequest(transaction_id=transaction_id, reason=reason).encode()


@pytest.mark.parametrize("reason", [0, 1, 2, 3, 4, 5, 127])
def test_cancel_session_is_signed_and_ends_the_session(reason: int) -> None:
    side = device()
    euicc_certificate = Certificate.parse(side.authenticated().euicc_certificate)
    answer = rsp.CancelSessionResponse.decode(side.send(cancel(TRANSACTION_ID, reason)))
    ok = answer.cancel_session_response_ok
    assert ok is not None
    signed = ok.euicc_cancel_session_signed
    assert ecdsa.verify(euicc_certificate.public_key, ok.euicc_cancel_session_signature, signed.encoded)
    assert (signed.transaction_id, signed.smdp_oid, signed.reason) == (TRANSACTION_ID, "2.999.10", reason)
    assert side.send(cancel(TRANSACTION_ID, reason)) == b"\xbf\x41\x03\x81\x01\x05"


def test_cancel_session_of_no_session_or_another_is_invalid_transaction_id() -> None:
    side = device()
    assert side.send(cancel(TRANSACTION_ID, 0)) == b"\xbf\x41\x03\x81\x01\x05"
    side.challenge()
    assert side.send(cancel(TRANSACTION_ID, 0)) == b"\xbf\x41\x03\x81\x01\x05"
    side.authenticated()
    assert side.send(cancel(b"\x01", 0)) == b"\xbf\x41\x03\x81\x01\x05"
    assert side.send(cancel(TRANSACTION_ID, 0))[:4] != b"\xbf\x41\x03\x81"


@pytest.mark.parametrize(("reason", "kept"), [(1, True), (2, True), (0, False), (3, False), (127, False)])
def test_the_one_time_key_outlives_a_session_that_was_only_put_off(reason: int, kept: bool) -> None:
    side = device()
    first = side.prepared()
    side.send(cancel(TRANSACTION_ID, reason))
    assert (side.prepared(bpp_euicc_otpk=first) == first) is kept
