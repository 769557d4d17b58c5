"""ES9+.InitiateAuthentication and AuthenticateClient, SGP.22 5.6.1 and 5.6.3: who is there, and what is for it."""

from __future__ import annotations

from collections.abc import Mapping

from apdu import tlv
from asn1.generated import rsp
from euicc.crypto import chain, ecdsa
from euicc.crypto.certificates import Certificate, CertificateError, CertificateFault, Role
from euicc.testing.smdp import status
from euicc.testing.smdp.binding import Json, encoded, executed, message, octets, text, transaction_id
from euicc.testing.smdp.bpp import SIGNATURE
from euicc.testing.smdp.faults import Piece
from euicc.testing.smdp.orders import Order, OrderState
from euicc.testing.smdp.state import Session, Stage, State
from euicc.testing.smdp.status import BadRequest, Failure, Status, require

CHALLENGE_LENGTH = 16
# SubjectKeyIdentifier is an OCTET STRING of its own on the wire, X.690 8.7.
SUBJECT_KEY_IDENTIFIER = 0x04

_INVALID = {Role.EUM: status.EUM_INVALID, Role.EUICC: status.EUICC_INVALID}
_CHAIN: dict[tuple[Role | None, CertificateFault], Status] = {
    (Role.EUM, CertificateFault.UNKNOWN_CI): status.CI_UNKNOWN,
    (Role.EUM, CertificateFault.EXPIRED): status.EUM_EXPIRED,
    (Role.EUICC, CertificateFault.EXPIRED): status.EUICC_EXPIRED,
    (Role.EUICC, CertificateFault.NOT_PERMITTED): status.EID_NOT_PERMITTED,
}


def initiate_authentication(state: State, request: Mapping[str, object]) -> Json:
    """ES9+.InitiateAuthentication, SGP.22 5.6.1: opens a session and proves who the server is."""
    challenge = octets(request, "euiccChallenge")
    if len(challenge) != CHALLENGE_LENGTH:
        raise BadRequest("euiccChallenge is not 16 bytes")
    info = message(request, "euiccInfo1", rsp.EUICCInfo1)
    require(_is_ours(state, text(request, "smdpAddress")), status.ADDRESS_INVALID)
    require(info.svn >= state.limits.lowest_svn, status.SVN_UNSUPPORTED)
    session = state.open_session(_server_ci(state, info), _euicc_ci(state, info))
    return _prove(state, session, challenge)


def authenticate_client(state: State, request: Mapping[str, object]) -> Json:
    """ES9+.AuthenticateClient, SGP.22 5.6.3: checks the card, finds its order and shows what is in it."""
    answer = message(request, "authenticateServerResponse", rsp.AuthenticateServerResponse)
    session = state.session(transaction_id(request), Stage.INITIATED)
    session.stage = Stage.FAILED
    if answer.authenticate_response_ok is None:
        raise Failure(status.AUTHENTICATION_REFUSED)
    signed = verified(state, session, answer.authenticate_response_ok)
    session.order = _order(state, session, signed)
    refusal = state.eligibility(session.order, signed.euicc_info2)
    if refusal is not None:
        raise Failure(refusal)
    session.stage = Stage.AUTHENTICATED
    return _offer(state, session, session.order, answer.authenticate_response_ok)


def verify_euicc(
    state: State, session: Session | None, euicc_certificate: bytes, eum_certificate: bytes
) -> tuple[Certificate, bytes]:
    """The card's certificate and its EID, 16 bytes; Failure if CI, EUM and eUICC do not vouch for it.

    In a session only the CI under which the card was asked to sign counts.
    """
    trusted = [each for each in state.certificates.trusted if session is None or each.ski == session.euicc_ci]
    eum = _parsed(eum_certificate, Role.EUM)
    euicc = _parsed(euicc_certificate, Role.EUICC)
    try:
        return euicc, chain.verify_euicc(euicc, eum, trusted, at=state.now())
    except CertificateError as error:
        default = _INVALID[error.role or Role.EUICC]
        raise Failure(_CHAIN.get((error.role, error.fault), default)) from None


def _parsed(certificate: bytes, role: Role) -> Certificate:
    try:
        return Certificate.parse(certificate)
    except CertificateError:
        raise Failure(_INVALID[role]) from None


def _is_ours(state: State, address: str) -> bool:
    """Host names know no upper and lower case."""
    return address.lower() == state.address.lower()


