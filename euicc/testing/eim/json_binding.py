"""The JSON binding of ESipa, SGP.32 6.4: translated to the messages of the ASN.1 binding and back.

Names are those of the ASN.1 components. DER is base64, a transactionId hexadecimal, an EID 32 digits, a code a number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from apdu import TlvError, tlv
from asn1 import Asn1Error, Message
from asn1.generated import sgp32
from euicc.testing.eim import asn1_binding
from euicc.testing.eim.records import State
from euicc.testing.smdp.binding import encoded as base64
from euicc.testing.smdp.binding import executed, octets, text
from euicc.testing.smdp.status import BadRequest, UnknownFunction

PATH = "/gsma/rsp2/esipa"
"""Where its functions are, SGP.32 6.4.1."""

Json = dict[str, Any]
Fields = dict[str, tuple[str, Callable[[Any], Any]]]
_SIGNATURE, _OCTET_STRING, _SEQUENCE = 0x5F37, 0x04, 0x30
_EID, _TRANSACTION_ID, _EIM_TRANSACTION_ID, _CHALLENGE, _ADDRESS = 0x5A, 0x80, 0x82, 0x81, 0x83
_NOTIFY, _CAUSE, _RPLMN = 0x80, 0x81, 0x82


def run(state: State, function: str, request: Mapping[str, object]) -> Json:
    """One function; an empty answer stands for no body. BadRequest, UnknownFunction."""
    return told(function, asn1_binding.run(state, asked(function, request)))


def asked(function: str, request: Mapping[str, object]) -> bytes:
    """The message of the ASN.1 binding that says the same as this request. BadRequest, UnknownFunction."""
    try:
        ask, _ = _FUNCTIONS[function]
    except KeyError:
        raise UnknownFunction(function) from None
    try:
        return ask(request)
    except TlvError as error:
        raise BadRequest(str(error)) from None


def told(function: str, answer: bytes) -> Json:
    """What says the same as this message of the ASN.1 binding; an empty one stands for no body."""
    _, tell = _FUNCTIONS[function]
    return tell(answer) if answer else {}


def _hexadecimal(request: Mapping[str, Any], name: str) -> bytes:
    try:
        return bytes.fromhex(text(request, name))
    except ValueError:
        raise BadRequest(f"{name} is not hexadecimal") from None


def _optional(request: Mapping[str, Any], name: str, tag: int, read: Callable[..., bytes]) -> bytes:
    """The data object of a field, nothing when it is absent."""
    return tlv.encode(tag, read(request, name)) if name in request else b""


def _utf8(request: Mapping[str, Any], name: str) -> bytes:
    return text(request, name).encode()


def _number(request: Mapping[str, Any], name: str) -> bytes:
    value = request[name]
    if not isinstance(value, int) or not -0x80 <= value < 0x80:
        raise BadRequest(f"{name} is not a small number")
    return value.to_bytes(1, "big", signed=True)


def _initiate_authentication(request: Mapping[str, Any]) -> bytes:
    return tlv.encode(
        sgp32.InitiateAuthenticationRequestEsipa.TAG,
        tlv.encode(_CHALLENGE, octets(request, "euiccChallenge")),
        _optional(request, "smdpAddress", _ADDRESS, _utf8),
        octets(request, "euiccInfo1") if "euiccInfo1" in request else b"",
        _optional(request, "eimTransactionId", _EIM_TRANSACTION_ID, _hexadecimal),
    )


def _with_response(
    tag: int, name: str, response_tag: int | None = None
) -> Callable[[Mapping[str, Any]], bytes]:
    """transactionId and a response of the eUICC, whose tag another one replaces in some."""

    def ask(request: Mapping[str, Any]) -> bytes:
        response = octets(request, name)
        if response_tag is not None:
            response = tlv.encode(response_tag, tlv.parse(response).value)
        return tlv.encode(tag, tlv.encode(_TRANSACTION_ID, _hexadecimal(request, "transactionId")), response)

    return ask


def _get_eim_package(request: Mapping[str, Any]) -> bytes:
    return tlv.encode(
        sgp32.GetEimPackageRequest.TAG,
        _optional(request, "eidValue", _EID, _eid),
        tlv.encode(_NOTIFY) if request.get("notifyStateChange") else b"",
        _optional(request, "stateChangeCause", _CAUSE, _number),
        _optional(request, "rPLMN", _RPLMN, _hexadecimal),
    )


def _eid(request: Mapping[str, Any], name: str) -> bytes:
    """What is no EID is passed on, to be refused as the standard says."""
    try:
        return bytes.fromhex(text(request, name))
    except ValueError:
        return b""


def _provide_eim_package_result(request: Mapping[str, Any]) -> bytes:
    """eimPackageResult, or the whole message that some IPAs send under the name of the function."""
    if "provideEimPackageResult" in request:
        return octets(request, "provideEimPackageResult")
    return tlv.encode(
        sgp32.ProvideEimPackageResult.TAG,
        _optional(request, "eidValue", _EID, _eid),
        octets(request, "eimPackageResult"),
    )


def _handle_notification(request: Mapping[str, Any]) -> bytes:
    tag = sgp32.HandleNotificationEsipa.TAG
    if "pendingNotification" in request:
        return tlv.encode(tag, tlv.encode(0xA0, octets(request, "pendingNotification")))
    return tlv.encode(tag, octets(request, "provideEimPackageResult"))


def _transfer_eim_package(request: Mapping[str, Any]) -> bytes:
    """One of the alternatives, by its name; ePRAndNotifications is an object of its own."""
    tag = sgp32.TransferEimPackageResponse.TAG
    both = request.get("ePRAndNotifications")
    if isinstance(both, dict):
        listed = octets(both, "notificationList")
        value = tlv.encode(0xA0, tlv.parse(listed).value)
        return tlv.encode(tag, tlv.encode(_SEQUENCE, octets(both, "euiccPackageResult"), value))
    for name in ("euiccPackageResult", "ipaEuiccDataResponse"):
        if name in request:
            return tlv.encode(tag, octets(request, name))
    if "eimPackageError" in request:
        return tlv.encode(tag, tlv.encode(0x02, _number(request, "eimPackageError")))
    return tlv.encode(tag, tlv.encode(0x05))


def _told(kind: type[Message], fields: Fields) -> Callable[[bytes], Json]:
    """Reads an answer: the components of the chosen alternative by their names in JSON; a code by its own."""

    def tell(answer: bytes) -> Json:
        message: Any = kind.decode(answer)
        if isinstance(message.value, int):
            return executed() | {_JSON_NAMES[message.chosen]: message.value}
        found = {name: (getattr(message.value, name, None), *how) for name, how in fields.items()}
        return executed() | {name: form(value) for value, name, form in found.values() if value is not None}

    return tell


def _encoded(value: Message) -> str:
    return base64(value.encode())


def _hex(value: bytes) -> str:
    return value.hex().upper()


def _object(tag: int) -> Callable[[bytes], str]:
    return lambda value: base64(tlv.encode(tag, value))


def _plain(value: Any) -> Any:
    return value


def _get_eim_package_told(answer: bytes) -> Json:
    response = sgp32.GetEimPackageResponse.decode(answer)
    value = response.value
    told = value if isinstance(value, int) else base64(tlv.parse(answer).value)
    return executed() | {_JSON_NAMES[response.chosen]: told}


def _provide_eim_package_result_told(answer: bytes) -> Json:
    try:
        response = sgp32.ProvideEimPackageResultResponse.decode(answer)
    except Asn1Error:  # the empty message of v1.0
        return executed()
    if response.eim_acknowledgements is not None:
        return executed() | {"eimAcknowledgements": base64(tlv.parse(answer).value)}
    if response.provide_eim_package_result_error is not None:
        return executed() | {"provideEimPackageResultError": response.provide_eim_package_result_error}
    return executed() | {"emptyResponse": {}}


_JSON_NAMES = {
    "initiate_authentication_error_esipa": "initiateAuthenticationErrorEsipa",
    "authenticate_client_error_esipa": "authenticateClientErrorEsipa",
    "get_bound_profile_package_error_esipa": "getBoundProfilePackageErrorEsipa",
    "cancel_session_error": "cancelSessionError",
    "euicc_package_request": "euiccPackageRequest",
    "ipa_euicc_data_request": "ipaEuiccDataRequest",
    "profile_download_trigger_request": "profileDownloadTriggerRequest",
    "eim_package_error": "eimPackageError",
}

_INITIATED: Fields = {
    "transaction_id": ("transactionId", _hex),
    "server_signed1": ("serverSigned1", _encoded),
    "server_signature1": ("serverSignature1", _object(_SIGNATURE)),
    "euicc_ci_pk_identifier_to_be_used": ("euiccCiPKIdentifierToBeUsed", _object(_OCTET_STRING)),
    "server_certificate": ("serverCertificate", base64),
    "matching_id": ("matchingId", _plain),
    "ctx_params1": ("ctxParams1", _encoded),
}
_AUTHENTICATED: Fields = {
    "transaction_id": ("transactionId", _hex),
    "profile_meta_data": ("profileMetadata", _encoded),
    "smdp_signed2": ("smdpSigned2", _encoded),
    "smdp_signature2": ("smdpSignature2", _object(_SIGNATURE)),
    "smdp_certificate": ("smdpCertificate", base64),
    "hash_cc": ("hashCc", _object(_OCTET_STRING)),
    "profile_download_trigger": ("profileDownloadTrigger", _encoded),
}
_DELIVERED: Fields = {
    "transaction_id": ("transactionId", _hex),
    "bound_profile_package": ("boundProfilePackage", _encoded),
}

_FUNCTIONS: dict[str, tuple[Callable[[Mapping[str, Any]], bytes], Callable[[bytes], Json]]] = {
    "initiateAuthentication": (
        _initiate_authentication,
        _told(sgp32.InitiateAuthenticationResponseEsipa, _INITIATED),
    ),
    "authenticateClient": (
        _with_response(sgp32.AuthenticateClientRequestEsipa.TAG, "authenticateServerResponse"),
        _told(sgp32.AuthenticateClientResponseEsipa, _AUTHENTICATED),
    ),
    "getBoundProfilePackage": (
        _with_response(sgp32.GetBoundProfilePackageRequestEsipa.TAG, "prepareDownloadResponse"),
        _told(sgp32.GetBoundProfilePackageResponseEsipa, _DELIVERED),
    ),
    "cancelSession": (
        _with_response(sgp32.CancelSessionRequestEsipa.TAG, "cancelSessionResponse", 0xA1),
        _told(sgp32.CancelSessionResponseEsipa, {}),
    ),
    "getEimPackage": (_get_eim_package, _get_eim_package_told),
    "provideEimPackageResult": (_provide_eim_package_result, _provide_eim_package_result_told),
    "handleNotification": (_handle_notification, lambda _answer: {}),
    "transferEimPackage": (_transfer_eim_package, lambda _answer: {}),
}
