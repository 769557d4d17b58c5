from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from asn1.generated import rsp
from ipa.errors import EuiccRefused, IpaError, ServerAnswerInvalid, ServerMismatch, ServerRefused
from ipa.procedures import authentication, certificate
from tests.ipa import messages
from tests.ipa.playbook import Line, play, play_to_failure

OPENING = (
    Line("GetEUICCInfo", messages.INFO1.encode()),
    Line("GetEUICCChallenge", rsp.GetEuiccChallengeResponse(euicc_challenge=messages.CHALLENGE).encode()),
)


def authenticate(*, oid: str | None = None, address: str = messages.ADDRESS) -> Any:
    return authentication.authenticate_server(address, "TOKEN", messages.DEVICE, oid)


def test_the_card_gets_what_the_server_signed() -> None:
    def as_signed(step: Any) -> bool:
        request = rsp.AuthenticateServerRequest.decode(step.request)
        context = request.ctx_params1.ctx_params_for_common_authentication
        assert context is not None
        return (
            request.server_signed1.encoded == messages.server_signed1().encode()
            and request.server_signature1 == messages.SIGNATURE
            and request.euicc_ci_pk_id_to_be_used == messages.KEY_ID
            and context.matching_id == "TOKEN"
        )

    session = play(
        authenticate(),
        *OPENING,
        Line("initiateAuthentication", messages.initiate_answer()),
        Line("AuthenticateServer", messages.authenticate_server_response(), as_signed),
    )
    assert session.transaction_id == messages.TRANSACTION
    assert session.response.encode() == messages.authenticate_server_response()


def test_the_address_is_compared_without_case() -> None:
    session = play(
        authenticate(address="SMDP.Example.com"),
        *OPENING,
        Line("initiateAuthentication", messages.initiate_answer()),
        Line("AuthenticateServer", messages.authenticate_server_response()),
    )
    assert session.address == "SMDP.Example.com"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (messages.initiate_answer(server_address="other.example.com"), ServerMismatch),
        (messages.initiate_answer(transaction_id=b"\x09"), ServerAnswerInvalid),
        (messages.refusal("8.8.2", "3.1"), ServerRefused),
    ],
)
def test_the_card_never_sees_a_wrong_server(answer: dict[str, Any], kind: type[IpaError]) -> None:
    play_to_failure(authenticate(), kind, *OPENING, Line("initiateAuthentication", answer))


def test_a_server_that_the_card_refuses() -> None:
    failure = rsp.AuthenticateResponseError(transaction_id=messages.TRANSACTION, authenticate_error_code=7)
    refused = rsp.AuthenticateServerResponse(authenticate_response_error=failure).encode()
    script = (
        *OPENING,
        Line("initiateAuthentication", messages.initiate_answer()),
        Line("AuthenticateServer", refused),
    )
    error = play_to_failure(authenticate(), EuiccRefused, *script)
    assert "ci pk unknown (7)" in str(error)


def test_the_oid_of_the_activation_code_counts() -> None:
    answer = messages.initiate_answer() | {"serverCertificate": messages.base64(certificate_of("2.999.10"))}
    play(
        authenticate(oid="2.999.10"),
        *OPENING,
        Line("initiateAuthentication", answer),
        Line("AuthenticateServer", messages.authenticate_server_response()),
    )
    other = Line("initiateAuthentication", answer)
    play_to_failure(authenticate(oid="2.999.11"), ServerMismatch, *OPENING, other)
    unreadable = Line("initiateAuthentication", messages.initiate_answer())
    play_to_failure(authenticate(oid="2.999.10"), ServerMismatch, *OPENING, unreadable)


def test_the_oid_is_found_in_the_certificate() -> None:
    assert certificate.registered_ids(certificate_of("2.999.10")) == ["2.999.10"]
    assert certificate.registered_ids(certificate_of(None)) == []
    assert certificate.registered_ids(b"\x30\x00") == []


def certificate_of(oid: str | None) -> bytes:
    key = ec.derive_private_key(7, ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "SM-DP+")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=9))
    )
    if oid is not None:
        names = x509.SubjectAlternativeName([x509.RegisteredID(x509.ObjectIdentifier(oid))])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
