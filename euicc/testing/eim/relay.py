"""Indirect profile download, SGP.32 3.2.3.2: ESipa on the side of the device, ES9+ or ES11 on the other.

What the eUICC and the server signed goes through as it is. A refusal is the code in the answer's error alternative.
"""

from __future__ import annotations

import binascii
import hashlib
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from apdu import TlvError, tlv
from apdu.tlv import Tlv
from asn1 import Asn1Error
from asn1.generated import rsp, sgp32
from euicc.testing.eim import compact, refusals
from euicc.testing.eim.bound_package import announced_in
from euicc.testing.eim.compact import NotExpandable
from euicc.testing.eim.orders import ActivationCode, DownloadOrder
from euicc.testing.eim.records import Euicc, EuiccData, State
from euicc.testing.eim.rsp_servers import ES9_PLUS, ES11, RspServerError
from euicc.testing.eim.sessions import SESSIONS_KEPT, Session
from euicc.testing.smdp.binding import encoded as base64
from euicc.testing.smdp.binding import refusal

_SIGNATURE, _OCTET_STRING, _TRANSACTION_ID, _RESPONSE = 0x5F37, 0x04, 0x80, 0xA1
_Initiated = sgp32.InitiateAuthenticationResponseEsipa
_Authenticated = sgp32.AuthenticateClientResponseEsipa
_Delivered = sgp32.GetBoundProfilePackageResponseEsipa
_Cancelled = sgp32.CancelSessionResponseEsipa
_InitiateError = _Initiated.InitiateAuthenticationErrorEsipa
_ClientError = _Authenticated.AuthenticateClientErrorEsipa
_PackageError = _Delivered.GetBoundProfilePackageErrorEsipa
_CancelError = _Cancelled.CancelSessionError
_Reason = rsp.CancelSessionReason
_CTX_PARAMS1_GENERATION, _METADATA_VERIFICATION = 3, 4


class Refusal(Exception):
    """The function answers with this code."""

    def __init__(self, code: int) -> None:
        super().__init__(f"refused with {code}")
        self.code = code


def initiate_authentication(state: State, message: Tlv) -> bytes:
    """ESipa.InitiateAuthentication, SGP.32 6.3.2.1."""
    try:
        request = sgp32.InitiateAuthenticationRequestEsipa.decode(message.encoded)
        ok = _initiate(state, request)
    except Refusal as refused:
        return _Initiated(initiate_authentication_error_esipa=refused.code).encode()
    except (Asn1Error, RspServerError):
        return _Initiated(initiate_authentication_error_esipa=refusals.UNDEFINED).encode()
    return _Initiated(initiate_authentication_ok_esipa=ok).encode()


def authenticate_client(state: State, message: Tlv) -> bytes:
    """ESipa.AuthenticateClient, SGP.32 6.3.2.2."""
    try:
        session = _session(state, message, _ClientError.INVALID_TRANSACTION_ID)
        response = compact.authenticate_server_response(session, _inner(message, 0xBF38))
        return _authenticate(state, session, response).encode()
    except Refusal as refused:
        return _Authenticated(authenticate_client_error_esipa=refused.code).encode()
    except (Asn1Error, TlvError, NotExpandable, RspServerError):
        return _Authenticated(authenticate_client_error_esipa=refusals.UNDEFINED).encode()


def get_bound_profile_package(state: State, message: Tlv) -> bytes:
    """ESipa.GetBoundProfilePackage, SGP.32 6.3.2.3."""
    try:
        session = _session(state, message, _PackageError.INVALID_TRANSACTION_ID)
        response = compact.prepare_download_response(session, _inner(message, 0xBF21))
        ok = _deliver(state, session, response)
    except Refusal as refused:
        return _Delivered(get_bound_profile_package_error_esipa=refused.code).encode()
    except (Asn1Error, TlvError, NotExpandable, RspServerError):
        return _Delivered(get_bound_profile_package_error_esipa=refusals.UNDEFINED).encode()
    return _Delivered(get_bound_profile_package_ok_esipa=ok).encode()


