"""The JSON binding of ESipa, SGP.32 6.4, as another writing of the same messages: DER to JSON, JSON to DER.

Names are those of the ASN.1 components. DER is base64, a transactionId hexadecimal, an EID 32 digits, a code a number.
"""

from __future__ import annotations

import binascii
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from apdu import TlvError, tlv
from asn1.generated import rsp, sgp32
from ipa.errors import ServerAnswerInvalid
from ipa.servers import esipa

HEADER = "header"
SIGNATURE, OCTET_STRING, INTEGER, SEQUENCE, UTF8 = 0x5F37, 0x04, 0x02, 0x30, 0x0C
CANCEL_SESSION_RESPONSE = rsp.CancelSessionResponse.TAG
Json = dict[str, Any]


@dataclass(frozen=True)
class Value:
    """How one component is written: `name` in JSON, from the whole data object, and back with its tag."""

    name: str
    write: Callable[[tlv.Tlv], Any]
    read: Callable[[int, Any], bytes]


def _bytes(value: Any) -> bytes:
    if not isinstance(value, str):
        raise ValueError("not a string")
    return b64decode(value, validate=True)


def _base64(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def _der(name: str) -> Value:
    """The whole data object."""
    return Value(name, lambda part: _base64(part.encoded), lambda tag, value: _bytes(value))


def _retagged(name: str, tag_in_json: int) -> Value:
    """A data object that has another tag as a value of its own."""
    return Value(
        name,
        lambda part: _base64(tlv.encode(tag_in_json, part.value)),
        lambda tag, value: tlv.encode(tag, tlv.parse(_bytes(value)).value),
    )


def _octets(name: str) -> Value:
    return Value(name, lambda part: _base64(part.value), lambda tag, value: tlv.encode(tag, _bytes(value)))


def _hex(name: str) -> Value:
    return Value(
        name, lambda part: part.value.hex().upper(), lambda tag, value: tlv.encode(tag, bytes.fromhex(value))
    )


def _text(name: str) -> Value:
    return Value(
        name, lambda part: part.value.decode("utf-8"), lambda tag, value: tlv.encode(tag, value.encode())
    )


def _number(name: str) -> Value:
    return Value(
        name,
        lambda part: int.from_bytes(part.value, "big", signed=True),
        lambda tag, value: tlv.encode(tag, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True)),
    )


def _flag(name: str) -> Value:
    return Value(name, lambda part: True, lambda tag, value: tlv.encode(tag))


def _wrapped(name: str) -> Value:
    """The data object inside an explicit tag."""
    return Value(name, lambda part: _base64(part.value), lambda tag, value: tlv.encode(tag, _bytes(value)))


def _empty(name: str) -> Value:
    return Value(name, lambda part: {}, lambda tag, value: tlv.encode(tag))


@dataclass(frozen=True)
class Function:
    """Components of a request and of the good answer by tag, in order; `error`: the code in place of the latter.

    `arm`: the tag around the good answer, None where an alternative stands for itself. `certificate`: the name of the
    second component with tag 30.
    """

    tag: int
    request: Mapping[int, Value]
    answer: tuple[tuple[int, Value], ...] = ()
    arm: int | None = None
    error: tuple[int, str] | None = None


