"""Common mutual authentication, SGP.22 3.0.1: the card verifies the server, the server the card; and its cancelling."""

from __future__ import annotations

from dataclasses import dataclass

from asn1.generated import rsp
from ipa import es10
from ipa.errors import EuiccAnswerInvalid, ServerAnswerInvalid, ServerMismatch
from ipa.procedures.certificate import registered_ids
from ipa.servers import es9
from ipa.steps import Procedure


@dataclass(frozen=True)
class Session:
    """An RSP session in which the card has accepted the server's authentication.

    `response` is the card's AuthenticateServerResponse, to be passed on as it is.
    """

    address: str
    transaction_id: bytes
    response: rsp.AuthenticateServerResponse
    euicc_info2: rsp.EUICCInfo2


def authenticate_server(
    address: str, matching_id: str, device: rsp.DeviceInfo, smdp_oid: str | None = None
) -> Procedure[Session]:
    """Common mutual authentication up to the card's answer, SGP.22 3.0.1 steps 1 to 12.

    `address`: where the server is; it must call itself so in what it signs. `smdp_oid`: dotted OID its certificate has
    to show when the activation code names one. ServerMismatch, ServerRefused, EuiccRefused.
    """
    info1 = yield from es10.get_euicc_info1(rsp.GetEuiccInfo1Request())
    challenge = (yield from es10.get_euicc_challenge(rsp.GetEuiccChallengeRequest())).euicc_challenge
    server = yield from es9.initiate_authentication(address, challenge, info1)
    _check_server(address, smdp_oid, server)
    response = yield from es10.authenticate_server(
        rsp.AuthenticateServerRequest(
            server_signed1=server.server_signed1,
            server_signature1=server.server_signature1,
            euicc_ci_pk_id_to_be_used=server.euicc_ci_pk_id_to_be_used,
            server_certificate=server.server_certificate,
            ctx_params1=_context(matching_id, device),
        )
    )
    if response.authenticate_response_ok is None:
        raise EuiccAnswerInvalid(es10.authenticate_server.name, "neither ok nor error")
    info2 = response.authenticate_response_ok.euicc_signed1.euicc_info2
    return Session(address, server.transaction_id, response, info2)


def authenticate_client(session: Session) -> Procedure[rsp.AuthenticateClientOk]:
    """ES9+.AuthenticateClient, SGP.22 5.6.3: what the server has for this card, checked to be of this session."""
    offer = yield from es9.authenticate_client(session.address, session.transaction_id, session.response)
    check_transaction(session, es9.AUTHENTICATE_CLIENT, offer.transaction_id)
    check_transaction(session, es9.AUTHENTICATE_CLIENT, offer.smdp_signed2.transaction_id)
    return offer


def cancel(session: Session, reason: int) -> Procedure[None]:
    """ES10b.CancelSession and ES9+.CancelSession, SGP.22 3.0.2; `reason` is a CancelSessionReason."""
    request = rsp.CancelSessionRequest(transaction_id=session.transaction_id, reason=reason)
    response = yield from es10.cancel_session(request)
    yield from es9.cancel_session(session.address, session.transaction_id, response)


def check_transaction(session: Session, function: str, transaction_id: bytes) -> None:
    """ServerAnswerInvalid unless an answer is of this session."""
    if transaction_id != session.transaction_id:
        raise ServerAnswerInvalid(function, "it belongs to another transaction")


def _check_server(address: str, smdp_oid: str | None, server: rsp.InitiateAuthenticationOkEs9) -> None:
    signed = server.server_signed1
    if signed.transaction_id != server.transaction_id:
        raise ServerAnswerInvalid(es9.INITIATE_AUTHENTICATION, "it belongs to another transaction")
    if signed.server_address.casefold() != address.casefold():
        raise ServerMismatch(f"the server {address} signs as {signed.server_address}")
    if smdp_oid is not None and smdp_oid not in registered_ids(server.server_certificate):
        raise ServerMismatch(f"the server {address} is not the SM-DP+ {smdp_oid} of the activation code")


def _context(matching_id: str, device: rsp.DeviceInfo) -> rsp.CtxParams1:
    return rsp.CtxParams1(
        ctx_params_for_common_authentication=rsp.CtxParamsForCommonAuthentication(
            matching_id=matching_id, device_info=device
        )
    )