def cancel_session(state: State, message: Tlv) -> bytes:
    """ESipa.CancelSession, SGP.32 6.3.2.5: the eUICC's answer under A1, in place of its own tag."""
    try:
        session = _session(state, message, _CancelError.INVALID_TRANSACTION_ID)
        contents = message.find(_RESPONSE)
        if contents is None:
            raise Refusal(refusals.UNDEFINED)
        response = compact.cancel_session_response(session, tlv.encode(0xBF41, contents))
        body = {"transactionId": _hex(session), "cancelSessionResponse": base64(response)}
        _call(state, session, "cancelSession", body, refusals.CANCEL_SESSION)
    except Refusal as refused:
        return _Cancelled(cancel_session_error=refused.code).encode()
    except (Asn1Error, TlvError, NotExpandable, RspServerError):
        return _Cancelled(cancel_session_error=refusals.UNDEFINED).encode()
    return _Cancelled(cancel_session_ok=sgp32.CancelSessionOk()).encode()


def _initiate(
    state: State, request: sgp32.InitiateAuthenticationRequestEsipa
) -> sgp32.InitiateAuthenticationOkEsipa:
    euicc, order = _ordered(state, request.eim_transaction_id)
    address, interface = _server(request.smdp_address, euicc, order)
    body = {
        "euiccChallenge": base64(request.euicc_challenge),
        "euiccInfo1": base64(_info1(request, euicc)),
        "smdpAddress": address,
    }
    answer = _exchange(
        state, address, interface, "initiateAuthentication", body, refusals.INITIATE_AUTHENTICATION
    )
    session = Session(
        address=address,
        interface=interface,
        transaction_id=bytes.fromhex(str(answer.get("transactionId"))),
        server_signed1=rsp.ServerSigned1.decode(_octets(answer, "serverSigned1")),
        server_certificate=_octets(answer, "serverCertificate"),
        order=order,
        euicc=euicc,
    )
    _check_server(session)
    generate = _can(euicc, _CTX_PARAMS1_GENERATION)
    matching_id = _matching_id(session) if request.smdp_address is None else None
    session.ctx_params1 = _ctx_params1(euicc, matching_id) if generate else None
    _keep(state, session)
    return sgp32.InitiateAuthenticationOkEsipa(
        transaction_id=session.transaction_id,
        server_signed1=session.server_signed1,
        server_signature1=_unwrapped(answer, "serverSignature1", _SIGNATURE),
        euicc_ci_pk_identifier_to_be_used=_unwrapped(answer, "euiccCiPKIdToBeUsed", _OCTET_STRING),
        server_certificate=session.server_certificate,
        matching_id=matching_id,
        ctx_params1=session.ctx_params1,
    )


def _ordered(state: State, transaction_id: bytes | None) -> tuple[Euicc | None, DownloadOrder | None]:
    """The download that this session is for, as far as the IPA tells."""
    if transaction_id is None:
        return None, None
    found = state.by_transaction(transaction_id)
    if found is None or not isinstance(found[1], DownloadOrder):
        raise Refusal(_InitiateError.INVALID_EIM_TRANSACTION_ID)
    return found[0], found[1]


def _server(told: str | None, euicc: Euicc | None, order: DownloadOrder | None) -> tuple[str, str]:
    """The server's address and interface: as the IPA tells, or as the order has it."""
    code = _code(order)
    if order is not None and order.smds_address is not None and not _is_at(code, told):
        return _given(told or order.smds_address or _known(euicc).root_smds_address), ES11
    if code is None:
        return _given(told or (_known(euicc).default_smdp_address if order is not None else None)), ES9_PLUS
    if told is not None and not _is_at(code, told):
        raise Refusal(_InitiateError.SMDP_ADDRESS_MISMATCH)
    return _given(code.address), ES9_PLUS


def _code(order: DownloadOrder | None) -> ActivationCode | None:
    """Where the profile is: by activation code, or by the event of an SM-DS."""
    return None if order is None else order.activation_code or order.event


