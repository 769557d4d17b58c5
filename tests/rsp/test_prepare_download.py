"""ES10b.PrepareDownload: every code, each from its own cause, and the one-time key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from apdu import tlv
from asn1.generated import rsp
from euicc.crypto import ecdsa
from euicc.crypto.certificates import Certificate, KeyUsage, Role
from tests.rsp.device import Device, device, pki

Code = rsp.DownloadErrorCode
Request = Callable[[Device], bytes]


def forged(**flaws: Any) -> Request:
    def request(side: Device) -> bytes:
        certificate = pki().forge(Role.DP_PB, **flaws)
        return side.server.prepare_download(side.authenticated().euicc_signature1, certificate=certificate)

    return request


def on_another_curve(side: Device) -> bytes:
    certificate = pki().forge(Role.DP_PB, subject_curve=ec.SECP384R1())
    signature = side.authenticated().euicc_signature1
    return side.server.prepare_download(signature, certificate=certificate, signature=lambda data: bytes(64))


def changed(**changes: Any) -> Request:
    def request(side: Device) -> bytes:
        return side.server.prepare_download(side.authenticated().euicc_signature1, **changes)

    return request


def without_session(side: Device) -> bytes:
    return side.server.prepare_download(bytes(64))


def with_an_sm_ds(side: Device) -> bytes:
    certificate = pki().ds_auth[side.server.ci_ski]
    answer = side.authenticate(side.server.authenticate_server(side.challenge(), certificate=certificate))
    assert answer.authenticate_response_ok is not None
    return side.server.prepare_download(answer.authenticate_response_ok.euicc_signature1)


def a_second_time(side: Device) -> bytes:
    request = side.server.prepare_download(side.authenticated().euicc_signature1)
    assert side.prepare(request).download_response_ok is not None
    return request


def after_a_reset(side: Device) -> bytes:
    request = side.server.prepare_download(side.authenticated().euicc_signature1)
    side.restart()
    return request


def of_an_earlier_session(side: Device) -> bytes:
    """Signed over the euiccSignature1 of another session: nothing binds it to this one."""
    earlier = side.authenticated().euicc_signature1
    side.server.server_challenge = bytes(16)
    side.authenticated()
    return side.server.prepare_download(earlier)


def with_the_authentication_certificate(side: Device) -> bytes:
    signature = side.authenticated().euicc_signature1
    return side.server.prepare_download(signature, certificate=side.server.dp_auth)


PREPARE_REFUSALS: dict[str, tuple[Request, int]] = {
    "no session": (without_session, Code.NO_SESSION_CONTEXT),
    "a session with an SM-DS": (with_an_sm_ds, Code.NO_SESSION_CONTEXT),
    "prepared already": (a_second_time, Code.NO_SESSION_CONTEXT),
    "a reset since AuthenticateServer": (after_a_reset, Code.NO_SESSION_CONTEXT),
    "the CI's signature is wrong": (forged(bad_signature=True), Code.INVALID_CERTIFICATE),
    "another CI": (forged(other_ci=True), Code.INVALID_CERTIFICATE),
    "another SM-DP+": (forged(oid="2.999.11"), Code.INVALID_CERTIFICATE),
    "no OID": (forged(oid=None), Code.INVALID_CERTIFICATE),
    "CERT.DPauth": (with_the_authentication_certificate, Code.INVALID_CERTIFICATE),
    "no digitalSignature": (forged(key_usage=KeyUsage.CRL_SIGN), Code.INVALID_CERTIFICATE),
    "an unknown critical extension": (forged(critical_extension="2.999.99"), Code.INVALID_CERTIFICATE),
    "a curve the card does not know": (on_another_curve, Code.UNSUPPORTED_CURVE),
    "signed by another key": (
        changed(signature=pki().forge(Role.DP_PB, oid="2.999.10", stranger=True).sign),
        Code.INVALID_SIGNATURE,
    ),
    "signed for another session": (of_an_earlier_session, Code.INVALID_SIGNATURE),
    "another transactionId": (changed(transaction_id=b"\x01"), Code.INVALID_TRANSACTION_ID),
    "a confirmation code is required": (changed(cc_required=True), Code.UNDEFINED_ERROR),
}


@pytest.mark.parametrize("cause", PREPARE_REFUSALS)
def test_prepare_download_refuses(cause: str) -> None:
    request, code = PREPARE_REFUSALS[cause]
    side = device()
    sent = request(side)
    answer = side.prepare(sent).download_response_error
    assert answer is not None
    expected = rsp.PrepareDownloadRequest.decode(sent).smdp_signed2.transaction_id
    assert (answer.transaction_id, answer.download_error_code) == (expected, code)


def test_every_code_of_prepare_download_is_provoked() -> None:
    codes = {value for name, value in vars(Code).items() if name.isupper()}
    assert codes == {code for _, code in PREPARE_REFUSALS.values()}


def test_the_confirmation_code_is_echoed_and_all_is_signed_with_the_servers_signature() -> None:
    side = device()
    ok = side.authenticated()
    request = side.server.prepare_download(ok.euicc_signature1, cc_required=True, hash_cc=bytes(range(32)))
    answer = side.prepare(request).download_response_ok
    assert answer is not None
    assert answer.euicc_signed2.hash_cc == bytes(range(32))
    server_signature = rsp.PrepareDownloadRequest.decode(request).smdp_signature2
    covered = answer.euicc_signed2.encoded + tlv.encode(0x5F37, server_signature)
    key = Certificate.parse(ok.euicc_certificate).public_key
    assert ecdsa.verify(key, answer.euicc_signature2, covered)


def test_a_hash_that_nobody_asked_for_is_copied() -> None:
    side = device()
    request = side.server.prepare_download(side.authenticated().euicc_signature1, hash_cc=bytes(32))
    answer = side.prepare(request).download_response_ok
    assert answer is not None
    assert answer.euicc_signed2.hash_cc == bytes(32)


def test_the_one_time_key_is_used_again_only_for_the_package_bound_to_it() -> None:
    side = device()
    first = side.prepared()
    assert side.prepared(bpp_euicc_otpk=first) == first
    side.restart()
    assert side.prepared(bpp_euicc_otpk=first) == first
    second = side.prepared()
    assert second != first
    assert side.prepared(bpp_euicc_otpk=first) not in (first, second)


def test_the_one_time_key_is_not_used_again_on_another_curve() -> None:
    side = device()
    first = side.prepared()
    certificate = pki().forge(Role.DP_PB, subject_curve=ec.BrainpoolP256R1())
    signature = side.authenticated().euicc_signature1
    request = side.server.prepare_download(signature, certificate=certificate, bpp_euicc_otpk=first)
    answer = side.prepare(request).download_response_ok
    assert answer is not None
    point = answer.euicc_signed2.euicc_otpk
    assert point != first
    assert ec.EllipticCurvePublicKey.from_encoded_point(ec.BrainpoolP256R1(), point)
