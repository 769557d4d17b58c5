"""ESipa as the IPA calls it, SGP.32 6.3: messages to an eIM and what it answers, in DER whatever carries them.

What the card or the eIM signed passes as the bytes that came.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from apdu import TlvError, tlv
from asn1 import Asn1Error, Message
from asn1.generated import rsp, sgp32
from ipa.eim import Eim
from ipa.errors import EimRefused, EuiccAnswerInvalid, ServerAnswerInvalid
from ipa.es10 import meaning
from ipa.settings import Settings
from ipa.steps import Procedure, send_to_eim

GET_EIM_PACKAGE = "getEimPackage"
PROVIDE_EIM_PACKAGE_RESULT = "provideEimPackageResult"
HANDLE_NOTIFICATION = "handleNotification"
TRANSFER_EIM_PACKAGE = "transferEimPackage"
INITIATE_AUTHENTICATION = "initiateAuthentication"
AUTHENTICATE_CLIENT = "authenticateClient"
GET_BOUND_PROFILE_PACKAGE = "getBoundProfilePackage"
CANCEL_SESSION = "cancelSession"

EID, SEQUENCE, INTEGER = 0x5A, 0x30, 0x02
PENDING_NOTIFICATION = 0xA0
ERROR_IN_CHOICE = 0x81
TRANSACTION_ID, CANCEL_SESSION_RESPONSE = 0x80, 0xA1

M = TypeVar("M", bound=Message)


@dataclass(frozen=True)
class Link:
    """One card and one of its eIMs, and the IPA between them. `others`: eimId of the card's other eIMs.

    `associated`: whether the card still obeys the eIM, which may have deleted itself while it is being asked.
    """

    eid: bytes
    eim: Eim
    settings: Settings
    others: tuple[str, ...] = ()
    associated: bool = True


# -- eIM packages -----------------------------------------------------------------------------------------------------


def get_eim_package(
    link: Link, cause: int | None = None, registered_plmn: bytes | None = None
) -> Procedure[tlv.Tlv | None]:
    """ESipa.GetEimPackage, SGP.32 6.3.2.6: the package the eIM has, of whatever kind, or None when there is none.

    `cause`: a StateChangeCause the eIM is to know; `registered_plmn`: 3 bytes as in TS 24.008. EimRefused,
    ServerAnswerInvalid.
    """
    request = sgp32.GetEimPackageRequest(
        eid_value=link.eid,
        notify_state_change=None if cause is None else True,
        state_change_cause=cause,
        rplmn=registered_plmn,
    )
    answer = yield from _call(link, GET_EIM_PACKAGE, request.encode())
    package = _only(GET_EIM_PACKAGE, answer)
    if package.tag != INTEGER:
        return package
    codes = sgp32.GetEimPackageResponse.EimPackageError
    code = int.from_bytes(package.value, "big")
    if code == codes.NO_EIM_PACKAGE_AVAILABLE:
        return None
    raise EimRefused(GET_EIM_PACKAGE, code, meaning(codes, code))


def provide_eim_package_result(link: Link, result: bytes) -> Procedure[tuple[int, ...] | None]:
    """ESipa.ProvideEimPackageResult, SGP.32 6.3.2.7, of one EimPackageResult in DER.

    The sequence numbers that the eIM acknowledges; None when it acknowledges nothing. EimRefused,
    ServerAnswerInvalid.
    """
    request = tlv.encode(sgp32.ProvideEimPackageResult.TAG, tlv.encode(EID, link.eid), result)
    answer = yield from _call(link, PROVIDE_EIM_PACKAGE_RESULT, request)
    if not answer.value:  # an eIM of SGP.32 v1.0 that has nothing to say
        return None
    response = _only(PROVIDE_EIM_PACKAGE_RESULT, answer)
    if response.tag == INTEGER:
        code = int.from_bytes(response.value, "big")
        codes = sgp32.ProvideEimPackageResultResponse.ProvideEimPackageResultError
        raise EimRefused(PROVIDE_EIM_PACKAGE_RESULT, code, meaning(codes, code))
    if response.tag == SEQUENCE:
        return None
    return acknowledged(response.encoded)


def acknowledged(acknowledgements: bytes) -> tuple[int, ...]:
    """The sequence numbers in EimAcknowledgements; ServerAnswerInvalid."""
    try:
        return tuple(sgp32.EimAcknowledgements.decode(acknowledgements))
    except Asn1Error as error:
        raise ServerAnswerInvalid(PROVIDE_EIM_PACKAGE_RESULT, str(error)) from error


def handle_notification(link: Link, notification: bytes) -> Procedure[None]:
    """ESipa.HandleNotification, SGP.32 6.3.2.4, of one PendingNotification: the eIM passes it on to the SM-DP+."""
    wrapped = tlv.encode(PENDING_NOTIFICATION, notification)
    message = tlv.encode(sgp32.HandleNotificationEsipa.TAG, wrapped)
    yield from send_to_eim(link.eim, HANDLE_NOTIFICATION, message)


# -- indirect profile download ----------------------------------------------------------------------------------------


def initiate_authentication(
    link: Link, challenge: bytes, address: str | None, info1: bytes | None, transaction: bytes | None
) -> Procedure[sgp32.InitiateAuthenticationOkEsipa]:
    """ESipa.InitiateAuthentication, SGP.32 6.3.2.1; `transaction` is the eimTransactionId of the trigger."""
    request = sgp32.InitiateAuthenticationRequestEsipa(
        euicc_challenge=challenge,
        smdp_address=address,
        euicc_info1=_info1(info1) if info1 else None,
        eim_transaction_id=transaction,
    )
    answer = yield from _call(link, INITIATE_AUTHENTICATION, request.encode())
    response = _decode(INITIATE_AUTHENTICATION, answer, sgp32.InitiateAuthenticationResponseEsipa)
    codes = sgp32.InitiateAuthenticationResponseEsipa.InitiateAuthenticationErrorEsipa
    _check(INITIATE_AUTHENTICATION, response.initiate_authentication_error_esipa, codes)
    if response.initiate_authentication_ok_esipa is None:
        raise ServerAnswerInvalid(INITIATE_AUTHENTICATION, "neither ok nor error")
    return response.initiate_authentication_ok_esipa


def _info1(encoded: bytes) -> rsp.EUICCInfo1:
    try:
        return rsp.EUICCInfo1.decode(encoded)
    except Asn1Error as error:
        raise EuiccAnswerInvalid("ES10b.GetEUICCInfo1", str(error)) from error


def authenticate_client(
    link: Link, transaction: bytes, response: bytes
) -> Procedure[sgp32.AuthenticateClientOkDPEsipa | sgp32.AuthenticateClientOkDSEsipa]:
    """ESipa.AuthenticateClient, SGP.32 6.3.2.2: what the SM-DP+ has for the card, or what the SM-DS knows."""
    message = _session_message(sgp32.AuthenticateClientRequestEsipa.TAG, transaction, response)
    answer = yield from _call(link, AUTHENTICATE_CLIENT, message)
    decoded = _decode(AUTHENTICATE_CLIENT, answer, sgp32.AuthenticateClientResponseEsipa)
    codes = sgp32.AuthenticateClientResponseEsipa.AuthenticateClientErrorEsipa
    _check(AUTHENTICATE_CLIENT, decoded.authenticate_client_error_esipa, codes)
    offer = decoded.authenticate_client_ok_ds_esipa or decoded.authenticate_client_ok_dp_esipa
    if offer is None:
        raise ServerAnswerInvalid(AUTHENTICATE_CLIENT, "neither ok nor error")
    return offer


def get_bound_profile_package(link: Link, transaction: bytes, response: bytes) -> Procedure[bytes]:
    """ESipa.GetBoundProfilePackage, SGP.32 6.3.2.3: the bound profile package as the bytes that came."""
    message = _session_message(sgp32.GetBoundProfilePackageRequestEsipa.TAG, transaction, response)
    answer = yield from _call(link, GET_BOUND_PROFILE_PACKAGE, message)
    arm = _only(GET_BOUND_PROFILE_PACKAGE, answer)
    if arm.tag == ERROR_IN_CHOICE:
        codes = sgp32.GetBoundProfilePackageResponseEsipa.GetBoundProfilePackageErrorEsipa
        _check(GET_BOUND_PROFILE_PACKAGE, int.from_bytes(arm.value, "big"), codes)
    # Not decoded: the card gets the pieces as they came.
    for part in _parts(GET_BOUND_PROFILE_PACKAGE, arm):
        if part.tag == rsp.BoundProfilePackage.TAG:
            return part.encoded
    raise ServerAnswerInvalid(GET_BOUND_PROFILE_PACKAGE, "neither a package nor an error")


def cancel_session(link: Link, transaction: bytes, response: bytes) -> Procedure[None]:
    """ESipa.CancelSession, SGP.32 6.3.2.5; `response` is the card's CancelSessionResponse, whose tag is replaced."""
    contents = tlv.parse(response).value
    message = tlv.encode(
        sgp32.CancelSessionRequestEsipa.TAG,
        tlv.encode(TRANSACTION_ID, transaction),
        tlv.encode(CANCEL_SESSION_RESPONSE, contents),
    )
    answer = yield from _call(link, CANCEL_SESSION, message)
    decoded = _decode(CANCEL_SESSION, answer, sgp32.CancelSessionResponseEsipa)
    codes = sgp32.CancelSessionResponseEsipa.CancelSessionError
    _check(CANCEL_SESSION, decoded.cancel_session_error, codes)