def _is_at(code: ActivationCode | None, told: str | None) -> bool:
    """Whether a code names this server, or the IPA leaves the server to the eIM, which has a code."""
    return code is not None and (told is None or told.casefold() == code.address.casefold())


def _known(euicc: Euicc | None) -> EuiccData:
    return EuiccData() if euicc is None else euicc.data


def _given(address: str | None) -> str:
    if not address:
        raise Refusal(_InitiateError.INVALID_DP_ADDRESS)
    return address


def _info1(request: sgp32.InitiateAuthenticationRequestEsipa, euicc: Euicc | None) -> bytes:
    info = request.euicc_info1.encode() if request.euicc_info1 is not None else _known(euicc).info1
    if info is None:
        raise Refusal(refusals.UNDEFINED)
    return info


def _check_server(session: Session) -> None:
    if session.server_signed1.server_address.casefold() != session.address.casefold():
        raise Refusal(_InitiateError.SMDP_ADDRESS_MISMATCH)
    code = _code(session.order) if session.interface == ES9_PLUS else None
    if code is not None and code.oid is not None and code.oid != session.server_oid:
        raise Refusal(_InitiateError.SMDP_OID_MISMATCH)


def _matching_id(session: Session) -> str | None:
    code = _code(session.order) if session.interface == ES9_PLUS else None
    return None if code is None else code.matching_id


def _ctx_params1(euicc: Euicc | None, matching_id: str | None) -> rsp.CtxParams1 | None:
    device = _known(euicc).device_info
    if device is None:
        return None
    context = rsp.CtxParamsForCommonAuthentication(
        matching_id=matching_id, device_info=rsp.DeviceInfo.decode(device)
    )
    return rsp.CtxParams1(ctx_params_for_common_authentication=context)


def _can(euicc: Euicc | None, feature: int) -> bool:
    """Whether the IPA has said that it can do this, or leaves it to the eIM: a bit of ipaFeatures."""
    capabilities = _known(euicc).capabilities
    return capabilities is not None and feature in capabilities.ipa_features


def _keep(state: State, session: Session) -> None:
    state.sessions[session.transaction_id] = session
    if len(state.sessions) > SESSIONS_KEPT:
        state.sessions.pop(next(iter(state.sessions)))


def _authenticate(state: State, session: Session, response: bytes) -> sgp32.AuthenticateClientResponseEsipa:
    body = {"transactionId": _hex(session), "authenticateServerResponse": base64(response)}
    answer = _call(state, session, "authenticateClient", body, refusals.AUTHENTICATE_CLIENT)
    _learn(state, session, response)
    if session.interface == ES11:
        return _Authenticated(authenticate_client_ok_ds_esipa=_events(session, answer))
    session.metadata = _octets(answer, "profileMetadata")
    session.smdp_signed2 = rsp.SmdpSigned2.decode(_octets(answer, "smdpSigned2"))
    metadata = sgp32.StoreMetadataRequest.decode(session.metadata)
    if not state.accepts_metadata(session.euicc, metadata):
        session.cancel_reason = _Reason.PPR_NOT_ALLOWED
        raise Refusal(_ClientError.PPR_NOT_ALLOWED)
    offer = sgp32.AuthenticateClientOkDPEsipa(
        transaction_id=session.transaction_id,
        profile_meta_data=metadata,
        smdp_signed2=session.smdp_signed2,
        smdp_signature2=_unwrapped(answer, "smdpSignature2", _SIGNATURE),
        smdp_certificate=_octets(answer, "smdpCertificate"),
        hash_cc=_hash_cc(session),
    )
    return _Authenticated(authenticate_client_ok_dp_esipa=offer)


def _learn(state: State, session: Session, response: bytes) -> None:
    """The server has accepted the eUICC: now the eIM knows whose session it is, too."""
    ok = rsp.AuthenticateServerResponse.decode(response).authenticate_response_ok
    if ok is None:
        return
    if session.euicc is None:
        session.euicc = state.euiccs.get(compact.eid_of(ok.euicc_certificate))
    if session.euicc is not None and session.euicc.euicc_certificate is None:
        state.learn_certificates(session.euicc, ok.eum_certificate, ok.euicc_certificate)


