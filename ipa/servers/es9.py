"""ES9+ as the device calls it, SGP.22 5.6, in the JSON binding of SGP.22 6.5: typed messages to and from JSON bodies.

ASN.1 data is base64, a transactionId hexadecimal. What a server signed is kept as the bytes that came. Where servers
differ in the field, both forms are read: a signature or key identifier with its tag and length, or without.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from apdu import TlvError, tlv
from asn1 import Asn1Error, Message
from asn1.generated import rsp
from ipa.errors import ServerAnswerInvalid, ServerRefused
from ipa.steps import Procedure, Server

INITIATE_AUTHENTICATION = "initiateAuthentication"
AUTHENTICATE_CLIENT = "authenticateClient"
GET_BOUND_PROFILE_PACKAGE = "getBoundProfilePackage"
HANDLE_NOTIFICATION = "handleNotification"
CANCEL_SESSION = "cancelSession"

EXECUTED = ("Executed-Success", "Executed-WithWarning")

SIGNATURE = 0x5F37
OCTET_STRING = 0x04

M = TypeVar("M", bound=Message)


@dataclass(frozen=True)
class BoundProfile:
    """The answer of ES9+.GetBoundProfilePackage: the package as the bytes that came."""

    transaction_id: bytes
    package: bytes


def initiate_authentication(
    address: str, challenge: bytes, info1: rsp.EUICCInfo1
) -> Procedure[rsp.InitiateAuthenticationOkEs9]:
    """ES9+.InitiateAuthentication, SGP.22 5.6.1; ServerRefused, ServerAnswerInvalid."""
    body = {
        "euiccChallenge": to_base64(challenge),
        "euiccInfo1": to_base64(info1.encode()),
        "smdpAddress": address,
    }
    answer = yield from _call(address, INITIATE_AUTHENTICATION, body)
    return rsp.InitiateAuthenticationOkEs9(
        transaction_id=answer.transaction_id(),
        server_signed1=answer.message("serverSigned1", rsp.ServerSigned1),
        server_signature1=answer.unwrapped("serverSignature1", SIGNATURE),
        euicc_ci_pk_id_to_be_used=answer.unwrapped("euiccCiPKIdToBeUsed", OCTET_STRING),
        server_certificate=answer.binary("serverCertificate"),
    )


def authenticate_client(
    address: str, transaction_id: bytes, response: rsp.AuthenticateServerResponse
) -> Procedure[rsp.AuthenticateClientOk]:
    """ES9+.AuthenticateClient, SGP.22 5.6.3; ServerRefused, ServerAnswerInvalid."""
    answer = yield from ask_to_authenticate_client(address, transaction_id, response)
    return rsp.AuthenticateClientOk(
        transaction_id=answer.transaction_id(),
        profile_meta_data=answer.message("profileMetadata", rsp.StoreMetadataRequest),
        smdp_signed2=answer.message("smdpSigned2", rsp.SmdpSigned2),
        smdp_signature2=answer.unwrapped("smdpSignature2", SIGNATURE),
        smdp_certificate=answer.binary("smdpCertificate"),
    )


def ask_to_authenticate_client(
    address: str, transaction_id: bytes, response: rsp.AuthenticateServerResponse
) -> Procedure[Answer]:
    """AuthenticateClient of ES9+ or ES11, whose answers differ, SGP.22 6.5.2.7; ServerRefused."""
    body = {
        "transactionId": to_hex(transaction_id),
        "authenticateServerResponse": to_base64(response.encode()),
    }
    return (yield from _call(address, AUTHENTICATE_CLIENT, body))


def get_bound_profile_package(
    address: str, transaction_id: bytes, response: rsp.PrepareDownloadResponse
) -> Procedure[BoundProfile]:
    """ES9+.GetBoundProfilePackage, SGP.22 5.6.2; ServerRefused, ServerAnswerInvalid."""
    body = {"transactionId": to_hex(transaction_id), "prepareDownloadResponse": to_base64(response.encode())}
    answer = yield from _call(address, GET_BOUND_PROFILE_PACKAGE, body)
    return BoundProfile(answer.transaction_id(), answer.binary("boundProfilePackage"))


def handle_notification(address: str, notification: bytes) -> Procedure[None]:
    """ES9+.HandleNotification, SGP.22 5.6.4, of one PendingNotification as the card gave it; ServerRefused.

    The answer has no body; a server that sends one all the same is taken at its word.
    """
    answer = yield from _post(address, HANDLE_NOTIFICATION, {"pendingNotification": to_base64(notification)})
    if answer:
        Answer(HANDLE_NOTIFICATION, answer).check_status()


def cancel_session(
    address: str, transaction_id: bytes, response: rsp.CancelSessionResponse
) -> Procedure[None]:
    """ES9+.CancelSession, SGP.22 5.6.5; ServerRefused, ServerAnswerInvalid."""
    body = {"transactionId": to_hex(transaction_id), "cancelSessionResponse": to_base64(response.encode())}
    yield from _call(address, CANCEL_SESSION, body)


def _post(address: str, function: str, body: dict[str, Any]) -> Procedure[Mapping[str, Any]]:
    answer: Mapping[str, Any] = yield Server(address, function, body)
    return answer


def _call(address: str, function: str, body: dict[str, Any]) -> Procedure[Answer]:
    answer = Answer(function, (yield from _post(address, function, body)))
    answer.check_status()
    return answer


class Answer:
    """The JSON body of a response, read strictly: ServerAnswerInvalid names what is missing or malformed."""

    def __init__(self, function: str, body: Mapping[str, Any]) -> None:
        self._function = function
        self._body = body

    def check_status(self) -> None:
        """The functionExecutionStatus of the header, SGP.22 6.5.1.4; ServerRefused unless it was executed."""
        status = _object(_object(self._body, "header"), "functionExecutionStatus")
        if status.get("status") in EXECUTED:
            return
        if not isinstance(status.get("status"), str):
            raise self._invalid("it has no functionExecutionStatus")
        code = _object(status, "statusCodeData")
        subject, reason = str(code.get("subjectCode", "")), str(code.get("reasonCode", ""))
        raise ServerRefused(self._function, subject, reason, str(code.get("message") or ""))

    def text(self, name: str) -> str:
        """A string."""
        value = self._body.get(name)
        if not isinstance(value, str):
            raise self._invalid(f"{name} is missing")
        return value

    def binary(self, name: str) -> bytes:
        """The bytes of a base64 string."""
        try:
            return b64decode(self.text(name), validate=True)
        except ValueError as error:
            raise self._invalid(f"{name} is not base64") from error

    def objects(self, name: str) -> list[Mapping[str, Any]]:
        """An array of objects."""
        value = self._body.get(name)
        if not isinstance(value, list) or not all(isinstance(each, Mapping) for each in value):
            raise self._invalid(f"{name} is missing")
        return value

    def transaction_id(self) -> bytes:
        """The transactionId, 1 to 16 bytes."""
        try:
            value = bytes.fromhex(self.text("transactionId"))
        except ValueError as error:
            raise self._invalid("transactionId is not hexadecimal") from error
        if not 1 <= len(value) <= 16:
            raise self._invalid(f"transactionId of {len(value)} bytes")
        return value

    def message(self, name: str, kind: type[M]) -> M:
        """A message of this type, which keeps the bytes it came as."""
        try:
            return kind.decode(self.binary(name))
        except Asn1Error as error:
            raise self._invalid(f"{name}: {error}") from error

    def unwrapped(self, name: str, tag: int) -> bytes:
        """The value of one data object that some servers send without its tag and length."""
        value = self.binary(name)
        try:
            found = tlv.parse(value)
        except TlvError:
            return value
        return found.value if found.tag == tag else value

    def _invalid(self, detail: str) -> ServerAnswerInvalid:
        return ServerAnswerInvalid(self._function, detail)


def _object(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = body.get(name)
    return value if isinstance(value, Mapping) else {}


def to_base64(data: bytes) -> str:
    """Bytes as ES9+ has them in JSON."""
    return b64encode(data).decode("ascii")


def to_hex(transaction_id: bytes) -> str:
    """A transactionId as ES9+ has it in JSON."""
    return transaction_id.hex().upper()
