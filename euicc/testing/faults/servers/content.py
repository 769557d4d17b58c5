"""Faults in what an answer says: fields that are missing, unreadable, altered, or of another session; refusals."""

from __future__ import annotations

import base64
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from euicc.testing.faults.servers.rules import ContentFault, Json
from euicc.testing.smdp.binding import failed
from euicc.testing.smdp.status import Status

_NO_BASE64 = "this is no base64!"
_NO_DER = base64.b64encode(bytes.fromhex("3082FFFF00")).decode()
_SIGNATURE_LAST_BIT = 1


class _FieldFault(ContentFault):
    """A fault in one field of the JSON binding; in the ASN.1 binding, which has no such names, in the whole message."""

    field: str

    def change(self, answer: Json, earlier: Mapping[str, Any] | None) -> Json:
        """Only the field is another; an answer without it stays as it is."""
        if self.field not in answer:
            return answer
        changed = self.changed(str(answer[self.field]))
        others = {name: value for name, value in answer.items() if name != self.field}
        return others if changed is None else {**others, self.field: changed}

    @abstractmethod
    def changed(self, value: str) -> str | None:
        """The wrong value; None: the field is not there."""


@dataclass(frozen=True)
class Missing(_FieldFault):
    """A field is not there; an answer in ASN.1 is empty."""

    field: str

    def changed(self, value: str) -> None:
        """Nothing."""

    def change_asn1(self, answer: bytes, earlier: bytes | None) -> bytes:
        """Nothing."""
        return b""


@dataclass(frozen=True)
class NotBase64(_FieldFault):
    """A field is not base64; an answer in ASN.1 is cut."""

    field: str

    def changed(self, value: str) -> str:
        """Text."""
        return _NO_BASE64

    def change_asn1(self, answer: bytes, earlier: bytes | None) -> bytes:
        """One byte short."""
        return answer[:-1]


@dataclass(frozen=True)
class NotDer(_FieldFault):
    """A field is base64 of something that is no DER; an answer in ASN.1 is not, either."""

    field: str

    def changed(self, value: str) -> str:
        """A length without that many bytes."""
        return _NO_DER

    def change_asn1(self, answer: bytes, earlier: bytes | None) -> bytes:
        """A length without that many bytes."""
        return base64.b64decode(_NO_DER)


@dataclass(frozen=True)
class Altered(_FieldFault):
    """The last bit of a field is the other one: of a signature, or of what was signed."""

    field: str

    def changed(self, value: str) -> str:
        """The same but for one bit."""
        return base64.b64encode(_flipped(base64.b64decode(value))).decode()

    def change_asn1(self, answer: bytes, earlier: bytes | None) -> bytes:
        """The same but for one bit."""
        return _flipped(answer)


def _flipped(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ _SIGNATURE_LAST_BIT]) if data else data


@dataclass(frozen=True)
class AnotherSession(ContentFault):
    """The answer to the same function that another session got before; with the first request there is none yet."""

    def change(self, answer: Json, earlier: Mapping[str, Any] | None) -> Json:
        """The earlier answer."""
        return answer if earlier is None else {**earlier}

    def change_asn1(self, answer: bytes, earlier: bytes | None) -> bytes:
        """The earlier answer."""
        return answer if earlier is None else earlier


@dataclass(frozen=True)
class Refuses(ContentFault):
    """A function of ES9+ or ES11 that is refused, SGP.22 5.2.6; the server has carried it out all the same."""

    subject: str
    reason: str
    message: str = "refused by a fault"

    def change(self, answer: Json, earlier: Mapping[str, Any] | None) -> Json:
        """The status "Failed"."""
        return failed(Status(self.subject, self.reason, self.message))

    def change_asn1(self, answer: bytes, earlier: bytes | None) -> bytes:
        """ESipa knows no such status: the answer stays as it is."""
        return answer