def _events(session: Session, answer: Mapping[str, Any]) -> sgp32.AuthenticateClientOkDSEsipa:
    """The first event as a download trigger: an SM-DP+, and the EventID as MatchingID, SGP.22 3.6.2."""
    trigger = None
    for entry in answer.get("eventEntries") or ():
        event = ActivationCode(str(entry.get("rspServerAddress")), str(entry.get("eventId")))
        trigger = sgp32.ProfileDownloadTriggerRequest(
            profile_download_data=sgp32.ProfileDownloadData(activation_code=event.text),
            eim_transaction_id=None if session.order is None else session.order.transaction_id,
        )
        if session.order is not None:
            session.order.event = event
        break
    return sgp32.AuthenticateClientOkDSEsipa(
        transaction_id=session.transaction_id, profile_download_trigger=trigger
    )


def _hash_cc(session: Session) -> bytes | None:
    """hashCc, SGP.22 3.1.3.2, of the confirmation code that the eIM knows."""
    code = session.order.confirmation_code if session.order is not None else None
    if not code or session.smdp_signed2 is None or not session.smdp_signed2.cc_required_flag:
        return None
    hashed = hashlib.sha256(code.encode()).digest()
    return hashlib.sha256(hashed + session.transaction_id).digest()


def _deliver(state: State, session: Session, response: bytes) -> sgp32.GetBoundProfilePackageOkEsipa:
    body = {"transactionId": _hex(session), "prepareDownloadResponse": base64(response)}
    answer = _call(state, session, "getBoundProfilePackage", body, refusals.GET_BOUND_PROFILE_PACKAGE)
    package = _octets(answer, "boundProfilePackage")
    if _can(session.euicc, _METADATA_VERIFICATION) and announced_in(package) != session.metadata:
        session.cancel_reason = _Reason.METADATA_MISMATCH
        raise Refusal(_PackageError.METADATA_MISMATCH)
    return sgp32.GetBoundProfilePackageOkEsipa(
        transaction_id=session.transaction_id,
        bound_profile_package=rsp.BoundProfilePackage.decode(package),
    )


def _session(state: State, message: Tlv, unknown: int) -> Session:
    try:
        session = state.sessions.get(message.find(_TRANSACTION_ID) or b"")
    except TlvError:
        session = None
    if session is None:
        raise Refusal(unknown)
    return session


def _inner(message: Tlv, tag: int) -> bytes:
    contents = message.find(tag)
    if contents is None:
        raise NotExpandable("the eUICC's response is missing")
    return tlv.encode(tag, contents)


def _call(
    state: State, session: Session, function: str, body: Mapping[str, Any], codes: Mapping[str, int]
) -> Mapping[str, Any]:
    return _exchange(state, session.address, session.interface, function, body, codes)


def _exchange(
    state: State,
    address: str,
    interface: str,
    function: str,
    body: Mapping[str, Any],
    codes: Mapping[str, int],
) -> Mapping[str, Any]:
    """The server's answer; Refusal with the code that stands for its status."""
    if state.servers is None:
        raise RspServerError("this eIM reaches no server")
    answer = state.servers.call(address, function, body, interface)
    refused = refusal(answer)
    if refused is not None:
        raise Refusal(codes.get(refused.code, refusals.UNDEFINED))
    return answer


def _hex(session: Session) -> str:
    return session.transaction_id.hex().upper()


def _octets(answer: Mapping[str, Any], name: str) -> bytes:
    try:
        return b64decode(str(answer.get(name, "")), validate=True)
    except (binascii.Error, ValueError):
        raise RspServerError(f"{name} is not base64") from None


def _unwrapped(answer: Mapping[str, Any], name: str, tag: int) -> bytes:
    """The value of a data object that some servers send without tag and length."""
    value = _octets(answer, name)
    try:
        found = tlv.parse(value)
    except TlvError:
        return value
    return found.value if found.tag == tag else value
