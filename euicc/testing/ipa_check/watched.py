"""Servers whose calls are noted, and some of whose answers a case gives itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from apdu import TlvError, tlv
from asn1 import Asn1Error
from euicc.testing.eim import Eim, json_binding
from euicc.testing.http import HttpStatus, SansIoServer
from euicc.testing.ipa_check.journal import Heard, Journal
from euicc.testing.smdp.binding import encoded, executed

ESIPA = {
    0xBF39: "initiateAuthentication",
    0xBF3B: "authenticateClient",
    0xBF3A: "getBoundProfilePackage",
    0xBF41: "cancelSession",
    0xBF3D: "handleNotification",
    0xBF4E: "transferEimPackage",
    0xBF4F: "getEimPackage",
    0xBF50: "provideEimPackageResult",
}
"""Functions of ESipa by the tags of their messages, SGP.32 6.3."""

Own = Callable[[Any, Callable[[], Any]], Any]
"""What a case answers instead: given the request, and what the server itself would answer. HttpStatus."""


def broken(code: int = 500) -> Own:
    """The server does not get as far as looking at the request."""

    def answer(request: Any, right: Callable[[], Any]) -> Any:
        raise HttpStatus(code)

    return answer


class Watched:
    """A server of ES9+ whose calls are noted. `own`: by function, what is answered instead."""

    def __init__(self, name: str, server: SansIoServer, journal: Journal) -> None:
        self.name = name
        self.own: dict[str, Own] = {}
        self._server = server
        self._journal = journal

    @property
    def path(self) -> str:
        """Where its functions are."""
        return self._server.path

    @property
    def address(self) -> str:
        """What devices call it."""
        return self._server.address

    @address.setter
    def address(self, address: str) -> None:
        self._server.address = address

    def handle(self, function: str, request: Mapping[str, object]) -> dict[str, Any]:
        """One function in the JSON binding."""
        answer: dict[str, Any] = self.noted(function, request, lambda: self._server.handle(function, request))
        return answer

    def noted(self, function: str, request: object, right: Callable[[], Any]) -> Any:
        """The answer, after it was noted."""
        own = self.own.get(function)
        heard = Heard(self.name, function, request, http=400)
        try:
            answer = right() if own is None else own(request, right)
            heard = Heard(self.name, function, request, answer)
        except HttpStatus as error:
            heard = Heard(self.name, function, request, http=error.code)
            raise
        finally:
            self._journal.add(heard)
        return answer


class WatchedEim(Watched):
    """An eIM whose calls are noted, in whichever binding they come, as messages of the ASN.1 binding.

    as_json: whether one came in JSON.
    """

    def __init__(self, eim: Eim, journal: Journal) -> None:
        super().__init__("eIM", eim, journal)
        self._eim = eim
        self.as_json = False
        self.asn1_path = eim.asn1_path
        self.admin_protocol = eim.admin_protocol

    def handle(self, function: str, request: Mapping[str, object]) -> dict[str, Any]:
        """One function in the JSON binding."""
        self.as_json = True
        answer = self.handle_asn1(json_binding.asked(function, request))
        try:
            return json_binding.told(function, answer)
        except Asn1Error:
            # Something that the standard does not know has no name in JSON.
            return executed(unknown=encoded(answer))

    def handle_asn1(self, body: bytes) -> bytes:
        """One message in the ASN.1 binding."""
        answer: bytes = self.noted(function_of(body), body, lambda: self._eim.handle_asn1(body))
        return answer


def function_of(message: bytes) -> str:
    """The function of ESipa that a message is about; "" for none."""
    try:
        return ESIPA.get(tlv.read_header(message)[0], "")
    except TlvError:
        return ""
