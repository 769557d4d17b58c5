"""A server with faults: stands before an SM-DP+, an SM-DS or an eIM, in process and over HTTPS."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from apdu import TlvError, tlv
from euicc.testing.eim import Eim
from euicc.testing.eim.asn1_binding import FUNCTIONS
from euicc.testing.faults.servers.http import Answered, HttpFault
from euicc.testing.faults.servers.rules import ContentFault, Counted, Json, ServerFault, ServerRule
from euicc.testing.http import SansIoServer
from euicc.testing.smdp.status import BadRequest


@dataclass(frozen=True)
class Struck:
    """A fault that happened, with this function."""

    function: str
    fault: ServerFault


class FaultyServer:
    """What stands before a server of the JSON binding; what the operator does is asked of the server itself.

    Of several rules that would strike, the first does; each counts the requests it fits. struck: what happened.

        smdp = SmDpPlus(pki)
        faulty = FaultyServer(smdp, [Breaks().when(function="getBoundProfilePackage", nth=1)])
        with serve(faulty, tls=...) as address: ...
    """

    def __init__(self, server: SansIoServer, rules: Iterable[ServerRule] = ()) -> None:
        self._server = server
        counted = [Counted(rule) for rule in rules]
        self._content = [each for each in counted if isinstance(each.rule.fault, ContentFault)]
        self._http = [each for each in counted if isinstance(each.rule.fault, HttpFault)]
        self._earlier: dict[str, Any] = {}
        self._served = False
        self.struck: list[Struck] = []
        admin_protocol: str | None = getattr(server, "admin_protocol", None)
        if admin_protocol is not None:
            self.admin_protocol = admin_protocol

    @property
    def path(self) -> str:
        """Where the functions are."""
        return self._server.path

    @property
    def paths(self) -> tuple[str, ...]:
        """Everywhere they are."""
        paths: tuple[str, ...] = getattr(self._server, "paths", (self._server.path,))
        return paths

    @property
    def address(self) -> str:
        """What devices call the server."""
        return self._server.address

    @address.setter
    def address(self, address: str) -> None:
        self._server.address = address

    def handle(self, function: str, request: Mapping[str, object]) -> Json:
        """One function, with what is wrong; BadRequest, UnknownFunction."""
        answer = self._server.handle(function, request)
        earlier = self._earlier.get(function)
        self._earlier[function] = answer
        fault = self._strike(self._content, function)
        self._check_way(function)
        return fault.change(answer, earlier) if isinstance(fault, ContentFault) else answer

    def disturbed(self, app: ASGIApp) -> ASGIApp:
        """The application of `euicc.testing.http`, with the faults of HTTP."""
        self._served = True

        async def run(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            body = await _body(receive)
            fault = self._strike(self._http, self._function(scope["path"], body))
            if not isinstance(fault, HttpFault):
                await app(scope, _replayed(body), send)
                return
            await fault.respond(await _answered(app, scope, body), send)

        return run

    def _function(self, path: str, body: bytes) -> str:
        """The name of a function in the JSON binding, from the path of the request."""
        return path.rpartition("/")[2]

    def _check_way(self, function: str) -> None:
        """In process there is no HTTP on which a fault could happen: BadRequest in its place."""
        if self._served:
            return
        fault = self._strike(self._http, function)
        if fault is not None:
            raise BadRequest(f"the answer is lost: {fault}")

    def _strike(self, rules: Iterable[Counted], function: str) -> ServerFault | None:
        """The fault that strikes this request, if any."""
        striking = [each.rule.fault for each in rules if each.strikes(function)]
        if not striking:
            return None
        self.struck.append(Struck(function, striking[0]))
        return striking[0]


class FaultyEim(FaultyServer):
    """The same before an eIM, which has the ASN.1 binding, too: there functions are known by the tags of messages."""

    def __init__(self, eim: Eim, rules: Iterable[ServerRule] = ()) -> None:
        super().__init__(eim, rules)
        self._eim = eim

    @property
    def asn1_path(self) -> str:
        """Where the functions are in the ASN.1 binding."""
        return self._eim.asn1_path

    def handle_asn1(self, body: bytes) -> bytes:
        """One message, with what is wrong; BadRequest."""
        function = _function_of(body)
        answer = self._eim.handle_asn1(body)
        earlier = self._earlier.get(_ASN1 + function)
        self._earlier[_ASN1 + function] = answer
        fault = self._strike(self._content, function)
        self._check_way(function)
        return fault.change_asn1(answer, earlier) if isinstance(fault, ContentFault) else answer

    def _function(self, path: str, body: bytes) -> str:
        return _function_of(body) if path == self.asn1_path else super()._function(path, body)


_ASN1 = "ASN.1 "


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(each.capitalize() for each in others)


_NAMES = {tag: _camel(function.__name__) for tag, function in FUNCTIONS.items()}
"""The name in the JSON binding of each function of ESipa, by the tag of its message."""


def _function_of(message: bytes) -> str:
    try:
        return _NAMES.get(tlv.parse(message).tag, "")
    except TlvError:
        return ""


async def _body(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if message["type"] != "http.request" or not message.get("more_body"):
            return bytes(body)


def _replayed(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _answered(app: ASGIApp, scope: Scope, body: bytes) -> Answered:
    """The response as the server gives it."""
    sent: list[Message] = []

    async def keep(message: Message) -> None:
        sent.append(message)

    await app(scope, _replayed(body), keep)
    start = next(each for each in sent if each["type"] == "http.response.start")
    content = b"".join(each.get("body", b"") for each in sent if each["type"] == "http.response.body")
    return Answered(scope["path"], start["status"], tuple(start["headers"]), content)