_TRANSACTION = {0x80: _hex("transactionId")}
FUNCTIONS: dict[str, Function] = {
    esipa.GET_EIM_PACKAGE: Function(
        sgp32.GetEimPackageRequest.TAG,
        {
            esipa.EID: _hex("eidValue"),
            0x80: _flag("notifyStateChange"),
            0x81: _number("stateChangeCause"),
            0x82: _hex("rPLMN"),
        },
        (
            (sgp32.EuiccPackageRequest.TAG, _der("euiccPackageRequest")),
            (sgp32.IpaEuiccDataRequest.TAG, _der("ipaEuiccDataRequest")),
            (sgp32.ProfileDownloadTriggerRequest.TAG, _der("profileDownloadTriggerRequest")),
            (INTEGER, _number("eimPackageError")),
        ),
    ),
    esipa.PROVIDE_EIM_PACKAGE_RESULT: Function(
        sgp32.ProvideEimPackageResult.TAG,
        {
            esipa.EID: _hex("eidValue"),
            sgp32.EuiccPackageResult.TAG: _der("eimPackageResult"),
            SEQUENCE: _der("eimPackageResult"),
            sgp32.IpaEuiccDataResponse.TAG: _der("eimPackageResult"),
            sgp32.ProfileDownloadTriggerResult.TAG: _der("eimPackageResult"),
            0xA0: _der("eimPackageResult"),
        },
        (
            (0xBF53, _der("eimAcknowledgements")),
            (SEQUENCE, _empty("emptyResponse")),
            (INTEGER, _number("provideEimPackageResultError")),
        ),
    ),
    esipa.HANDLE_NOTIFICATION: Function(
        sgp32.HandleNotificationEsipa.TAG,
        {
            0xA0: _wrapped("pendingNotification"),
            sgp32.ProvideEimPackageResult.TAG: _der("provideEimPackageResult"),
        },
    ),
    esipa.INITIATE_AUTHENTICATION: Function(
        sgp32.InitiateAuthenticationRequestEsipa.TAG,
        {
            0x81: _octets("euiccChallenge"),
            0x83: _text("smdpAddress"),
            rsp.EUICCInfo1.TAG: _der("euiccInfo1"),
            0x82: _hex("eimTransactionId"),
        },
        (
            (0x80, _hex("transactionId")),
            (SEQUENCE, _der("serverSigned1")),
            (SIGNATURE, _der("serverSignature1")),
            (OCTET_STRING, _der("euiccCiPKIdentifierToBeUsed")),
            (SEQUENCE, _der("serverCertificate")),
            (UTF8, _text("matchingId")),
            (0xA2, _wrapped("ctxParams1")),
        ),
        0xA0,
        (0x81, "initiateAuthenticationErrorEsipa"),
    ),
    esipa.AUTHENTICATE_CLIENT: Function(
        sgp32.AuthenticateClientRequestEsipa.TAG,
        {**_TRANSACTION, 0xBF38: _der("authenticateServerResponse")},
        (
            (0x80, _hex("transactionId")),
            (0xBF25, _der("profileMetadata")),
            (SEQUENCE, _der("smdpSigned2")),
            (SIGNATURE, _der("smdpSignature2")),
            (SEQUENCE, _der("smdpCertificate")),
            (OCTET_STRING, _der("hashCc")),
            (sgp32.ProfileDownloadTriggerRequest.TAG, _der("profileDownloadTrigger")),
        ),
        0xA0,
        (0x82, "authenticateClientErrorEsipa"),
    ),
    esipa.GET_BOUND_PROFILE_PACKAGE: Function(
        sgp32.GetBoundProfilePackageRequestEsipa.TAG,
        {**_TRANSACTION, 0xBF21: _der("prepareDownloadResponse")},
        (
            (0x80, _hex("transactionId")),
            (rsp.BoundProfilePackage.TAG, _der("boundProfilePackage")),
        ),
        0xA0,
        (0x81, "getBoundProfilePackageErrorEsipa"),
    ),
    esipa.CANCEL_SESSION: Function(
        sgp32.CancelSessionRequestEsipa.TAG,
        {**_TRANSACTION, 0xA1: _retagged("cancelSessionResponse", CANCEL_SESSION_RESPONSE)},
        (),
        0xA0,
        (0x81, "cancelSessionError"),
    ),
}
# Without smdpSigned2 it is the answer of an SM-DS, another alternative of the CHOICE.
FROM_SM_DS, SMDP_SIGNED2 = 0xA1, "smdpSigned2"


def body_of(function: str, message: bytes) -> bytes:
    """The JSON body of a request."""
    components = FUNCTIONS[function].request
    body = {}
    for part in tlv.parse(message).children():
        value = components[part.tag]
        body[value.name] = value.write(part)
    return json.dumps(body, separators=(",", ":")).encode()


def message_of(function: str, content: bytes) -> bytes:
    """The message that a JSON body stands for, b"" for none; ServerAnswerInvalid."""
    if not content:
        return b""
    try:
        body = json.loads(content)
        if not isinstance(body, dict):
            raise ValueError("it is not a JSON object")
        return _message(FUNCTIONS[function], {name: value for name, value in body.items() if name != HEADER})
    except (
        ValueError,
        TypeError,
        AttributeError,
        OverflowError,
        RecursionError,
        binascii.Error,
        TlvError,
    ) as error:
        raise ServerAnswerInvalid(function, f"its JSON: {error}") from error


def _message(function: Function, body: Json) -> bytes:
    if function.error is not None and function.error[1] in body:
        tag, name = function.error
        return tlv.encode(function.tag, _number(name).read(tag, body[name]))
    parts = [value.read(tag, body[value.name]) for tag, value in function.answer if value.name in body]
    if function.arm is None:
        return tlv.encode(function.tag, *parts)
    from_sm_ds = function.tag == sgp32.AuthenticateClientRequestEsipa.TAG and SMDP_SIGNED2 not in body
    return tlv.encode(function.tag, tlv.encode(FROM_SM_DS if from_sm_ds else function.arm, *parts))
