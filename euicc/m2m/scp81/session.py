"""One administration session from the channel to its end, GPCS Amendment B 3.4: a procedure of the toolkit.

    OPEN CHANNEL, TLS handshake
    POST                    200 with a script        it is executed, and the response posted to X-Admin-Next-URI
                            200 or 204 without one   the next POST goes to X-Admin-Next-URI
    close_notify, CLOSE CHANNEL                      once a response has no X-Admin-Next-URI

A script is executed when all of it has come, in one go; whatever fails or is cut off before leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from apdu import TlvError
from euicc.crypto.tls_psk import Client, TlsError
from euicc.m2m.scp81 import psk
from euicc.m2m.scp81.http import (
    HttpError,
    Request,
    Response,
    ResponseReader,
    ScriptStatus,
    agent,
    request_target,
    with_message,
)
from euicc.m2m.scp81.link import SecureLink
from euicc.m2m.scp81.parameters import ParametersError, SessionParameters
from euicc.toolkit import bip
from euicc.toolkit.procedure import Procedure, ToolkitError

if TYPE_CHECKING:
    from apdu.cat import ProactiveCommand
    from euicc.m2m.scp81.psk import KeyName
    from euicc.ota.security import KeySource
    from euicc.toolkit.handle import Toolkit

FRAGMENT_LENGTH = 1024
"""The most that a record should carry: cards have little room for what they cannot authenticate yet."""
EMPTY_MAX = 8
"""So many responses without a script may come one after the other, while the server promises more."""
FAILURES = (ToolkitError, TlvError, TlsError, HttpError)
"""What ends a session that another attempt may save."""
_PORTS = {80: "", 443: ""}


class NotExecuted(Exception):
    """What `Administration.execute` raises for a script of which nothing was executed; status: why not."""

    def __init__(self, status: ScriptStatus) -> None:
        super().__init__(status.value)
        self.status = status


class Administration(Protocol):
    """A security domain, as far as its administration sessions need it. eid: 16 bytes. keys: those of the domain."""

    @property
    def eid(self) -> bytes:
        """Of the card."""
        ...

    @property
    def keys(self) -> KeySource:
        """Of the domain."""
        ...

    def kept(self) -> SessionParameters:
        """The parameters that it keeps, for what triggers leave out."""
        ...

    def random(self, count: int) -> bytes:
        """So many random bytes."""
        ...

    def begin(self) -> None:
        """A session begins: what one that a reset ended has left is forgotten."""
        ...

    def execute(self, script: bytes, target: bytes | None, key: KeyName) -> bytes:
        """Run a script in the application with this AID, None: in the domain itself; the response script.

        key: which protects the session. NotExecuted.
        """
        ...

    def end(self) -> None:
        """A session is over, however it ended: what its scripts left to be done is due."""
        ...


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a session needs: OPEN CHANNEL, the PSK identity, name and value of its key, the first request."""

    opening: ProactiveCommand
    psk_identity: bytes
    name: KeyName
    key: bytes = field(repr=False)
    first: Request


def prepare(administration: Administration, parameters: SessionParameters, message: bytes = b"") -> Prepared:
    """Put together what a trigger says and what the domain keeps.

    message: of a notification, b"" without. ParametersError where there is no server or no key.
    """
    connection = parameters.connection
    if connection is None:
        raise ParametersError("no connection parameters")
    opening = connection.open_channel()
    address, transport = connection.server
    identity, name, key = _security(administration, parameters)
    http = parameters.http
    literal = f"[{address.address}]" if ":" in str(address.address) else str(address.address)
    host = http.host or literal + _PORTS.get(transport.port, f":{transport.port}")
    try:
        uri = with_message(request_target(http.uri or "/"), message)
    except HttpError as error:
        raise ParametersError(str(error)) from None
    first = Request(uri, host, http.agent or agent(administration.eid))
    return Prepared(opening, identity, name, key, first)


def _security(administration: Administration, parameters: SessionParameters) -> tuple[bytes, KeyName, bytes]:
    """PSK identity, name and value of the key: as named, or the first key for SCP81."""
    security, keys = parameters.security, administration.keys
    name = security.key or psk.named_by(security.psk_identity) if security else None
    name = name or next(psk.names(keys), None)
    key = psk.find(keys, name) if name else None
    if name is None or key is None:
        raise ParametersError("no such key for SCP81")
    given = security.psk_identity if security else b""
    return given or psk.identity(administration.eid, name, keys.aid), name, key


class Session:
    """A session, and what is left to say after it failed.

    unanswered: the last request that went out, or was about to; None when there is none without an answer.
    """

    def __init__(self, administration: Administration, prepared: Prepared, heard: Callable[[], None]) -> None:
        self._administration = administration
        self._prepared = prepared
        self._heard = heard
        self.unanswered: Request | None = None

    def run(self, toolkit: Toolkit) -> Procedure[None]:
        """One attempt, from where an earlier one failed; one of FAILURES."""
        request = self._prepared.first
        if self.unanswered is not None:
            request = replace(self.unanswered, resume=True)
        channel = yield from bip.open_channel(toolkit, self._prepared.opening)
        try:
            link = SecureLink(channel, self._client(), self._heard)
            yield from link.shake_hands()
            yield from self._converse(link, request)
            yield from link.close()
        except FAILURES:
            yield from channel.close()
            raise
        yield from channel.close()

    def _client(self) -> Client:
        prepared = self._prepared
        random = self._administration.random
        return Client(prepared.psk_identity, prepared.key, random, fragment_length=FRAGMENT_LENGTH)

    def _converse(self, link: SecureLink, first: Request) -> Procedure[None]:
        reader = ResponseReader()
        following: Request | None = first
        empty = 0
        while following is not None:
            self.unanswered = following
            yield from link.send(following.encode())
            while (response := reader.feed((yield from link.receive()))) is None:
                pass
            response.check()
            following = self._answer(following, response)
            empty = 0 if response.body else empty + 1
            if following and empty > EMPTY_MAX:
                raise HttpError("a server that has nothing to say")
            self.unanswered = None

    def _answer(self, request: Request, response: Response) -> Request | None:
        """Execute the script, if there is one; the request that follows, None at the end of the session."""
        uri = response.next_uri(request.uri)
        status, result = self._execute(response) if response.body else (None, b"")
        return None if uri is None else replace(request, uri=uri, status=status, body=result, resume=False)

    def _execute(self, response: Response) -> tuple[ScriptStatus, bytes]:
        """Nothing more for who holds a key that the domain has no longer: another SM-SR may have taken it over."""
        administration, prepared = self._administration, self._prepared
        if psk.find(administration.keys, prepared.name) != prepared.key:
            return ScriptStatus.SECURITY_ERROR, b""
        try:
            target = response.target()
            return ScriptStatus.OK, administration.execute(response.body, target, prepared.name)
        except HttpError:
            return ScriptStatus.UNKNOWN_APPLICATION, b""
        except NotExecuted as refused:
            return refused.status, b""
