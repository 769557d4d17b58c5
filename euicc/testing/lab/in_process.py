"""Servers reached without sockets: SM-DP+, SM-DS and eIMs in the process of the device that talks to them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, TypeVar

from euicc.testing.eim import Eim
from euicc.testing.smdp import BadRequest, UnknownFunction
from ipa.errors import ServerAnswerInvalid, ServerUnreachable
from ipa.servers import esipa_json
from ipa.steps import Esipa, Server


class Addressed(Protocol):
    """What devices find by an address."""

    @property
    def address(self) -> str:
        """What devices call it: "smdp.example.com"."""
        ...


class RspServer(Addressed, Protocol):
    """A server of ES9+ or ES11: an SmDpPlus, an SmDs, or what stands before one."""

    def handle(self, function: str, request: Mapping[str, object]) -> dict[str, Any]:
        """Runs one function; BadRequest, UnknownFunction; nothing to say is an empty answer."""
        ...


Found = TypeVar("Found", bound=Addressed)


class InProcess:
    """The network of a device without a network: `servers` and `eims` of ipa.lpa.Lpa and ipa.ipad.Ipa.

    `servers` and `eims` are lists that may be changed at any time. `as_json`: ESipa in the JSON binding rather than in
    ASN.1. `up`: whether there is a network at all. `away`: addresses that cannot be reached. `asked`: the names of all
    functions that were called, oldest first; `calls`: those of ES9+ and ES11 with what was sent.
    Bodies go through JSON text, so that nothing passes that a socket would not carry; whatever goes wrong is the
    IpaError that HTTPS would give: ServerUnreachable, ServerAnswerInvalid.
    """

    def __init__(
        self, servers: Iterable[RspServer] = (), eims: Iterable[Eim] = (), *, as_json: bool = False
    ) -> None:
        self.servers = [*servers]
        self.eims = [*eims]
        self.as_json = as_json
        self.up: Callable[[], bool] = lambda: True
        self.away: set[str] = set()
        self.asked: list[str] = []
        self.calls: list[Server] = []

    def call(self, request: Server) -> Mapping[str, Any]:
        """ES9+ and ES11, SGP.22 6.5."""
        server = self._reach(request.address, self.servers, request.function)
        self.calls.append(request)
        sent = json.loads(json.dumps(request.body))
        answer = _answered(request.function, lambda: server.handle(request.function, sent))
        received: dict[str, Any] = json.loads(json.dumps(answer))
        return received

    def send(self, request: Esipa) -> bytes:
        """ESipa in either binding, SGP.32 6.3 and 6.4."""
        eim = self._reach(request.eim.address, self.eims, request.function)
        if not self.as_json:
            return _answered(request.function, lambda: eim.handle_asn1(request.message))
        sent = json.loads(esipa_json.body_of(request.function, request.message))
        answer = _answered(request.function, lambda: eim.handle(request.function, sent))
        return esipa_json.message_of(request.function, json.dumps(answer).encode() if answer else b"")

    def _reach(self, address: str, there: Iterable[Found], function: str) -> Found:
        if address in self.away or not self.up():
            raise ServerUnreachable(address, "no network")
        for each in there:
            if each.address.casefold() == address.casefold():
                self.asked.append(function)
                return each
        raise ServerUnreachable(address, "no such server")


Answer = TypeVar("Answer")


def _answered(function: str, answer: Callable[[], Answer]) -> Answer:
    """What the server says; where it would answer HTTP 400 or 404, what a device makes of that."""
    try:
        return answer()
    except BadRequest as error:
        raise ServerAnswerInvalid(function, f"HTTP status 400: {error}") from error
    except UnknownFunction as error:
        raise ServerAnswerInvalid(function, "HTTP status 404") from error
