"""ES10b functions of the common mutual authentication procedure, SGP.22 3.0.1: who the server is, who we are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asn1.generated import rsp
from euicc.crypto import chain, ecdsa
from euicc.crypto.certificates import Certificate, CertificateError, CertificateFault, Role
from euicc.isdr import installation, one_time_key
from euicc.isdr.functions import Function
from euicc.isdr.session import Authenticated, Challenged, authenticated
from euicc.isdr.tolerance import supply
from euicc.refusals import Reason, Refused

if TYPE_CHECKING:
    from asn1 import Message
    from euicc.identity import Credential
    from euicc.isdr.applet import IsdR

CHALLENGE_LENGTH = 16
_SUBJECT_KEY_IDENTIFIER = 0x04
SERVER_ROLES = (Role.DP_AUTH, Role.DS_AUTH)

SERVER_FAULTS = {
    CertificateFault.UNKNOWN_CI: Reason.CI_UNKNOWN,
    CertificateFault.UNSUPPORTED_CURVE: Reason.UNSUPPORTED_CURVE,
    CertificateFault.WRONG_ROLE: Reason.INVALID_OID,
    CertificateFault.NO_OID: Reason.INVALID_OID,
}
"""What AuthenticateServer answers to a certificate with this fault; to any other: INVALID_CERTIFICATE."""

AUTHENTICATE_REFUSALS = {
    Reason.INVALID_CERTIFICATE: rsp.AuthenticateErrorCode.INVALID_CERTIFICATE,
    Reason.INVALID_SIGNATURE: rsp.AuthenticateErrorCode.INVALID_SIGNATURE,
    Reason.UNSUPPORTED_CURVE: rsp.AuthenticateErrorCode.UNSUPPORTED_CURVE,
    Reason.NO_SESSION: rsp.AuthenticateErrorCode.NO_SESSION_CONTEXT,
    Reason.INVALID_OID: rsp.AuthenticateErrorCode.INVALID_OID,
    Reason.CHALLENGE_MISMATCH: rsp.AuthenticateErrorCode.EUICC_CHALLENGE_MISMATCH,
    Reason.CI_UNKNOWN: rsp.AuthenticateErrorCode.CI_PK_UNKNOWN,
}
CANCEL_REFUSALS = {
    Reason.TRANSACTION_ID: rsp.CancelSessionResponse.CancelSessionResponseError.INVALID_TRANSACTION_ID
}
KEEPING_REASONS = (rsp.CancelSessionReason.POSTPONED, rsp.CancelSessionReason.TIMEOUT)
"""The user did not decide: the order stays, and a one-time key that was offered for it."""


def get_euicc_challenge(isdr: IsdR, _: rsp.GetEuiccChallengeRequest) -> rsp.GetEuiccChallengeResponse:
    """ES10b.GetEUICCChallenge, SGP.22 5.7.7: 16 new random bytes; ends the session that was open."""
    isdr.end_session()
    challenge = isdr.env.random(CHALLENGE_LENGTH)
    isdr.session = Challenged(challenge)
    return rsp.GetEuiccChallengeResponse(euicc_challenge=challenge)


def authenticate_server(isdr: IsdR, request: rsp.AuthenticateServerRequest) -> Message:
    """ES10b.AuthenticateServer, SGP.22 5.7.13: checks an SM-DP+ or SM-DS and answers its challenge.

    The first check that fails gives the code: session, CI, curve, certificate, role, signature, challenge, signing CI.
    The signature is checked over serverSigned1 as received.
    """
    session = isdr.session
    if not isinstance(session, Challenged):
        raise Refused(Reason.NO_SESSION)
    server, anchor = verified_server(isdr, request.server_certificate)
    signed = request.server_signed1
    if not ecdsa.verify(server.public_key, request.server_signature1, signed.encoded):
        raise Refused(Reason.INVALID_SIGNATURE)
    if signed.euicc_challenge != session.challenge:
        raise Refused(Reason.CHALLENGE_MISMATCH)
    credential = signing_credential(isdr, request.euicc_ci_pk_id_to_be_used)
    return _answer(isdr, request, server, anchor, credential)


def verified_server(isdr: IsdR, der: bytes) -> tuple[Certificate, chain.TrustAnchor]:
    """The certificate of an SM-DP+ or SM-DS and the CI it chains to; Refused with the reason of SERVER_FAULTS."""
    try:
        certificate = Certificate.parse(der)
        return certificate, chain.verify_server(certificate, isdr.identity.trusted, SERVER_ROLES)
    except CertificateError as error:
        raise Refused(SERVER_FAULTS.get(error.fault, Reason.INVALID_CERTIFICATE)) from error


def signing_credential(isdr: IsdR, ci_ski: bytes) -> Credential:
    """The credential under the CI the server asks for; none, as in newer versions, leaves the choice to the card."""
    credential = isdr.identity.credential(ci_ski) if ci_ski else isdr.identity.credentials[0]
    if credential is None:
        raise Refused(Reason.CI_UNKNOWN)
    return credential


def _answer(
    isdr: IsdR,
    request: rsp.AuthenticateServerRequest,
    server: Certificate,
    anchor: chain.TrustAnchor,
    credential: Credential,
) -> Message:
    server_signed = request.server_signed1
    messages = isdr.variant.messages
    signed = messages.euicc_signed1(
        transaction_id=server_signed.transaction_id,
        server_address=server_signed.server_address,
        server_challenge=server_signed.server_challenge,
        euicc_info2=isdr.variant.euicc_info2(isdr),
        ctx_params1=request.ctx_params1,
    ).sealed()
    signature = credential.sign(signed.encoded)
    isdr.session = Authenticated(
        transaction_id=server_signed.transaction_id,
        role=next(role for role in SERVER_ROLES if role.value in server.policies),
        server_oid=server.subject_alt_oid or "",
        server_address=server_signed.server_address,
        anchor_ski=anchor.ski,
        credential=credential,
        euicc_signature1=signature,
    )
    response: Message = messages.authenticate_server_response(
        authenticate_response_ok=messages.authenticate_response_ok(
            euicc_signed1=signed,
            euicc_signature1=signature,
            euicc_certificate=credential.euicc_certificate,
            eum_certificate=credential.eum_certificate,
        )
    )
    return response


def _authenticate_refused(
    request: rsp.AuthenticateServerRequest, code: int
) -> rsp.AuthenticateServerResponse:
    return rsp.AuthenticateServerResponse(
        authenticate_response_error=rsp.AuthenticateResponseError(
            transaction_id=request.server_signed1.transaction_id, authenticate_error_code=code
        )
    )


def cancel_session(isdr: IsdR, request: rsp.CancelSessionRequest) -> rsp.CancelSessionResponse:
    """ES10b.CancelSession, SGP.22 5.7.14: ends the session and signs that it did, for which reason.

    A one-time key is kept for a retry when the reason is that the user did not decide: postponed, timeout.
    """
    session = authenticated(isdr.session)
    if session is None or session.transaction_id != request.transaction_id:
        raise Refused(Reason.TRANSACTION_ID)
    signed = rsp.EuiccCancelSessionSigned(
        transaction_id=session.transaction_id, smdp_oid=session.server_oid, reason=request.reason
    )
    _close(isdr, keep_one_time_key=request.reason in KEEPING_REASONS)
    return rsp.CancelSessionResponse(
        cancel_session_response_ok=rsp.CancelSessionResponseOk(
            euicc_cancel_session_signed=signed,
            euicc_cancel_session_signature=session.credential.sign(signed.encode()),
        )
    )


def _close(isdr: IsdR, keep_one_time_key: bool) -> None:
    """The device gave the session up itself: an installation it broke off is not reported as interrupted."""
    with isdr.nvm.transaction():
        installation.forget(isdr)
        if not keep_one_time_key:
            one_time_key.forget(isdr.nvm)
    isdr.session = None


def _cancel_refused(_: rsp.CancelSessionRequest, code: int) -> rsp.CancelSessionResponse:
    return rsp.CancelSessionResponse(cancel_session_response_error=code)


FUNCTIONS = (
    Function(rsp.GetEuiccChallengeRequest.TAG, rsp.GetEuiccChallengeRequest, get_euicc_challenge),
    Function(
        rsp.AuthenticateServerRequest.TAG,
        rsp.AuthenticateServerRequest,
        authenticate_server,
        refusals=AUTHENTICATE_REFUSALS,
        refuse=_authenticate_refused,
        tolerance=(supply(_SUBJECT_KEY_IDENTIFIER, b"", at=2),),
    ),
    Function(
        rsp.CancelSessionRequest.TAG,
        rsp.CancelSessionRequest,
        cancel_session,
        refusals=CANCEL_REFUSALS,
        refuse=_cancel_refused,
    ),
)