def _server_ci(state: State, info: rsp.EUICCInfo1) -> bytes:
    """The CI that the card likes best of those that have certified us."""
    for identifier in info.euicc_ci_pk_id_list_for_verification:
        if identifier in state.certificates.dp_auth:
            return identifier
    raise Failure(status.NO_CERTIFICATE)


def _euicc_ci(state: State, info: rsp.EUICCInfo1) -> bytes:
    """The CI that the card likes best of those we trust."""
    trusted = {each.ski for each in state.certificates.trusted}
    for identifier in info.euicc_ci_pk_id_list_for_signing:
        if identifier in trusted:
            return identifier
    raise Failure(status.NO_SIGNING_CI)


def _prove(state: State, session: Session, challenge: bytes) -> Json:
    signed = rsp.ServerSigned1(
        transaction_id=session.transaction_id,
        euicc_challenge=challenge,
        server_address=state.address,
        server_challenge=session.server_challenge,
    )
    signer = state.auth(session)
    signed1 = state.alter(Piece.SERVER_SIGNED1, signed.encode())
    signature = state.alter(Piece.SERVER_SIGNATURE1, signer.sign(signed1))
    asked_for = state.alter(Piece.CI_TO_BE_USED, session.euicc_ci)
    return executed(
        transactionId=session.transaction_id.hex().upper(),
        serverSigned1=encoded(state.alter(Piece.SENT_SERVER_SIGNED1, signed1)),
        serverSignature1=encoded(tlv.encode(SIGNATURE, signature)),
        euiccCiPKIdToBeUsed=encoded(tlv.encode(SUBJECT_KEY_IDENTIFIER, asked_for)),
        serverCertificate=encoded(state.alter(Piece.AUTH_CERTIFICATE, signer.certificate)),
    )


def verified(state: State, session: Session, answer: rsp.AuthenticateResponseOk) -> rsp.EuiccSigned1:
    """What the card signed, after its certificates, its signature and its challenge were checked; Failure."""
    euicc, eid = verify_euicc(state, session, answer.euicc_certificate, answer.eum_certificate)
    signed = answer.euicc_signed1
    genuine = ecdsa.verify(euicc.public_key, answer.euicc_signature1, signed.encoded)
    require(genuine, status.SIGNATURE_INVALID)
    require(signed.transaction_id == session.transaction_id, status.TRANSACTION_UNKNOWN)
    require(signed.server_challenge == session.server_challenge, status.SIGNATURE_INVALID)
    session.euicc, session.eid = euicc, eid
    return signed


def _order(state: State, session: Session, signed: rsp.EuiccSigned1) -> Order:
    context = signed.ctx_params1.ctx_params_for_common_authentication
    matching_id = context.matching_id if context is not None else None
    order = state.orders.pending(matching_id) if matching_id else state.orders.pending_for(session.eid)
    if order is None:
        raise Failure(status.MATCHING_ID_REFUSED)
    require(order.eid in (None, session.eid), status.EID_REFUSED)
    require(order.state is not OrderState.CONFIRMED, status.NOT_RELEASED)
    return order


def _offer(state: State, session: Session, order: Order, answer: rsp.AuthenticateResponseOk) -> Json:
    signer = state.pb(session)
    signed = rsp.SmdpSigned2(
        transaction_id=session.transaction_id,
        cc_required_flag=order.requires_code,
        bpp_euicc_otpk=_bound_otpk(state, session, order),
    )
    signed2 = state.alter(Piece.SMDP_SIGNED2, signed.encode())
    covered = signed2 + tlv.encode(SIGNATURE, answer.euicc_signature1)
    session.smdp_signature2 = state.alter(Piece.SMDP_SIGNATURE2, signer.sign(covered))
    return executed(
        transactionId=session.transaction_id.hex().upper(),
        profileMetadata=encoded(state.alter(Piece.ANNOUNCED_METADATA, order.metadata.encode())),
        smdpSigned2=encoded(state.alter(Piece.SENT_SMDP_SIGNED2, signed2)),
        smdpSignature2=encoded(tlv.encode(SIGNATURE, session.smdp_signature2)),
        smdpCertificate=encoded(state.alter(Piece.PB_CERTIFICATE, signer.certificate)),
    )


def _bound_otpk(state: State, session: Session, order: Order) -> bytes | None:
    """otPK.EUICC of the package bound before, if it was bound for this card and curve."""
    binding = order.binding
    if binding is None or binding.recipient.eid != session.eid:
        return None
    return binding.recipient.otpk if binding.recipient.curve == state.pb_curve(session) else None
