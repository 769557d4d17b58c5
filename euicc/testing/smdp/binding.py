"""The JSON binding of ES9+, SGP.22 6.5: DER objects as base64, transactionId in hexadecimal, a header in responses."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any, TypeVar

from asn1 import Asn1Error, Message
from euicc.testing.smdp.status import TRANSACTION_UNKNOWN, BadRequest, Failure, Status

Json = dict[str, Any]
M = TypeVar("M", bound=Message)


def text(request: Mapping[str, Any], name: str) -> str:
    """A field that is a string; BadRequest if it is not there."""
    value = request.get(name)
    if not isinstance(value, str):
        raise BadRequest(f"{name} is missing or not a string")
    return value


def octets(request: Mapping[str, Any], name: str) -> bytes:
    """The bytes of a field in base64; BadRequest."""
    try:
        return base64.b64decode(text(request, name), validate=True)
    except (binascii.Error, ValueError):
        raise BadRequest(f"{name} is not base64") from None


def message(request: Mapping[str, Any], name: str, kind: type[M]) -> M:
    """The message in a field; BadRequest."""
    try:
        return kind.decode(octets(request, name))
    except Asn1Error as error:
        raise BadRequest(f"{name}: {error}") from None


def transaction_id(request: Mapping[str, Any]) -> bytes:
    """The bytes of transactionId, upper or lower case; what is not hexadecimal was never given out."""
    try:
        return bytes.fromhex(text(request, "transactionId"))
    except ValueError:
        raise Failure(TRANSACTION_UNKNOWN) from None


def encoded(data: bytes) -> str:
    """Bytes as a JSON value."""
    return base64.b64encode(data).decode()


def executed(**fields: str) -> Json:
    """The response of a function that did what was asked."""
    return {"header": {"functionExecutionStatus": {"status": "Executed-Success"}}, **fields}


def failed(status: Status) -> Json:
    """The response of a function that refused."""
    data = {"subjectCode": status.subject, "reasonCode": status.reason, "message": status.message}
    return {"header": {"functionExecutionStatus": {"status": "Failed", "statusCodeData": data}}}


def refusal(response: Mapping[str, Any]) -> Status | None:
    """The status of a response that refuses; None if the function was executed."""
    execution = response.get("header", {}).get("functionExecutionStatus", {})
    data = execution.get("statusCodeData")
    return data and Status(data["subjectCode"], data["reasonCode"], data["message"])