# -- messages ---------------------------------------------------------------------------------------------------------


def _session_message(tag: int, transaction: bytes, response: bytes) -> bytes:
    return tlv.encode(tag, tlv.encode(TRANSACTION_ID, transaction), response)


def _call(link: Link, function: str, message: bytes) -> Procedure[tlv.Tlv]:
    """One message and its answer, which has the tag of the message."""
    answer = yield from send_to_eim(link.eim, function, message)
    try:
        found = tlv.parse(answer)
    except TlvError as error:
        raise ServerAnswerInvalid(function, str(error)) from error
    if found.tag != tlv.read_header(message)[0]:
        raise ServerAnswerInvalid(function, f"it has tag {found.tag:X}")
    return found


def _parts(function: str, whole: tlv.Tlv) -> list[tlv.Tlv]:
    try:
        return whole.children()
    except TlvError as error:
        raise ServerAnswerInvalid(function, str(error)) from error


def _only(function: str, whole: tlv.Tlv) -> tlv.Tlv:
    parts = _parts(function, whole)
    if len(parts) != 1:
        raise ServerAnswerInvalid(function, f"it has {len(parts)} parts")
    return parts[0]


def _decode(function: str, answer: tlv.Tlv, kind: type[M]) -> M:
    try:
        return kind.decode(answer.encoded)
    except Asn1Error as error:
        raise ServerAnswerInvalid(function, str(error)) from error


def _check(function: str, code: int | None, codes: type) -> None:
    if code is not None:
        raise EimRefused(function, code, meaning(codes, code))
